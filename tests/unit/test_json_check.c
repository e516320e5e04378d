/* json_check: which texts are accepted, which are refused, and with which words.  The public suite
 * says what every reader must accept; the refused texts are our own, grouped by the complaint they
 * earn.  Repeated keys are in test_json_keys.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "arena_home.h"
#include "json.h"
#include "json_check.h"
#include "json_refused.h"

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* NULL when accepted, else the complaint.  The text is an exact copy on the heap, so that reading
 * past its end is seen; and what the check says, json_parse() must do. */
static const char *complaint(const char *s, size_t len, const struct json_limits *limits)
{
    struct json_checked checked;
    const char *error = NULL, *parse_error = NULL;
    char *exact = malloc(len ? len : 1);
    assert_non_null(exact);
    memcpy(exact, s, len);
    bool accepted = json_check(arena, exact, len, limits, &checked, &error);
    struct json *value = json_parse(arena, exact, len, limits, &parse_error);
    assert_int_equal(accepted, value != NULL);
    assert_int_equal(accepted, error == NULL);
    assert_int_equal(accepted, parse_error == NULL);
    assert_null(json_parse(arena, "[", 1, limits, NULL));
    free(exact);
    return error;
}

static void assert_accepted(const char *s, size_t len)
{
    const char *error = complaint(s, len, NULL);
    if (error)
        fail_msg("%.*s: %s", (int)len, s, error);
}

/* Files of the public suite that are refused on purpose: two readers of a repeated key, of a
 * cut string or of a broken one may see different things. */
static const struct {
    const char *name, *complaint;
} refused_files[] = {
    { "y_object_duplicated_key.json", "duplicate key" },
    { "y_object_duplicated_key_and_value.json", "duplicate key" },
    { "y_object_escaped_null_in_key.json", "\\u0000" },
    { "y_string_null_escape.json", "\\u0000" },
    { "object_same_key_different_values.json", "duplicate key" },
    { "object_same_key_same_value.json", "duplicate key" },
    { "object_same_key_unclear_values.json", "duplicate key" },
    { "string_with_escaped_NULL.json", "\\u0000" },
    { "string_1_escaped_invalid_codepoint.json", "half of a surrogate pair" },
    { "string_2_escaped_invalid_codepoints.json", "half of a surrogate pair" },
    { "string_3_escaped_invalid_codepoints.json", "half of a surrogate pair" },
    { "string_1_invalid_codepoint.json", "not UTF-8" },
    { "string_2_invalid_codepoints.json", "not UTF-8" },
    { "string_3_invalid_codepoints.json", "not UTF-8" },
};

static void check_file(const char *folder, const char *name)
{
    char path[512], text[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    const char *expected = NULL, *got = complaint(text, len, NULL);
    for (size_t i = 0; i < COUNT(refused_files); i++)
        if (strcmp(name, refused_files[i].name) == 0)
            expected = refused_files[i].complaint;
    if (!got != !expected || (got && !strstr(got, expected)))
        fail_msg("%s: got %s, expected %s", name, got ? got : "a value", expected);
}

static int check_folder(const char *path)
{
    int files = 0;
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strstr(entry->d_name, ".json")) {
            check_file(path, entry->d_name);
            files++;
        }
    closedir(folder);
    return files;
}

static void the_public_suite(void **state)
{
    (void)state;
    assert_int_equal(check_folder("tests/data/conf-json-accept/y"), 95);
    assert_int_equal(check_folder("tests/data/conf-json-accept/transform"), 22);
}

static void what_is_refused(void **state)
{
    (void)state;
    size_t texts = 0;
    for (const struct refused *group = refused; group < refused + COUNT(refused); group++)
        for (size_t i = 0; i < COUNT(group->texts) && group->texts[i].s; i++, texts++) {
            const char *got = complaint(group->texts[i].s, group->texts[i].len, NULL);
            if (!got || !strstr(got, group->complaint))
                fail_msg("%s: \"%s\", and not \"%s\"", group->texts[i].s, got, group->complaint);
        }
    assert_true(texts >= 150);
}

static void what_is_accepted(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "1.7976931348623157e308", "-1e308", "1e-400", "0e99999999999", "-0", "-0.0e-0", "0.1",
        "10", "1E5", "\"\\ufffe\\uFFFF\\ud800\\uDC00\"", "\"\x7F\"", "\"/\"", "\"\"", "true",
        " \t\r\n[ \t\r\n1 , 2 ] \t\r\n", "{ \"a\" : 1 , \"b\" : [ ] }", "[[],{},\"\",0]",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_accepted(texts[i], strlen(texts[i]));
}

static void no_text_is_accepted_before_its_end(void **state)
{
    (void)state;
    static const char text[] =
        "{\"name\":\"Sar\\u00e4 \\ud83d\\ude00 é\",\"list\":[1.5e+3,-0,true,null,"
        "{\"\":false}],\"a\\n\":\"\"}";
    for (size_t len = 0; len < sizeof text - 1; len++)
        assert_non_null(complaint(text, len, NULL));
    assert_accepted(text, sizeof text - 1);
}

static void a_complaint_names_the_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *complaint;
    } rows[] = {
        { "", "line 1, column 1: a value is missing" },
        { "[1,\n 2,\n]", "line 3, column 1: a value is missing" },
        { "{\n  \"a\": 1,\n\n  \"email\": 2, \"email\": 3}",
          "line 4, column 15: duplicate key \"email\"" },
        { "{\"a\\n<\":1,\"a\\u000a<\":2}", "line 1, column 11: duplicate key \"a\\n\\u003c\"" },
        { "[\"é😀\", x]",
          "line 1, column 8: not a value: texts stand in double quotes, numbers start "
          "with a digit or a minus sign" },
        { "[\r\n\"\\q\"]", "line 2, column 2: unknown escape: a backslash is written as \\\\" },
        { "[12, 1e999]",
          "line 1, column 6: a number is too large: at most 1.79e308 is accepted" },
        { "[\"a\tb\"]",
          "line 1, column 4: a control character must be written as an escape, such as \\n" },
        { "{\"a\":1}\n\n x", "line 3, column 2: something follows the value: remove it" },
        { "\"\\ud800\"",
          "line 1, column 2: half of a surrogate pair: write both \\u escapes of the "
          "character" },
        { "{\"0123456789012345678901234567890123456789012345678901234567890\":1,"
          "\"0123456789012345678901234567890123456789012345678901234567890\":1}",
          "line 1, column 68: duplicate key "
          "\"012345678901234567890123456789012345678901234567890123456789\" (shortened)" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(complaint(rows[i].text, strlen(rows[i].text), NULL), rows[i].complaint);
}

static char *nested(int depth)
{
    char *text = arena_alloc(arena, (size_t)depth * 6 + 1);
    for (int i = 0; i < depth; i++)
        strcpy(text + i / 2 * 6 + i % 2, i % 2 ? "{\"a\":" : "[");
    size_t len = strlen(text);
    if (depth % 2 == 0)
        text[len++] = '1';
    for (int i = depth; i > 0; i--)
        text[len++] = i % 2 ? ']' : '}';
    return text;
}

static void depth_is_limited(void **state)
{
    (void)state;
    static const struct {
        int limit, depth;
        const char *complaint;
    } rows[] = {
        { 0, 32, NULL },      { 0, 33, "nested deeper than 32 levels" },
        { 1, 1, NULL },       { 1, 2, "nested deeper than 1 levels" },
        { -1, 0, NULL },      { -1, 1, "nested deeper than -1 levels" },
        { 1000, 1000, NULL }, { 5000, 1001, "nested deeper than 1000 levels" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *text = nested(rows[i].depth);
        const char *got =
            complaint(text, strlen(text), &(struct json_limits){ .depth = rows[i].limit });
        assert_int_equal(!got, !rows[i].complaint);
        assert_true(!got || strstr(got, rows[i].complaint));
    }
    struct text *side_by_side = text_new(arena);
    for (int i = 0; i < 100; i++)
        text_add(side_by_side, i ? ",[{}]" : "[[]");
    text_add(side_by_side, "]");
    assert_accepted(text_str(side_by_side), text_len(side_by_side));
}

static void tokens_are_limited(void **state)
{
    (void)state;
    const struct json_limits five = { .tokens = 5 };
    assert_null(complaint("[1,2,3,4]", 9, &five));
    assert_null(complaint("{\"a\":1,\"b\":2}", 13, &five));
    assert_string_equal(complaint("[1,2,3,4,5]", 11, &five),
                        "line 1, column 10: more than 5 keys and values");
    assert_non_null(complaint("{\"a\":1,\"b\":[0]}", 15, &five));

    struct text *list = text_new(arena);
    text_add(list, "[0");
    for (int i = 2; i < 10000; i++)
        text_add(list, ",0");
    text_add(list, "]");
    assert_accepted(text_str(list), text_len(list));
    text_truncate(list, text_len(list) - 1);
    text_add(list, ",0]");
    assert_non_null(complaint(text_str(list), text_len(list), NULL));
}

static void bytes_are_limited(void **state)
{
    (void)state;
    const struct json_limits ten = { .bytes = 10 };
    assert_null(complaint("\"12345678\"", 10, &ten));
    assert_string_equal(complaint("\"123456789\"", 11, &ten),
                        "the text has 11 bytes, and no more than 10 are accepted");
    size_t mebibyte = 1024 * 1024;
    char *text = memset(arena_alloc(arena, mebibyte + 2), 'x', mebibyte + 1);
    text[0] = text[mebibyte - 1] = '"';
    assert_accepted(text, mebibyte);
    assert_non_null(complaint(text, mebibyte + 1, NULL));
}

static void a_long_number_is_finite_or_not(void **state)
{
    (void)state;
    char digits[401];
    memset(digits, '9', 400);
    digits[400] = '\0';
    assert_null(complaint(digits, 308, NULL));
    assert_non_null(complaint(digits, 309, NULL));
    assert_non_null(complaint(digits, 400, NULL));
    digits[1] = '.';
    assert_null(complaint(digits, 400, NULL));
}

static void numbers_are_taken_out_in_order(void **state)
{
    (void)state;
    struct json_checked checked;
    static const char text[] = "{\"a\":-12.50,\"b\":[0,1e5],\"c\":\"9\"}";
    assert_true(json_check(arena, text, sizeof text - 1, NULL, &checked, NULL));
    assert_string_equal(checked.text, "{\"a\":0     ,\"b\":[0,0  ],\"c\":\"9\"}");
    assert_int_equal(checked.len, sizeof text - 1);
    assert_string_equal(checked.numbers->text, "-12.50");
    assert_string_equal(checked.numbers->next->text, "0");
    assert_string_equal(checked.numbers->next->next->text, "1e5");
    assert_null(checked.numbers->next->next->next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_public_suite),
        CASE(what_is_refused),
        CASE(what_is_accepted),
        CASE(no_text_is_accepted_before_its_end),
        CASE(a_complaint_names_the_place),
        CASE(depth_is_limited),
        CASE(tokens_are_limited),
        CASE(bytes_are_limited),
        CASE(a_long_number_is_finite_or_not),
        CASE(numbers_are_taken_out_in_order),
    };
    return cmocka_run_group_tests_name("json_check", tests, NULL, NULL);
}
