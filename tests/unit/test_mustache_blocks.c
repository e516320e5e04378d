/* mustache: layouts, blocks and indentation beyond what the specification tests. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "mustache_cast.h"

/* The text, or the error. */
static const char *rendered(const char *name, const char *data)
{
    struct json *value = json_parse(arena, data, strlen(data), NULL, &error);
    assert_non_null(value);
    struct text *out = text_new(arena);
    return mustache_render(set, name, value, out, arena, &error) ? text_str(out) : error;
}

struct layout_case {
    const char *about, *page, *layout, *expected;
};

/* The data: { "s": true, "v": "1\n2", "l": [1, 2] }.  The layout is `p`; partials: `lines`, `word`,
 * `far` and `head`. */
static const struct layout_case layout_cases[] = {
    { "a block without argument shows its own text", "{{<p}}{{/p}}", "a {{$b}}\nb\n{{/b}}\nc",
      "a \nb\nc" },
    { "the last of two arguments wins", "{{<p}}{{$b}}1{{/b}}{{$b}}2{{/b}}{{/p}}", "[{{$b}}{{/b}}]",
      "[2]" },
    { "a block inside a block", "{{<p}}{{$in}}I{{/in}}{{/p}}", "{{$out}}x{{$in}}y{{/in}}z{{/out}}",
      "xIz" },
    { "an argument takes the blocks inside along", "{{<p}}{{$out}}O{{/out}}{{$in}}I{{/in}}{{/p}}",
      "{{$out}}x{{$in}}y{{/in}}z{{/out}}", "O" },
    { "a block in an argument is the page's own",
      "{{<p}}{{$b}}B{{$c}}C{{/c}}{{/b}}{{$c}}no{{/c}}{{/p}}", "{{$b}}{{/b}}", "BC" },
    { "an argument that names itself ends", "{{<p}}{{$b}}x{{$b}}y{{/b}}{{/b}}{{/p}}",
      "[{{$b}}d{{/b}}]", "[xy]" },
    { "a block shown twice", "{{<p}}{{$b}}x{{/b}}{{/p}}", "{{$b}}1{{/b}}{{$b}}2{{/b}}", "xx" },
    { "a block in a loop", "{{<p}}{{$b}}<{{.}}>{{/b}}{{/p}}", "{{#l}}{{$b}}{{/b}}{{/l}}",
      "<1><2>" },
    { "a block in a partial of the layout", "{{<p}}{{$title}}T{{/title}}{{/p}}", "{{>head}}",
      "(T)" },
    { "a parent inside an argument",
      "{{<p}}{{$b}}{{<head}}{{$title}}in{{/title}}{{/head}}{{/b}}{{/p}}", "[{{$b}}{{/b}}]",
      "[(in)]" },
    { "a parent inside an argument keeps apart from the one around it",
      "{{<p}}{{$b}}{{<head}}{{/head}}{{/b}}{{$title}}no{{/title}}{{/p}}", "[{{$b}}{{/b}}]",
      "[(d)]" },
    { "comments and delimiters in a parent", "{{<p}} {{! c }} {{=| |=}} |$b|x|/b| |/p|!",
      "[{{$b}}{{/b}}]", "[x]!" },
    { "an argument gives up its lines' indentation",
      "{{<p}}\n    {{$b}}\n      x\n\n        y\n    {{/b}}\n{{/p}}\nend",
      "a\n  {{$b}}\n  {{/b}}\nc\n", "a\n  x\n  \n    y\nc\nend" },
    { "a line with less indentation loses what it has", "{{<p}}{{$b}}\n    x\n  y\nz\n{{/b}}{{/p}}",
      "{{$b}}\n  {{/b}}\n", "  x\n  y\n  z\n" },
    { "an empty first line does not tell the indentation",
      "{{<p}}{{$b}}\n\n    x\n{{/b}}{{/p}}", "{{$b}}\n\n  d\n{{/b}}\n", "  \n  x\n" },
    { "a partial in a moved text keeps its own blanks", "{{<p}}{{$b}}\n  {{>far}}\n{{/b}}{{/p}}",
      "{{$b}}\n {{/b}}\n", "   1\n     2\n" },
    { "blanks before the end of an argument go", "{{<p}}{{$b}}\nx\n   {{/b}}{{/p}}",
      "[{{$b}}{{/b}}]", "[x\n]" },
    { "lines into the middle of a line", "{{<p}}{{$b}}\n  x\n  y\n{{/b}}{{/p}}",
      "  a {{$b}}{{/b}} c", "  a x\ny\n c" },
    { "lines into the begin of a line", "{{<p}}{{$b}}\n  x\n  y\n{{/b}}{{/p}}", "  {{$b}}{{/b}}\nc",
      "  x\n  y\n\nc" },
    { "a word into a block of lines", "{{<p}}{{$b}}x{{/b}}{{/p}}",
      "a\n  {{$b}}\n    d\n  {{/b}}\nc", "a\n    xc" },
    { "nothing into a block of lines", "{{<p}}{{$b}}{{/b}}{{/p}}",
      "a\n  {{$b}}\n    d\n  {{/b}}\nc", "a\nc" },
    { "a partial as first line into the begin of a line",
      "{{<p}}{{$b}}\n  {{>lines}}\n  z\n{{/b}}{{/p}}", "  {{$b}}{{/b}}c", "  1\n  2\n  z\nc" },
    { "a section as first line into the begin of a line",
      "{{<p}}{{$b}}\n  {{#s}}\n    x\n  {{/s}}\n  z\n{{/b}}{{/p}}", "  {{$b}}{{/b}}c",
      "    x\n  z\nc" },
    { "an indented parent, and the block in it", "  {{<p}}{{$b}}\nx\ny\n{{/b}}{{/p}}\nend",
      "a\n {{$b}}\n {{/b}}\nc\n", "  a\n   x\n   y\n  c\nend" },
    { "a parent over several lines is alone on them", "  {{<p}}\n ignored\n  {{/p}}\nend", "a\nb\n",
      "  a\n  b\nend" },
    { "a parent in a line is not indented", "x {{<p}}{{/p}}\ny", "a\nb\n", "x a\nb\n\ny" },
    { "a parent with text behind it is not indented", "  {{<p}}{{/p}} y", "a\nb\n", "  a\nb\n y" },
    { "newlines of values stay as they are", "{{<p}}{{$b}}\n{{v}}\n{{/b}}{{/p}}",
      "  {{$b}}\n    d\n  {{/b}}\n", "    1\n2\n" },
    { "CRLF", "{{<p}}{{$b}}\r\n  x\r\n  y\r\n{{/b}}{{/p}}\r\nend",
      "a\r\n    {{$b}}\r\n    {{/b}}\r\nc\r\n", "a\r\n    x\r\n    y\r\nc\r\nend" },
    { "an inline partial in an indented one is not indented", "  {{>p}}\nend", "a {{>lines}}\nb\n",
      "  a 1\n2\n\n  b\nend" },
    { "an inline partial at the begin of an indented line", "  {{>p}}\nend", "{{>lines}} x\nb\n",
      "  1\n2\n x\n  b\nend" },
    { "a partial alone in an indented one", "  {{>p}}\nend", "a\n {{>lines}}\nb\n",
      "  a\n   1\n   2\n  b\nend" },
    { "a partial without newline, then a line", "  {{>p}}\n", "{{>word}}\nb\n", "  w  b\n" },
    { "a loop over the middle of indented lines", "  {{>p}}\n", "{{#l}}a\nb{{/l}}\n",
      "  a\n  ba\n  b\n" },
    { "lines that come out empty are indented too", "  {{>p}}\n", "{{x}}\n{{#x}}{{/x}}\n\nb",
      "  \n  \n  \n  b" },
};

static void blocks_and_indentation(void **state)
{
    (void)state;
    add("lines", "1\n2\n");
    add("word", "w");
    add("far", "  1\n    2\n");
    add("head", "({{$title}}d{{/title}})");
    for (size_t i = 0; i < sizeof layout_cases / sizeof *layout_cases; i++) {
        const struct layout_case *c = &layout_cases[i];
        add("p", c->layout);
        add("page", c->page);
        const char *got = rendered("page", "{\"s\":true,\"v\":\"1\\n2\",\"l\":[1,2]}");
        if (strcmp(got, c->expected) != 0)
            fail_msg("%s: expected <%s>, got <%s>", c->about, c->expected, got);
    }
}

static void three_levels_of_layout(void **state)
{
    (void)state;
    add("base", "<{{$title}}Weir{{/title}}|{{$body}}{{/body}}>");
    add("section", "{{<base}}{{$title}}Funnels{{/title}}{{$body}}nav "
                   "{{$content}}{{/content}}{{/body}}{{/base}}");
    add("page", "{{<section}}{{$content}}hello {{who}}{{/content}}{{/section}}");
    add("titled", "{{<section}}{{$title}}Mine{{/title}}{{$content}}x{{/content}}{{/section}}");
    assert_string_equal(rendered("page", "{\"who\":\"you\"}"), "<Funnels|nav hello you>");
    assert_string_equal(rendered("titled", "{}"), "<Mine|nav x>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(blocks_and_indentation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(three_levels_of_layout, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("mustache_blocks", tests, NULL, NULL);
}
