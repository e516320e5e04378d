/* The POSIX rule at the end of a TZif file: what is one, and when it changes the clocks. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "zone.h"

/* Parses a copy of exact size, so that the sanitizer sees reading past the end. */
static bool parses(const char *text, size_t len, struct zone_rule *rule)
{
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    bool parsed = zone_rule_parse(copy, len, rule);
    free(copy);
    return parsed;
}

static struct zone_rule rule_of(const char *text)
{
    struct zone_rule rule = { 0 };
    if (!parses(text, strlen(text), &rule))
        fail_msg("refused: %s", text);
    return rule;
}

static void test_fixed_offsets(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t offset;
    } cases[] = {
        { "UTC0", 0 },          { "CET-1", 3600 },          { "EST5", -18000 },
        { "EST+5", -18000 },    { "<+0530>-5:30", 19800 },  { "<-0930>9:30", -34200 },
        { "<-00>0", 0 },        { "XYZ-24:59:59", 89999 },  { "LongName-0:0:1", 1 },
        { "<abc>24", -86400 },  { "<+14>-14", 50400 },      { "ACST-09:30", 34200 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zone_rule rule = rule_of(cases[i].text);
        struct zone_range range = zone_rule_range(&rule, 1764757800);
        assert_int_equal(range.offset, cases[i].offset);
        assert_true(range.from == INT64_MIN && range.until == INT64_MAX);
    }
}

/* Both changes around an instant, computed by hand or taken from the standards. */
static void test_changes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *at;
        int32_t offset;
        const char *from, *until;
    } cases[] = {
        { "CET-1CEST,M3.5.0,M10.5.0/3", "2025-07-01T00:00:00Z", 7200,
          "2025-03-30T01:00:00Z", "2025-10-26T01:00:00Z" },
        { "CET-1CEST,M3.5.0,M10.5.0/3", "2025-12-31T23:30:00Z", 3600,
          "2025-10-26T01:00:00Z", "2026-03-29T01:00:00Z" },
        { "CET-1CEST,M3.5.0,M10.5.0/3", "2026-01-01T00:00:00Z", 3600,
          "2025-10-26T01:00:00Z", "2026-03-29T01:00:00Z" },
        /* the first and the last second */
        { "EST5EDT,M3.2.0,M11.1.0", "2024-03-10T07:00:00Z", -14400,
          "2024-03-10T07:00:00Z", "2024-11-03T06:00:00Z" },
        { "EST5EDT,M3.2.0,M11.1.0", "2024-11-03T05:59:59Z", -14400,
          "2024-03-10T07:00:00Z", "2024-11-03T06:00:00Z" },
        { "EST5EDT,M3.2.0,M11.1.0", "2024-11-03T06:00:00Z", -18000,
          "2024-11-03T06:00:00Z", "2025-03-09T07:00:00Z" },
        /* the southern half, and one and a half hours */
        { "AEST-10AEDT,M10.1.0,M4.1.0/3", "2025-01-01T00:00:00Z", 39600,
          "2024-10-05T16:00:00Z", "2025-04-05T16:00:00Z" },
        { "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2025-06-01T00:00:00Z", 37800,
          "2025-04-05T15:00:00Z", "2025-10-04T15:30:00Z" },
        /* winter as the exception: "summer" is the colder half */
        { "IST-1GMT0,M10.5.0,M3.5.0/1", "2025-01-15T00:00:00Z", 0,
          "2024-10-27T01:00:00Z", "2025-03-30T01:00:00Z" },
        /* times outside the day: before it, and two days later */
        { "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2025-06-01T00:00:00Z", -3600,
          "2025-03-30T01:00:00Z", "2025-10-26T01:00:00Z" },
        { "EET-2EEST,M3.4.4/50,M10.4.4/50", "2025-06-01T00:00:00Z", 10800,
          "2025-03-29T00:00:00Z", "2025-10-24T23:00:00Z" },
        { "AAA0BBB,J1/-167,J300/167", "2025-06-01T00:00:00Z", 3600,
          "2024-12-25T01:00:00Z", "2025-11-02T22:00:00Z" },
        { "AAA0BBB,J100/0,J365/167", "2026-01-02T00:00:00Z", 3600,
          "2025-04-10T00:00:00Z", "2026-01-06T22:00:00Z" },
        { "AAA0BBB,J1/-167,J2/-167", "2024-12-31T12:00:00Z", 0,
          "2024-12-26T00:00:00Z", "2025-12-25T01:00:00Z" },
        /* J60 is 1 March in every year, 59 only in common ones */
        { "AAA0BBB,J60/0,J300/0", "2024-06-01T00:00:00Z", 3600,
          "2024-03-01T00:00:00Z", "2024-10-26T23:00:00Z" },
        { "AAA0BBB,59/0,299/0", "2024-06-01T00:00:00Z", 3600,
          "2024-02-29T00:00:00Z", "2024-10-25T23:00:00Z" },
        { "AAA0BBB,59/0,299/0", "2025-06-01T00:00:00Z", 3600,
          "2025-03-01T00:00:00Z", "2025-10-26T23:00:00Z" },
        { "AAA0BBB,J59/0,J300/0", "2024-06-01T00:00:00Z", 3600,
          "2024-02-28T00:00:00Z", "2024-10-26T23:00:00Z" },
        /* the last week of a month with four and with five of that day; the first of February */
        { "AAA0BBB,M2.5.6/0,M2.1.6/0", "2020-03-01T00:00:00Z", 3600,
          "2020-02-29T00:00:00Z", "2021-02-05T23:00:00Z" },
        { "AAA0BBB,M2.5.6/0,M2.1.6/0", "2021-03-01T00:00:00Z", 3600,
          "2021-02-27T00:00:00Z", "2022-02-04T23:00:00Z" },
        /* RFC 8536: summer time all year, told by two changes in the same second */
        { "XXX3EDT4,0/0,J365/23", "2025-06-01T00:00:00Z", -14400,
          "2025-01-01T03:00:00Z", "2026-01-01T03:00:00Z" },
        { "XXX3EDT4,0/0,J365/23", "2026-01-01T03:00:00Z", -14400,
          "2026-01-01T03:00:00Z", "2027-01-01T03:00:00Z" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zone_rule rule = rule_of(cases[i].text);
        int64_t at, from, until;
        assert_true(clock_parse(cases[i].at, &at) && clock_parse(cases[i].from, &from) &&
                    clock_parse(cases[i].until, &until));
        struct zone_range range = zone_rule_range(&rule, at / 1000);
        if (range.offset != cases[i].offset || range.from != from / 1000 ||
            range.until != until / 1000)
            fail_msg("%s at %s: %d from %lld until %lld", cases[i].text, cases[i].at, range.offset,
                     (long long)range.from, (long long)range.until);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "C",
        "CE-1",
        "CET",
        "CET-",
        "CET-1 ",
        " CET-1",
        "CET--1",
        "CET+-1",
        "CET-25",
        "CET-1:60",
        "CET-1:00:60",
        "CET-1:",
        "CET-1:00:",
        "CET-1:00:00:00",
        "CET-00001",
        "CET-99999999999",
        "CET1a",
        "C3T-1",
        "<+01-1",
        "<+1>-1",
        "<>-1",
        "<+0_1>-1",
        "<+01>",
        "CET-1CEST", /* summer time without a rule: each system had its own */
        "CET-1CEST,",
        "CET-1CEST,M3.5.0",
        "CET-1CEST,M3.5.0,",
        "CET-1CEST,M3.5.0,M10.5.0/",
        "CET-1CEST,M3.5.0,M10.5.0/3,",
        "CET-1CEST,M3.5.0,M10.5.0/168",
        "CET-1CEST,M3.5.0,M10.5.0/-168",
        "CET-1CEST,M0.5.0,M10.5.0",
        "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.0.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,M3.5,M10.5.0",
        "CET-1CEST,M3.5.0.1,M10.5.0",
        "CET-1CEST,J0,J300",
        "CET-1CEST,J366,J300",
        "CET-1CEST,366,300",
        "CET-1CEST,-1,300",
        "CET-1CE,M3.5.0,M10.5.0",
        "CET-1CEST-25,M3.5.0,M10.5.0",
        "CET-1CEST;M3.5.0,M10.5.0",
        ":Europe/Berlin",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct zone_rule rule = { .offset = 4711 };
        if (parses(bad[i], strlen(bad[i]), &rule))
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(rule.offset, 4711);
    }
    struct zone_rule rule;
    assert_false(parses("CET-1\0", 6, &rule));
    assert_false(parses("CET\0-1", 6, &rule));
}

/* A rule cut anywhere is another rule or none, but never read past its end. */
static void test_every_cut(void **state)
{
    (void)state;
    static const char text[] = "<+1245>-12:45<+1345>-13:45:01,M9.5.0/2:45:59,M4.1.0/-3:45";
    struct zone_rule rule;
    size_t accepted = 0;
    for (size_t len = 0; len < sizeof text; len++)
        accepted += parses(text, len, &rule);
    /* without summer time "-1", "-12", "-12:4", "-12:45"; with it "M4.1.0", "/-3", ":4", ":45" */
    assert_int_equal(accepted, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_offsets),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_every_cut),
    };
    return cmocka_run_group_tests_name("zone_rule", tests, NULL, NULL);
}
