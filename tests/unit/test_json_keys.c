/* json_keys: a key given twice is found whatever its spelling and however large the object. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "arena_home.h"
#include "json.h"
#include "json_check.h"

#define CASE(test)   cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *complaint(const char *s, const struct json_limits *limits)
{
    struct json_checked checked;
    const char *error = NULL;
    json_check(arena, s, strlen(s), limits, &checked, &error);
    return error;
}

static void a_key_is_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *decoded;
    } rows[] = {
        { "plain", "plain" },
        { "", "" },
        { "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t" },
        { "\\u0001\\u007f\\u0080\\u07FF\\u0800\\uFFfd",
          "\x01\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\uFFFD" },
        { "\\uD800\\uDC00\\ud83d\\uDE00\\uDBFF\\uDFFF", "\xF0\x90\x80\x80😀\xF4\x8F\xBF\xBF" },
        { "é\\u00e9x\\\\u0041", "ééx\\u0041" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct json_key key = json_key_decode(arena, rows[i].raw, strlen(rows[i].raw));
        assert_string_equal(arena_strndup(arena, key.text, key.len), rows[i].decoded);
    }
}

/* The decoding that cJSON does to the same bytes is the second opinion. */
static void keys_decode_as_cjson_decodes_them(void **state)
{
    (void)state;
    static const char *const raw[] = {
        "", "a", "\\u00e9", "\\ud83d\\ude00!", "\\/\\b\\f\\n\\r\\t\\\"\\\\", "\\u0800\\uFFFF\\u0001"
    };
    for (size_t i = 0; i < COUNT(raw); i++) {
        struct json_key key = json_key_decode(arena, raw[i], strlen(raw[i]));
        const char *object = arena_printf(arena, "{\"%s\":1}", raw[i]);
        const struct json *value = json_parse(arena, object, strlen(object), NULL, NULL);
        assert_string_equal(arena_strndup(arena, key.text, key.len), json_key(json_first(value)));
    }
}

static void a_repeated_key_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"a\":2}",
        "{\"\":1,\"\":2}",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\\n\":1,\"\\u000a\":2}",
        "{\"\\/\":1,\"/\":2}",
        "{\"\\b\\f\\r\\t\":1,\"\\u0008\\u000C\\u000D\\u0009\":2}",
        "{\"\\\\\":1,\"\\u005c\":2}",
        "{\"\\\"\":1,\"\\u0022\":2}",
        "{\"é\":1,\"\\u00E9\":2}",
        "{\"€\":1,\"\\u20ac\":2}",
        "{\"😀\":1,\"\\uD83D\\ude00\":2}",
        "{\"\\uDBFF\\uDFFF\":1,\"\xF4\x8F\xBF\xBF\":2}",
        "[{\"a\":{\"b\":1,\"b\":2}}]",
        "{\"a\":{\"a\":{}},\"b\":[],\"a\":0}",
        "{\"a\":{},\"b\":{\"c\":0},\"b\":0}",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *got = complaint(texts[i], NULL);
        if (!got || !strstr(got, "duplicate key \""))
            fail_msg("%s: %s", texts[i], got);
    }
}

static void different_keys_are_accepted(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"a\":{\"a\":{\"a\":1}}}",  "[{\"a\":1},{\"a\":1}]",
        "{\"a\":1,\"A\":2}",          "{\"a\":[{\"b\":1},{\"b\":1}],\"b\":1}",
        "{\"a\":1,\"ab\":2,\"b\":3}", "{\"\":1,\" \":2}",
        "{\"\\\\n\":1,\"\\n\":2}",    "{\"\\\\u0061\":1,\"a\":2}",
        "{\"é\":1,\"e\u0301\":2}",    "{\"a\":\"b\",\"b\":\"a\"}",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_null(complaint(texts[i], NULL));
}

/* From pairs to sorting, wherever the repeated key stands. */
static void every_size_and_place_is_searched(void **state)
{
    (void)state;
    for (size_t count = 2; count < 40; count++)
        for (size_t twin = 0; twin < count - 1; twin++) {
            struct json_key keys[40];
            for (size_t i = 0; i < count; i++)
                keys[i] = (struct json_key){ arena_printf(arena, "%03zu", i * 31 % 100), 3, i };
            assert_null(json_keys_repeated(keys, count));
            for (size_t i = 0; i < count; i++)
                keys[i] = (struct json_key){ arena_printf(arena, "%03zu", i * 31 % 100), 3, i };
            keys[count - 1].text = keys[twin].text;
            const struct json_key *found = json_keys_repeated(keys, count);
            assert_non_null(found);
            assert_int_equal(found->at, count - 1);
        }
}

/* Keys of one length with a long common start are the worst case of the sort. */
static struct text *object_of(int keys)
{
    struct text *object = text_new(arena);
    text_add_char(object, '{');
    for (int i = 0; i < keys; i++)
        text_add_format(object, "%s\"a key with a long common start %08d\":0", i ? "," : "",
                        i * 7919 % keys);
    text_add_char(object, '}');
    return object;
}

static void many_keys_are_compared_in_reasonable_time(void **state)
{
    (void)state;
    enum { KEYS = 100000 }; /* comparing every pair would take minutes */
    const struct json_limits wide = { .bytes = 16 * 1024 * 1024, .tokens = 2 * KEYS + 3 };
    struct text *object = object_of(KEYS);
    clock_t start = clock();
    assert_null(complaint(text_str(object), &wide));
    text_truncate(object, text_len(object) - 1);
    text_add(object, ",\"a key with a long common start 00050000\":0}");
    assert_non_null(strstr(complaint(text_str(object), &wide), "duplicate key"));
    assert_true(clock() - start < 10 * CLOCKS_PER_SEC);
}

static void the_first_of_many_repeated_keys_is_named(void **state)
{
    (void)state;
    struct text *object = object_of(40);
    text_truncate(object, text_len(object) - 1);
    text_add(object, ",\n\"zz\":0,\"yy\":0,\n\"yy\":0,\n\"zz\":0,\n\"zz\":0}");
    assert_string_equal(complaint(text_str(object), NULL),
                        "line 3, column 1: duplicate key \"yy\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_key_is_decoded),
        CASE(keys_decode_as_cjson_decodes_them),
        CASE(a_repeated_key_is_refused),
        CASE(different_keys_are_accepted),
        CASE(every_size_and_place_is_searched),
        CASE(many_keys_are_compared_in_reasonable_time),
        CASE(the_first_of_many_repeated_keys_is_named),
    };
    return cmocka_run_group_tests_name("json_keys", tests, NULL, NULL);
}
