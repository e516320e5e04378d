/* mustache: the cases of the public specification, byte for byte, then what it leaves open: values
 * of each type, bytes that are not text, limits.  test_mustache_blocks.c has layouts and
 * indentation. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "mustache_cast.h"

static struct json *data_of(const char *s)
{
    struct json *data = json_parse(arena, s, strlen(s), NULL, &error);
    if (!data)
        fail_msg("%s: %s", s, error);
    return data;
}

/* The text, or the error. */
static const char *rendered(const char *name, const char *data)
{
    struct text *out = text_new(arena);
    bool good = mustache_render(set, name, data_of(data), out, arena, &error);
    assert_int_equal(text_len(out), strlen(text_str(out)));
    return good ? text_str(out) : error;
}

static const struct json *spec_load(const char *file)
{
    const char *path = arena_printf(arena, "tests/data/conf-mustache/%s.json", file);
    FILE *stream = fopen(path, "re");
    if (!stream)
        fail_msg("%s is missing", path);
    char *text = arena_alloc(arena, 256 * 1024);
    size_t len = fread(text, 1, 256 * 1024, stream);
    fclose(stream);
    struct json *spec = json_parse(arena, text, len, NULL, &error);
    if (!spec)
        fail_msg("%s: %s", path, error);
    return json_get(spec, "tests");
}

static const char *member(const struct json *object, const char *key)
{
    const char *s = NULL;
    assert_true(json_text(json_get(object, key), &s));
    return s;
}

/* What the case gives: the rendered text, or the error. */
static const char *spec_run(const struct json *test)
{
    templates_free(set);
    set = templates_new(NULL);
    const struct json *partial = json_first(json_get(test, "partials"));
    for (; partial; partial = json_next(partial)) {
        const char *source = NULL;
        assert_true(json_text(partial, &source));
        if (!templates_add(set, json_key(partial), source, strlen(source), arena, &error))
            return error;
    }
    const char *source = member(test, "template");
    if (!templates_add(set, "the case", source, strlen(source), arena, &error))
        return error;
    struct text *out = text_new(arena);
    bool good = mustache_render(set, "the case", json_get(test, "data"), out, arena, &error);
    return good ? text_str(out) : error;
}

static void the_specification_holds(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t cases;
    } files[] = {
        { "comments", 12 },
        { "delimiters", 14 },
        { "interpolation", 42 },
        { "inverted", 22 },
        { "partials", 12 },
        { "sections", 34 },
        { "optional-inheritance", 27 },
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const struct json *tests = spec_load(files[i].file);
        assert_int_equal(json_count(tests), files[i].cases);
        for (const struct json *test = json_first(tests); test; test = json_next(test)) {
            const char *got = spec_run(test), *expected = member(test, "expected");
            if (strcmp(got, expected) == 0)
                continue;
            print_error("%s, %s: expected <%s>, got <%s>\n", files[i].file, member(test, "name"),
                        expected, got);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
}

static void dynamic_names_are_refused(void **state)
{
    (void)state;
    const struct json *tests = spec_load("optional-dynamic-names");
    assert_int_equal(json_count(tests), 21);
    for (const struct json *test = json_first(tests); test; test = json_next(test))
        if (!strstr(spec_run(test), "dynamic names are not supported"))
            fail_msg("%s: %s", member(test, "name"), spec_run(test));
}

struct value_case {
    const char *template, *data, *expected;
};

static const struct value_case value_cases[] = {
    /* what a value prints */
    { "{{a}} {{b}} {{c}}", "{\"a\":25000.10,\"b\":-0,\"c\":1e2}", "25000.10 -0 1e2" },
    { "{{a}}{{{b}}}", "{\"a\":true,\"b\":false}", "truefalse" },
    { "[{{a}}{{b}}{{c}}{{d}}]", "{\"a\":null,\"b\":[1],\"c\":{\"x\":1}}", "[]" },
    { "{{a}} {{{a}}} {{&a}}", "{\"a\":\"<i a=\\\"b'c\\\">&\"}",
      "&lt;i a=&quot;b&#39;c&quot;&gt;&amp; <i a=\"b'c\">& <i a=\"b'c\">&" },
    { "{{a}}", "{\"a\":\"{{b}}\",\"b\":\"no\"}", "{{b}}" },
    { "{{{a}}}", "{\"a\":\"function () { return 1 }\"}", "function () { return 1 }" },
    { "{{#a}}{{.}}|{{/a}}", "{\"a\":\"{{b}}\"}", "{{b}}|" },
    /* what is true */
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":true}", "1" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":{}}", "1" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":\"false\"}", "1" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":0.001}", "1" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":[null]}", "1" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":\"\"}", "0" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":0}", "0" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":-0.0e3}", "0" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":[]}", "0" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "{\"a\":null}", "0" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "{}", "0" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "[]", "0" },
    { "{{#a}}1{{/a}}{{^a}}0{{/a}}", "\"a\"", "0" },
    /* where a name is looked up */
    { "{{#l}}{{a}}{{/l}}", "{\"a\":\"out\",\"l\":[{\"a\":null},{\"a\":\"in\"},{}]}", "inout" },
    { "{{#l}}{{a.b}}{{/l}}", "{\"a\":{\"b\":\"out\"},\"l\":[{\"a\":{}},{}]}", "out" },
    { "{{#l}}{{#.}}{{.}}{{/.}};{{/l}}", "{\"l\":[[1,2],[],[3]]}", "12;;3;" },
    { "{{#a.b}}{{c}}{{/a.b}}", "{\"a\":{\"b\":{\"c\":1}}}", "1" },
    { "{{a.0}}{{a.length}}", "{\"a\":[7]}", "" },
    { "{{A}}{{a}}", "{\"a\":1}", "1" },
    { "{{#a}}{{^b}}{{a}}{{/b}}{{/a}}", "{\"a\":5,\"b\":0}", "5" },
    /* blanks and lines around tags */
    { "{{\na\n}}{{ # a }}x{{ / a }}", "{\"a\":1}", "1x" },
    { "{{#a}}\r\n x\r\n{{/a}}\r\n", "{\"a\":1}", " x\r\n" },
    { "a\r{{#a}}\r{{/a}}\r", "{\"a\":1}", "a\r\r\r" },
    { "{{! a }} \t\n b{{! a }}\n{{! a }}{{! b }}\n", "{}", " b\n\n" },
    { "{{=<% %>=}}<%{a}%><%&a%>{{a}}<%={{ }}=%>{{a}}", "{\"a\":\"<\"}", "<<{{a}}&lt;" },
    { "{{=|x |y=}}|xa|y{{a}}|x! x |y", "{\"a\":1}", "1{{a}}" },
    { "{{=1234567890123456 |=}}1234567890123456a|", "{\"a\":1}", "1" },
    { "} }} {{a}} } { {", "{\"a\":1}", "} }} 1 } { {" },
};

static void values_of_each_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof value_cases / sizeof *value_cases; i++) {
        const struct value_case *c = &value_cases[i];
        add("t", c->template);
        const char *got = rendered("t", c->data);
        if (strcmp(got, c->expected) != 0)
            fail_msg("%s with %s: expected <%s>, got <%s>", c->template, c->data, c->expected, got);
    }
}

static void no_data_at_all(void **state)
{
    (void)state;
    add("t", "[{{a}}{{.}}{{#.}}x{{/.}}{{^a.b}}y{{/a.b}}]");
    struct text *out = text_new(arena);
    assert_true(mustache_render(set, "t", NULL, out, arena, &error));
    assert_string_equal(text_str(out), "[y]");
}

static void built_values_print(void **state)
{
    (void)state;
    struct json *data = json_object(arena);
    json_set_int(data, "big", INT64_MIN);
    json_set_double(data, "half", 0.5);
    json_set_bool(data, "yes", true);
    add("t", "{{big}} {{half}} {{yes}}");
    struct text *out = text_new(arena);
    assert_true(mustache_render(set, "t", data, out, arena, &error));
    assert_string_equal(text_str(out), "-9223372036854775808 0.5 true");
}

static void the_escaper_is_chosen(void **state)
{
    (void)state;
    templates_escape(set, text_add_n);
    add("t", "{{a}} {{b}}");
    assert_string_equal(rendered("t", "{\"a\":\"<Tom & Jo>\",\"b\":1}"), "<Tom & Jo> 1");
    templates_escape(set, text_add_url);
    assert_string_equal(rendered("t", "{\"a\":\"/ &\",\"b\":1}"), "%2F%20%26 1");
}

static void rendering_adds_to_the_text(void **state)
{
    (void)state;
    add("t", "{{a}}!");
    struct text *out = text_new(arena);
    text_add(out, "> ");
    assert_true(mustache_render(set, "t", data_of("{\"a\":1}"), out, arena, &error));
    assert_true(mustache_render(set, "t", data_of("{\"a\":2}"), out, arena, &error));
    assert_string_equal(text_str(out), "> 1!2!");
}

static void nul_bytes_are_text(void **state)
{
    (void)state;
    static const char source[] = "a\0b{{x}}\0\n {{>p}}\n";
    static const char partial[] = "\0\n\0";
    assert_true(templates_add(set, "t", source, sizeof source - 1, arena, &error));
    assert_true(templates_add(set, "p", partial, sizeof partial - 1, arena, &error));
    struct text *out = text_new(arena);
    assert_true(mustache_render(set, "t", data_of("{\"x\":1}"), out, arena, &error));
    static const char expected[] = "a\0b1\0\n \0\n \0";
    assert_int_equal(text_len(out), sizeof expected - 1);
    assert_memory_equal(text_str(out), expected, sizeof expected - 1);
}

static void a_megabyte_of_template(void **state)
{
    (void)state;
    struct text *source = text_new(arena), *expected = text_new(arena);
    while (text_len(source) < 1024 * 1024) {
        text_add(source, "{{#rows}}\n  <td>{{.}}</td>\n{{/rows}}\n");
        text_add(expected, "  <td>1</td>\n  <td>2</td>\n");
    }
    add("t", text_str(source));
    assert_string_equal(rendered("t", "{\"rows\":[1,2]}"), text_str(expected));
}

static void limit(struct mustache_limits limits)
{
    templates_free(set);
    set = templates_new(&limits);
}

static void depth_is_limited(void **state)
{
    (void)state;
    add("endless", "a\n {{>endless}}");
    assert_string_equal(rendered("endless", "{}"),
                        "endless.mustache:1:1: nested deeper than 64: does a partial call itself "
                        "without end?");
    add("loop", "{{#a}}{{>loop}}{{/a}}");
    assert_non_null(strstr(rendered("loop", "{\"a\":[1,2,3]}"), "nested deeper than 64"));
    add("parent", "{{<parent}}{{$b}}{{<parent}}{{/parent}}{{/b}}{{/parent}}{{$b}}{{/b}}");
    assert_non_null(strstr(rendered("parent", "{}"), "nested deeper than 64"));
    limit((struct mustache_limits){ .depth = 2 });
    add("two", "{{#a}}{{#a}}x{{/a}}{{/a}}");
    assert_string_equal(rendered("two", "{\"a\":1}"), "x");
    add("three", "{{#a}}\n{{#a}}{{^b}}x{{/b}}{{/a}}{{/a}}");
    assert_string_equal(rendered("three", "{\"a\":1}"),
                        "three.mustache:2:13: nested deeper than 2: does a partial call itself "
                        "without end?");
}

static void sections_in_sections(size_t depth)
{
    struct text *source = text_new(arena);
    for (size_t i = 0; i < depth; i++)
        text_add(source, "{{#a}}");
    text_add(source, "x");
    for (size_t i = 0; i < depth; i++)
        text_add(source, "{{/a}}");
    add("deep", text_str(source));
}

static void deep_sections_do_not_crash(void **state)
{
    (void)state;
    sections_in_sections(64);
    assert_string_equal(rendered("deep", "{\"a\":1}"), "x");
    sections_in_sections(65);
    assert_non_null(strstr(rendered("deep", "{\"a\":1}"), "nested deeper than 64"));
    sections_in_sections(100000);
    assert_string_equal(rendered("deep", "{}"), "");
    assert_non_null(strstr(rendered("deep", "{\"a\":1}"), "nested deeper than 64"));
}

static void output_is_limited(void **state)
{
    (void)state;
    limit((struct mustache_limits){ .output = 10 });
    add("t", "12345\n{{a}}");
    assert_string_equal(rendered("t", "{\"a\":\"6789\"}"), "12345\n6789");
    assert_string_equal(rendered("t", "{\"a\":\"67890\"}"),
                        "t.mustache:2:1: the output is larger than 10 bytes");
    assert_string_equal(rendered("t", "{\"a\":\"<\"}"), "12345\n&lt;");
    assert_non_null(strstr(rendered("t", "{\"a\":\"<<\"}"), "larger than 10 bytes"));
    add("raw", "{{{a}}}");
    assert_non_null(strstr(rendered("raw", "{\"a\":\"12345678901\"}"), "larger than 10 bytes"));
    add("lines", "\n\n\n\n\n");
    add("indented", "  {{>lines}}\n");
    assert_string_equal(rendered("indented", "{}"),
                        "lines.mustache:1:1: the output is larger than 10 bytes");
    add("layout", "\n\n\n{{$b}}{{/b}}");
    add("page", "{{<layout}}\n{{$b}}{{a}}{{/b}}\n{{/layout}}");
    assert_string_equal(rendered("page", "{\"a\":\"12345678\"}"),
                        "page.mustache:2:7: the output is larger than 10 bytes");
    struct text *out = text_new(arena);
    text_add(out, "kept: 0123456789");
    assert_false(mustache_render(set, "indented", NULL, out, arena, &error));
    assert_string_equal(text_str(out), "kept: 0123456789");
    struct text *small = text_new_limited(arena, 3);
    add("four", "1{{^x}}234{{/x}}");
    assert_false(mustache_render(set, "four", NULL, small, arena, &error));
    assert_string_equal(error, "four.mustache:1:8: the output is larger than 1 bytes");
    assert_string_equal(text_str(small), "");
}

static void steps_are_limited(void **state)
{
    (void)state;
    limit((struct mustache_limits){ .steps = 1000 });
    add("fork", "{{>fork}}{{>fork}}");
    add("empty", "{{#a}}{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}{{/a}}");
    assert_non_null(strstr(rendered("fork", "{}"), "nested deeper"));
    assert_string_equal(rendered("empty", "{\"a\":[1,2,3,4,5,6,7,8]}"),
                        "empty.mustache:1:19: the rendering takes more than 1000 steps");
    assert_string_equal(rendered("empty", "{\"a\":[1,2]}"), "");
}

static void an_unknown_template_is_an_error(void **state)
{
    (void)state;
    add("b", "");
    assert_string_equal(rendered("a", "{}"), "template \"a\" does not exist");
    assert_string_equal(rendered("b", "{}"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_specification_holds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dynamic_names_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_of_each_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_data_at_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(built_values_print, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_escaper_is_chosen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rendering_adds_to_the_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nul_bytes_are_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_megabyte_of_template, set_up, tear_down),
        cmocka_unit_test_setup_teardown(depth_is_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deep_sections_do_not_crash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(output_is_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(steps_are_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_template_is_an_error, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("mustache", tests, NULL, NULL);
}
