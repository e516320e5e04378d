/* mustache_parse: every mistake is named with its line and column, and nothing is read past the
 * end. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "arena_home.h"
#include "mustache_node.h"

/* NULL, or the error.  The source has no byte behind it, so that the sanitizer sees reading too
 * far. */
static const char *parse_error(const char *source, size_t len, bool guarded)
{
    char *exact = malloc(len ? len : 1);
    memcpy(exact, source, len);
    struct template template = { .name = "a/b", .source = { exact, len } };
    const char *error = NULL;
    bool good = template_parse(&template, guarded, arena, arena, &error);
    free(exact);
    assert_true(good == !error);
    return error;
}

struct mistake {
    const char *source, *error;
};

#define NO_PAIR "delimiters are two words of up to 16 bytes without \"=\", as in {{=<% %>=}}"

static const struct mistake mistakes[] = {
    /* tags without end */
    { "{{", "1:1: the tag is not closed: \"}}\" is missing" },
    { "a {{b", "1:3: the tag is not closed: \"}}\" is missing" },
    { "a\n {{b}", "2:2: the tag is not closed: \"}}\" is missing" },
    { "{{{a}}", "1:1: the tag is not closed: \"}}}\" is missing" },
    { "{{{a} }}", "1:1: the tag is not closed: \"}}}\" is missing" },
    { "{{! a", "1:1: the tag is not closed: \"}}\" is missing" },
    { "{{=| |}}", "1:1: the tag is not closed: \"=}}\" is missing" },
    { "{{=<% %>=}}\r\n<%a}}", "2:1: the tag is not closed: \"%>\" is missing" },
    { "{{=<% %>=}}<%{a%>", "1:12: the tag is not closed: \"}%>\" is missing" },
    /* what is opened is not closed, or the other way round */
    { "{{#rows}}", "1:1: section \"rows\" is not closed" },
    { "\xC3\xA9\xE2\x82\xAC {{^a.b}}", "1:4: section \"a.b\" is not closed" },
    { "{{<lay/out}}", "1:1: parent \"lay/out\" is not closed" },
    { "{{$b}}", "1:1: block \"b\" is not closed" },
    { "{{<p}}{{$b}}{{/p}}", "1:13: {{/p}} stands where block \"b\" is to be closed first" },
    { "{{#a}}\n{{#b}}{{/a}}{{/b}}",
      "2:7: {{/a}} stands where section \"b\" is to be closed first" },
    { "{{#a}}{{/ab}}", "1:7: {{/ab}} stands where section \"a\" is to be closed first" },
    { "{{#ab}}{{/a}}", "1:8: {{/a}} stands where section \"ab\" is to be closed first" },
    { "{{#a}}{{/a}}\r\n{{/a}}", "2:1: {{/a}} closes nothing" },
    { "{{#a}}{{=| |=}}{{/a}}", "1:1: section \"a\" is not closed" },
    /* names */
    { "{{}}", "1:1: the tag has no name" },
    { "{{ \n }}", "1:1: the tag has no name" },
    { "{{{}}}", "1:1: the tag has no name" },
    { "{{& }}", "1:1: the tag has no name" },
    { "{{#}}{{/}}", "1:1: the tag has no name" },
    { "{{#a}}{{/}}", "1:7: the tag has no name" },
    { "{{>}}", "1:1: the tag has no name" },
    { "{{#if a}}{{/if}}", "1:1: a name cannot hold spaces or control characters" },
    { "{{a\tb}}", "1:1: a name cannot hold spaces or control characters" },
    { "{{a\x7F}}", "1:1: a name cannot hold spaces or control characters" },
    { "{{.a}}", "1:1: a name cannot begin or end with a dot or hold two in a row" },
    { "{{a.}}", "1:1: a name cannot begin or end with a dot or hold two in a row" },
    { "{{#a..b}}{{/a..b}}", "1:1: a name cannot begin or end with a dot or hold two in a row" },
    { "{{..}}", "1:1: a name cannot begin or end with a dot or hold two in a row" },
    { "{{> * name }}", "1:1: dynamic names are not supported: write the template's name" },
    { "{{<*name}}{{/*name}}", "1:1: dynamic names are not supported: write the template's name" },
    /* delimiters */
    { "{{==}}", "1:1: " NO_PAIR },
    { "{{=a=}}", "1:1: " NO_PAIR },
    { "{{=a b c=}}", "1:1: " NO_PAIR },
    { "{{=a =b=}}", "1:1: " NO_PAIR },
    { "{{=| 12345678901234567=}}", "1:1: " NO_PAIR },
    /* what a parent cannot hold */
    { "{{<p}}{{a}}{{/p}}", "1:7: inside {{<p}} only blocks count: put this tag into a block" },
    { "{{<p}}\n{{>q}}{{/p}}", "2:1: inside {{<p}} only blocks count: put this tag into a block" },
    { "{{<p}}{{#a}}{{/a}}{{/p}}",
      "1:7: inside {{<p}} only blocks count: put this tag into a block" },
    { "{{<p}}{{<q}}{{/q}}{{/p}}",
      "1:7: inside {{<p}} only blocks count: put this tag into a block" },
};

static void mistakes_are_placed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const char *got = parse_error(mistakes[i].source, strlen(mistakes[i].source), false);
        const char *expected = arena_printf(arena, "a/b.mustache:%s", mistakes[i].error);
        if (!got || strcmp(got, expected) != 0)
            fail_msg("%s: expected <%s>, got <%s>", mistakes[i].source, expected,
                     got ? got : "none");
    }
}

static void names_hold_no_nul(void **state)
{
    (void)state;
    assert_non_null(parse_error("{{a\0b}}", 7, false));
    assert_non_null(parse_error("{{#a}}{{/a\0}}", 13, false));
    assert_null(parse_error("{{! \0 }}\0", 9, false));
}

static void names_are_not_endless(void **state)
{
    (void)state;
    char source[4 + 256];
    memset(source, 'n', sizeof source);
    memcpy(source, "{{", 2);
    memcpy(source + 2 + 255, "}}", 2);
    assert_null(parse_error(source, 2 + 255 + 2, false));
    source[2 + 255] = 'n';
    memcpy(source + 2 + 256, "}}", 2);
    assert_string_equal(parse_error(source, sizeof source, false),
                        "a/b.mustache:1:1: the name is longer than 255 bytes");
}

static void every_beginning_of_a_template_is_safe(void **state)
{
    (void)state;
    static const char source[] =
        "a\n {{<p}}\r\n{{$b}}\n x{{/b}} {{/p}}\n{{=<% %>=}}\n<%#s%> <%{x}%>\n<%/s%>";
    for (size_t len = 0; len < sizeof source - 1; len++)
        parse_error(source, len, false);
    assert_null(parse_error(source, sizeof source - 1, false));
}

static void users_have_fewer_tags(void **state)
{
    (void)state;
    static const char *const fine[] = { "{{a}}", "{{#a}}{{.}}{{/a}}", "{{^a}}{{b.c}}{{/a}}",
                                        "{{! a }}", "" };
    static const char *const refused[] = { "{{{a}}}",      "{{&a}}",    "{{>a}}",   "{{<a}}{{/a}}",
                                           "{{$a}}{{/a}}", "{{=| |=}}", "{{ {a}}}", "{{ & a}}" };
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        assert_null(parse_error(fine[i], strlen(fine[i]), true));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_null(parse_error(refused[i], strlen(refused[i]), false));
        assert_string_equal(parse_error(refused[i], strlen(refused[i]), true),
                            "a/b.mustache:1:1: only {{name}}, sections and comments are allowed in "
                            "this template");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mistakes_are_placed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_hold_no_nul, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_are_not_endless, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_beginning_of_a_template_is_safe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(users_have_fewer_tags, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("mustache_parse", tests, NULL, NULL);
}
