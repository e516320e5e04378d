/* json_pretty and json_print: what is printed is JSON, and the same again once parsed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "json_cast.h"

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void printing_and_parsing_again_changes_nothing(void **state)
{
    (void)state;
    static const char folder[] = "tests/data/conf-json-accept/y";
    DIR *files = opendir(folder);
    int printed = 0;
    assert_non_null(files);
    for (struct dirent *entry; (entry = readdir(files));) {
        char text[4096] = "";
        FILE *file = fopen(arena_printf(arena, "%s/%s", folder, entry->d_name), "rb");
        size_t len = strstr(entry->d_name, ".json") ? fread(text, 1, sizeof text - 1, file) : 0;
        fclose(file);
        struct json *value = json_parse(arena, text, len, NULL, NULL);
        if (!value)
            continue;
        const char *compact = json_print(arena, value), *pretty = json_print_pretty(arena, value);
        assert_string_equal(json_print(arena, parsed(compact)), compact);
        assert_string_equal(json_print(arena, parsed(pretty)), compact);
        printed++;
    }
    closedir(files);
    assert_int_equal(printed, 91);
}

static void pretty_text_is_for_people(void **state)
{
    (void)state;
    struct json *value = parsed("{\"a\":1.0,\"b\":[],\"c\":{},\"d\":[1,[2,{\"e\":null}]],"
                                "\"{[,:\\\"\\\\\":\"]},:\\\\\"}");
    assert_string_equal(json_print_pretty(arena, value), "{\n"
                                                         "  \"a\": 1.0,\n"
                                                         "  \"b\": [],\n"
                                                         "  \"c\": {},\n"
                                                         "  \"d\": [\n"
                                                         "    1,\n"
                                                         "    [\n"
                                                         "      2,\n"
                                                         "      {\n"
                                                         "        \"e\": null\n"
                                                         "      }\n"
                                                         "    ]\n"
                                                         "  ],\n"
                                                         "  \"{[,:\\\"\\\\\": \"]},:\\\\\"\n"
                                                         "}");
    assert_string_equal(json_print_pretty(arena, parsed("\"x\"")), "\"x\"");
    assert_string_equal(json_print_pretty(arena, parsed("[]")), "[]");
    assert_string_equal(json_print_pretty(arena, NULL), "null");
    assert_string_equal(json_print(arena, NULL), "null");
}

static void a_large_value_is_printed_whole(void **state)
{
    (void)state;
    struct json *list = json_array(arena);
    for (int i = 0; i < 20000; i++)
        json_append_text(list, "0123456789");
    const char *text = json_print(arena, list);
    assert_int_equal(strlen(text), 20000 * 13 + 1);
    const struct json_limits wide = { .tokens = 20001 };
    assert_int_equal(json_count(json_parse(arena, text, strlen(text), &wide, NULL)), 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(printing_and_parsing_again_changes_nothing),
        CASE(pretty_text_is_for_people),
        CASE(a_large_value_is_printed_whole),
    };
    return cmocka_run_group_tests_name("json_pretty", tests, NULL, NULL);
}
