/* json_number: whole numbers are read from their digits, and doubles lose none of theirs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_number.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LARGEST 9007199254740992

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } rows[] = {
        { "0", 0 },
        { "-0", 0 },
        { "0.000", 0 },
        { "0e5", 0 },
        { "-0.0E-999999999999999999999", 0 },
        { "0e999999999999999999999", 0 },
        { "7", 7 },
        { "-7", -7 },
        { "1000", 1000 },
        { "1001", 1001 },
        { "5.0", 5 },
        { "5.000000000000000000000000000000000000000000", 5 },
        { "1e3", 1000 },
        { "1E+3", 1000 },
        { "-1.5e1", -15 },
        { "50e-1", 5 },
        { "12.50e2", 1250 },
        { "0.001e3", 1 },
        { "0.0000000000000000000000000000012e31", 12 },
        { "120000000000000000000000000000000e-31", 12 },
        { "9007199254740992", LARGEST },
        { "-9007199254740992", -LARGEST },
        { "9007199254740992.0", LARGEST },
        { "90071992547409920e-1", LARGEST },
        { "9.007199254740992e15", LARGEST },
        { "9007199254740991", LARGEST - 1 },
        { "1e15", 1000000000000000 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t value = 99;
        if (!json_number_whole(rows[i].text, &value) || value != rows[i].value)
            fail_msg("%s became %lld", rows[i].text, (long long)value);
    }
}

static void not_whole_or_too_large(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "0.5", "-0.5", "5.5", "5.000000000000000000000000000000000001", "1e-1", "15e-1", "1001e-1",
        "1e-999999999999999999999", "9007199254740993", "-9007199254740993", "9007199254740992.5",
        "9007199254740992.0000000000000000001", "90071992547409921e-1", "90071992547409930e-1",
        "10000000000000000", "1e16", "9.1e15", "1e999999999999999999999", "9223372036854775807",
        "-9223372036854775808", "18446744073709551616", "99999999999999999999999999999999",
        "184467440737095516170", "340282366920938463463374607431768211457",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t value = 99;
        if (json_number_whole(rows[i], &value))
            fail_msg("%s was read as %lld", rows[i], (long long)value);
        assert_int_equal(value, 99);
    }
}

/* More zeros than any exponent is worth, on either side of the point. */
static void zeros_and_exponents_cancel_out(void **state)
{
    (void)state;
    enum { ZEROS = 1000 };
    char text[ZEROS + 20] = "12";
    int64_t value = 0;
    memset(text + 2, '0', ZEROS);
    strcpy(text + 2 + ZEROS, "e-999");
    assert_true(json_number_whole(text, &value));
    assert_int_equal(value, 120);
    strcpy(text + 2 + ZEROS, "e-1001");
    assert_false(json_number_whole(text, &value));
    memset(text, '0', ZEROS);
    text[1] = '.';
    strcpy(text + ZEROS, "34e1000");
    assert_true(json_number_whole(text, &value));
    assert_int_equal(value, 34);
    strcpy(text + ZEROS, "34e999");
    assert_false(json_number_whole(text, &value));
}

/* Around every power of two, against the text that the C library prints. */
static void whole_numbers_agree_with_the_c_library(void **state)
{
    (void)state;
    for (int bits = 0; bits < 63; bits++)
        for (int64_t offset = -3; offset <= 3; offset++) {
            int64_t expected = ((int64_t)1 << bits) + offset, value = 0;
            char text[32];
            snprintf(text, sizeof text, "%lld", (long long)expected);
            bool fits = expected <= LARGEST;
            assert_int_equal(json_number_whole(text, &value), fits);
            assert_int_equal(value, fits ? expected : 0);
        }
}

static void the_shortest_text_of_a_double(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        { 0, "0" },
        { -0.0, "-0" },
        { 1, "1" },
        { -2.5, "-2.5" },
        { 0.1, "0.1" },
        { 1.0 / 3, "0.3333333333333333" },
        { 2.0 / 3, "0.6666666666666666" },
        { 0.1 + 0.2, "0.30000000000000004" },
        { 100000, "100000" },
        { 123456789012345, "123456789012345" },
        { 9007199254740993.0, "9007199254740992" },
        { 1e22, "1e+22" },
        { 1e-7, "1e-07" },
        { 5e-324, "5e-324" },
        { 1.5e-323, "1.5e-323" },
        { DBL_MIN, "2.2250738585072014e-308" },
        { DBL_MAX, "1.7976931348623157e+308" },
        { -DBL_MAX, "-1.7976931348623157e+308" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[JSON_NUMBER_ROOM];
        json_number_shortest(text, rows[i].value);
        assert_string_equal(text, rows[i].text);
    }
}

static void every_double_reads_back_equal(void **state)
{
    (void)state;
    uint64_t random = 0x9E3779B97F4A7C15;
    for (int i = 0; i < 20000; i++) {
        random = random * 6364136223846793005 + 1442695040888963407;
        double value;
        memcpy(&value, &random, sizeof value);
        if (!isfinite(value))
            continue;
        char text[JSON_NUMBER_ROOM];
        json_number_shortest(text, value);
        double again = strtod(text, NULL);
        assert_memory_equal(&again, &value, sizeof value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(not_whole_or_too_large),
        cmocka_unit_test(zeros_and_exponents_cancel_out),
        cmocka_unit_test(whole_numbers_agree_with_the_c_library),
        cmocka_unit_test(the_shortest_text_of_a_double),
        cmocka_unit_test(every_double_reads_back_equal),
    };
    return cmocka_run_group_tests_name("json_number", tests, NULL, NULL);
}
