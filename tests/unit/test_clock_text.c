/* RFC 3339 in and out, with the published tables of valid and invalid texts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "vectors.h"

#include "arena_home.h" /* last: the headers above have parameters of that name */

/* Parses a copy of exact size, so that the sanitizer sees reading past the end. */
static bool parses(const char *text, int64_t *at)
{
    char *copy = strdup(text);
    bool parsed = clock_parse(copy, at);
    free(copy);
    return parsed;
}

static bool parses_day(const char *text, int32_t *day)
{
    char *copy = strdup(text);
    bool parsed = clock_parse_day(copy, day);
    free(copy);
    return parsed;
}

static bool is_date_time(const char *text)
{
    int64_t at;
    return parses(text, &at);
}

static bool is_date(const char *text)
{
    int32_t day;
    return parses_day(text, &day);
}

/* How many texts were judged; every answer must be the table's.  One text holds a NUL, which our
 * JSON reader refuses before any date is looked at: another control character stands in for it. */
static size_t judge(const char *path, bool (*accepts)(const char *))
{
    char *file = vectors_text(arena, path);
    for (char *nul; (nul = strstr(file, "\\u0000"));)
        nul[5] = '1';
    const struct json *suite = json_first(vectors_parse(arena, file));
    size_t judged = 0;
    for (const struct json *c = json_first(json_get(suite, "tests")); c; c = json_next(c)) {
        const char *text;
        bool valid;
        assert_true(json_bool(json_get(c, "valid"), &valid));
        if (!json_text(json_get(c, "data"), &text))
            continue; /* "formats ignore other types": what is no text never reaches the clock */
        if (accepts(text) != valid)
            fail_msg("%s: \"%s\" is %s", path, text, valid ? "valid" : "invalid");
        judged++;
    }
    return judged;
}

/* No case is answered differently on purpose. */
static void test_published_tables(void **state)
{
    (void)state;
    assert_int_equal(judge("tests/data/conf-formats/date-time.json", is_date_time), 27);
    assert_int_equal(judge("tests/data/conf-formats/date.json", is_date), 75);
}

static void test_parse_values(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t at;
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "1969-12-31T23:59:59.999Z", -1 },
        { "2025-12-03T10:30:00Z", 1764757800000 },
        { "2025-12-03T11:30:00+01:00", 1764757800000 },
        { "2025-12-02T18:30:00-16:00", 1764757800000 },
        { "2025-12-04T10:29:00+23:59", 1764757800000 },
        { "2025-12-03T10:30:00-00:00", 1764757800000 },
        { "2025-12-03t10:30:00z", 1764757800000 },
        { "2025-12-03T10:30:00.1Z", 1764757800100 },
        { "2025-12-03T10:30:00.12Z", 1764757800120 },
        { "2025-12-03T10:30:00.123Z", 1764757800123 },
        { "2025-12-03T10:30:00.1239Z", 1764757800123 },
        { "2025-12-03T10:30:00.99999999999999999999999999999999999999999999Z", 1764757800999 },
        { "2025-12-03T10:30:00.000000000000000000000000000000000000000000+00:00", 1764757800000 },
        { "2024-02-29T00:00:00Z", 1709164800000 },
        { "2038-01-19T03:14:08Z", 2147483648000 },
        { "2016-12-31T23:59:60Z", 1483228800000 },
        { "2017-01-01T00:59:60.5+01:00", 1483228800500 },
        { "2016-12-31T23:29:60-00:30", 1483228800000 },
        { "0001-01-01T00:00:00Z", CLOCK_LEAST },
        { "0001-01-01T23:59:00+23:59", CLOCK_LEAST },
        { "9999-12-31T23:59:59.999Z", CLOCK_MOST },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t at = 12345;
        if (!parses(cases[i].text, &at))
            fail_msg("refused: %s", cases[i].text);
        assert_int_equal(at, cases[i].at);
    }
}

static void test_parse_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2025",
        "2025-12-03",
        "2025-12-03 10:30:00Z",
        "2025-12-03T10:30Z",
        "2025-12-03T10:30:00",
        "2025-12-03T10:30:00.Z",
        "2025-12-03T10:30:00,5Z",
        "2025-12-03T10:30:00.5.5Z",
        "2025-12-03T10:30:00+1:00",
        "2025-12-03T10:30:00+0100",
        "2025-12-03T10:30:00+01:0",
        "2025-12-03T10:30:00+24:00",
        "2025-12-03T10:30:00+01:00:00",
        "2025-12-03T10:30:00ZZ",
        "2025-12-03T10:30:00Z ",
        " 2025-12-03T10:30:00Z",
        "2025-12-03T10:30:00UTC",
        "-025-12-03T10:30:00Z",
        "+2025-12-03T10:30:00Z",
        "2025-02-29T10:30:00Z",
        "2025-00-03T10:30:00Z",
        "2025-12-00T10:30:00Z",
        "2025-12-32T10:30:00Z",
        "2025-13-03T10:30:00Z",
        "2025-12-03T24:00:00Z",
        "2025-12-03T10:60:00Z",
        "2025-12-03T10:30:60Z",
        "2025-12-03T23:59:61Z",
        "2025-12-03T23:59:60+00:30", /* half past the hour in UTC */
        "2025-12-03T-1:30:00Z",
        "2025-12-03T10:30:00Z\n",
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00+00:01", /* the year 0000 in UTC */
        "9999-12-31T23:59:59-00:01", /* the year 10000 */
        "9999-12-31T23:59:60Z",
        "1764757800",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t at = 12345;
        if (parses(bad[i], &at))
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(at, 12345);
    }
}

/* Every cut and every intruder: nothing but the text itself is the text. */
static void test_parse_refuses_neighbours(void **state)
{
    (void)state;
    static const char good[] = "2025-12-03T10:30:00.250+01:00";
    int64_t at;
    for (size_t len = 0; len < sizeof good - 1; len++) {
        char *cut = strndup(good, len);
        assert_false(clock_parse(cut, &at));
        free(cut);
    }
    for (size_t i = 0; i < sizeof good - 1; i++)
        for (const char *c = "/;A \x80\xff"; *c; c++) {
            char *text = strdup(good);
            text[i] = *c;
            assert_false(clock_parse(text, &at));
            free(text);
        }
}

static void test_format(void **state)
{
    (void)state;
    static const struct {
        int64_t at;
        const char *text, *secs;
    } cases[] = {
        { 0, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00Z" },
        { -1, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59Z" },
        { -86400000, "1969-12-31T00:00:00.000Z", "1969-12-31T00:00:00Z" },
        { 1764757800007, "2025-12-03T10:30:00.007Z", "2025-12-03T10:30:00Z" },
        { 951782399999, "2000-02-28T23:59:59.999Z", "2000-02-28T23:59:59Z" },
        { CLOCK_LEAST, "0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00Z" },
        { CLOCK_MOST, "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59Z" },
        { CLOCK_LEAST - 1, "invalid", "invalid" },
        { CLOCK_MOST + 1, "invalid", "invalid" },
        { INT64_MIN, "invalid", "invalid" },
        { INT64_MAX, "invalid", "invalid" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[CLOCK_TEXT];
        clock_format(cases[i].at, text);
        assert_string_equal(text, cases[i].text);
        clock_format_secs(cases[i].at, text);
        assert_string_equal(text, cases[i].secs);
    }
}

/* Steps of a prime number of milliseconds meet every part of an instant. */
static void test_round_trip(void **state)
{
    (void)state;
    for (int64_t at = CLOCK_LEAST; at <= CLOCK_MOST; at += 15732680129) {
        char text[CLOCK_TEXT];
        int64_t again;
        clock_format(at, text);
        assert_true(clock_parse(text, &again));
        assert_int_equal(again, at);
        clock_format_secs(at, text);
        assert_true(clock_parse(text, &again));
        assert_int_equal(again, floor_div(at, 1000) * 1000);
    }
}

static void test_days(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t day;
    } cases[] = {
        { "1970-01-01", 0 },         { "1969-12-31", -1 },        { "2025-12-03", 20425 },
        { "2024-02-29", 19782 },     { "0001-01-01", DAY_LEAST }, { "9999-12-31", DAY_MOST },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t day = 77;
        char text[CLOCK_TEXT];
        assert_true(parses_day(cases[i].text, &day));
        assert_int_equal(day, cases[i].day);
        clock_format_day(day, text);
        assert_string_equal(text, cases[i].text);
    }
    static const char *const bad[] = { "", "2025-02-29", "0000-01-01", "2025-1-01", "2025-04-31",
                                       "2025-12-03T", "1900-02-29", "2025-12", "20251203" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int32_t day = 77;
        assert_false(parses_day(bad[i], &day));
        assert_int_equal(day, 77);
    }
    static const int32_t beyond[] = { DAY_LEAST - 1, DAY_MOST + 1, INT32_MIN, INT32_MAX };
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
        char text[CLOCK_TEXT];
        clock_format_day(beyond[i], text);
        assert_string_equal(text, "invalid");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_tables), cmocka_unit_test(test_parse_values),
        cmocka_unit_test(test_parse_refuses),    cmocka_unit_test(test_parse_refuses_neighbours),
        cmocka_unit_test(test_format),           cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_days),
    };
    return cmocka_run_group_tests_name("clock_text", tests, set_up, tear_down);
}
