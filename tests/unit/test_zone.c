/* Local time, against the C library for every zone that people live in, and on the days that trip
 * calendars.  The library is asked through TZ, which only a test may do. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    unsetenv("WEIR_ZONEINFO");
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct zone *load(const char *name)
{
    struct zone *zone = zone_load(arena, name);
    if (!zone)
        fail_msg("no zone %s", name);
    return zone;
}

static int64_t instant(const char *text)
{
    int64_t at = 0;
    if (!clock_parse(text, &at))
        fail_msg("no instant: %s", text);
    return at;
}

static int32_t day(const char *text)
{
    int32_t parsed = 0;
    if (!clock_parse_day(text, &parsed))
        fail_msg("no day: %s", text);
    return parsed;
}

static void library_zone(const char *name)
{
    char value[128];
    snprintf(value, sizeof value, ":%s", name);
    setenv("TZ", value, 1);
    tzset();
}

static void assert_as_library(const struct zone *zone, int64_t secs)
{
    time_t t = (time_t)secs;
    struct tm tm;
    assert_non_null(localtime_r(&t, &tm));
    int32_t local_day = date_day((struct date){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday });
    int32_t offset = zone_offset_secs(zone, secs * 1000);
    if (offset != tm.tm_gmtoff || zone_day(zone, secs * 1000) != local_day)
        fail_msg("%s at %lld: %d, the C library says %ld", zone_name(zone), (long long)secs, offset,
                 tm.tm_gmtoff);
}

/* The first second after `from` with another offset, which is known to have come at `until`. */
static int64_t change_between(const struct zone *zone, int64_t from, int64_t until)
{
    int32_t before = zone_offset_secs(zone, from * 1000);
    while (until - from > 1) {
        int64_t middle = from + (until - from) / 2;
        if (zone_offset_secs(zone, middle * 1000) == before)
            from = middle;
        else
            until = middle;
    }
    return until;
}

/* From 1970 to 2060 in steps of four days, and both sides of every change that lies between two. */
static size_t compare_with_library(const char *name)
{
    enum { STEP = 4 * 86400 + 1237 };
    const struct zone *zone = load(name);
    int64_t end = instant("2060-12-31T23:59:59Z") / 1000;
    size_t changes = 0;
    library_zone(name);
    for (int64_t at = 0; at < end; at += STEP) {
        assert_as_library(zone, at);
        if (zone_offset_secs(zone, at * 1000) == zone_offset_secs(zone, (at + STEP) * 1000))
            continue;
        int64_t change = change_between(zone, at, at + STEP);
        assert_as_library(zone, change - 1);
        assert_as_library(zone, change);
        changes++;
    }
    return changes;
}

/* The list of zones that comes with their files: code, place, name, comment. */
static void test_every_zone_as_library(void **state)
{
    (void)state;
    FILE *list = fopen("/usr/share/zoneinfo/zone1970.tab", "r");
    if (!list)
        fail_msg("/usr/share/zoneinfo/zone1970.tab is missing: apt-get install tzdata");
    char line[512], name[128];
    size_t zones = 0, changes = 0;
    while (fgets(line, sizeof line, list))
        if (line[0] != '#' && sscanf(line, "%*s %*s %127s", name) == 1) {
            changes += compare_with_library(name);
            zones++;
        }
    fclose(list);
    assert_true(zones > 300);
    assert_true(changes > 300 * 20);
}

/* Names that no place has: fixed offsets, links, and the old ones with a rule of their own. */
static void test_odd_names_as_library(void **state)
{
    (void)state;
    static const char *const names[] = {
        "UTC", "Etc/GMT+12", "Etc/GMT-14", "GMT0", "CET", "EST5EDT", "Asia/Calcutta", "Eire",
        "America/Argentina/ComodRivadavia", "Antarctica/Troll", "Europe/Dublin", "Pacific/Apia",
        "America/Godthab", "Africa/El_Aaiun", "posix/Europe/Berlin",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        compare_with_library(names[i]);
}

/* What was looked up before must not show in an answer. */
static void test_order_does_not_matter(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static const char *const names[] = { "Europe/Berlin", "Africa/Casablanca",
                                         "Australia/Lord_Howe" };
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        const struct zone *zone = load(names[n]);
        static int32_t rising[COUNT];
        for (int i = 0; i < COUNT; i++)
            rising[i] = zone_offset_secs(zone, i * INT64_C(1400000000));
        for (int i = 0, at = 7; i < COUNT; i++, at = (at * 1663 + 1) % COUNT)
            assert_int_equal(zone_offset_secs(zone, at * INT64_C(1400000000)), rising[at]);
    }
}

static void test_day_starts(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *day, *start;
    } cases[] = {
        { "UTC", "2025-12-03", "2025-12-03T00:00:00Z" },
        { "Europe/Berlin", "2025-03-30", "2025-03-30T00:00:00+01:00" },
        { "Europe/Berlin", "2025-03-31", "2025-03-31T00:00:00+02:00" },
        { "Europe/Berlin", "2050-07-01", "2050-07-01T00:00:00+02:00" },
        { "Europe/Berlin", "9999-12-31", "9999-12-31T00:00:00+01:00" },
        { "Asia/Kathmandu", "2025-01-01", "2025-01-01T00:00:00+05:45" },
        /* no midnight: the clocks jump to one o'clock */
        { "America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00" },
        { "Africa/Cairo", "2023-04-28", "2023-04-28T01:00:00+03:00" },
        { "Asia/Beirut", "2022-03-27", "2022-03-27T01:00:00+03:00" },
        { "America/Havana", "2024-03-10", "2024-03-10T01:00:00-04:00" },
        /* midnight twice: the first counts */
        { "America/Havana", "2024-11-03", "2024-11-03T00:00:00-04:00" },
        { "Atlantic/Azores", "2024-10-27", "2024-10-27T00:00:00+00:00" },
        /* the hour before midnight twice */
        { "America/Sao_Paulo", "2019-02-17", "2019-02-17T00:00:00-03:00" },
        { "America/St_Johns", "1987-10-25", "1987-10-25T00:00:00-02:30" },
        /* the clocks jump a minute past midnight: the day has begun */
        { "America/St_Johns", "1988-04-03", "1988-04-03T00:00:00-03:30" },
        /* half an hour, and winter as the exception */
        { "Australia/Lord_Howe", "2024-04-07", "2024-04-07T00:00:00+11:00" },
        { "Australia/Lord_Howe", "2024-04-08", "2024-04-08T00:00:00+10:30" },
        { "Europe/Dublin", "2024-01-15", "2024-01-15T00:00:00Z" },
        { "Europe/Dublin", "2024-07-15", "2024-07-15T00:00:00+01:00" },
        { "Africa/Casablanca", "2024-03-20", "2024-03-20T00:00:00Z" },
        { "Africa/Casablanca", "2024-05-01", "2024-05-01T00:00:00+01:00" },
        /* dates that were left out when the date line moved: empty, they start with the next */
        { "Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00" },
        { "Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00" },
        { "Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00" },
        { "Pacific/Kiritimati", "1994-12-31", "1995-01-01T00:00:00+14:00" },
        { "Pacific/Kiritimati", "1995-01-01", "1995-01-01T00:00:00+14:00" },
        { "Pacific/Kwajalein", "1993-08-21", "1993-08-22T00:00:00+12:00" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[CLOCK_TEXT], expected[CLOCK_TEXT];
        clock_format(zone_day_start(load(cases[i].zone), day(cases[i].day)), text);
        clock_format(instant(cases[i].start), expected);
        if (strcmp(text, expected) != 0)
            fail_msg("%s %s starts at %s, not %s", cases[i].zone, cases[i].day, expected, text);
    }
}

/* On every day of 90 years: no instant before the start has that date, and the start has it. */
static void test_day_start_is_the_first_instant(void **state)
{
    (void)state;
    static const char *const names[] = {
        "America/Sao_Paulo", "Africa/Cairo",      "Asia/Beirut",     "America/Havana",
        "Pacific/Apia",      "America/St_Johns",  "Europe/Dublin",   "Australia/Lord_Howe",
        "Africa/Casablanca", "Antarctica/Casey",  "Asia/Gaza",       "Pacific/Kiritimati",
        "Atlantic/Azores",   "America/Scoresbysund",
    };
    int32_t left_out = 0;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        const struct zone *zone = load(names[n]);
        int64_t before = INT64_MIN;
        for (int32_t d = 0; d < 33000; d++) {
            int64_t start = zone_day_start(zone, d);
            if (zone_day(zone, start) < d || zone_day(zone, start - 1) >= d || start < before)
                fail_msg("%s: day %d does not start at %lld", names[n], d, (long long)start);
            left_out += zone_day(zone, start) != d;
            before = start;
        }
    }
    assert_int_equal(left_out, 2); /* Apia 2011-12-30, Kiritimati 1994-12-31 */
}

/* The hour that St John's had twice belongs to the earlier date the second time, too. */
static void test_day_falls_back(void **state)
{
    (void)state;
    const struct zone *zone = load("America/St_Johns");
    assert_int_equal(zone_day(zone, instant("1987-10-25T02:29:59.999Z")), day("1987-10-24"));
    assert_int_equal(zone_day(zone, instant("1987-10-25T02:30:30Z")), day("1987-10-25"));
    assert_int_equal(zone_day(zone, instant("1987-10-25T02:31:00Z")), day("1987-10-24"));
    assert_int_equal(zone_day(zone, instant("1987-10-25T03:30:00Z")), day("1987-10-25"));
}

/* A second has a thousand instants, before 1970 too. */
static void test_milliseconds(void **state)
{
    (void)state;
    const struct zone *zone = load("Europe/Berlin");
    int64_t change = instant("2025-03-30T01:00:00Z"), midnight = instant("1965-06-01T23:00:00Z");
    assert_int_equal(zone_offset_secs(zone, change - 1), 3600);
    assert_int_equal(zone_offset_secs(zone, change), 7200);
    assert_int_equal(zone_day(zone, midnight - 1), day("1965-06-01"));
    assert_int_equal(zone_day(zone, midnight), day("1965-06-02"));
}

static void test_extremes_count_as_the_nearest(void **state)
{
    (void)state;
    const struct zone *zone = load("Asia/Tokyo");
    assert_int_equal(zone_day(zone, INT64_MAX), zone_day(zone, CLOCK_MOST));
    assert_int_equal(zone_day(zone, CLOCK_MOST), DAY_MOST + 1); /* in Tokyo it is tomorrow */
    assert_int_equal(zone_day(zone, INT64_MIN), DAY_LEAST);
    assert_int_equal(zone_offset_secs(zone, INT64_MAX), 9 * 3600);
    assert_int_equal(zone_day_start(zone, INT32_MAX), zone_day_start(zone, DAY_MOST));
    assert_int_equal(zone_day_start(zone, INT32_MIN), zone_day_start(zone, DAY_LEAST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_zone_as_library),
        cmocka_unit_test(test_odd_names_as_library),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_day_starts),
        cmocka_unit_test(test_day_start_is_the_first_instant),
        cmocka_unit_test(test_day_falls_back),
        cmocka_unit_test(test_milliseconds),
        cmocka_unit_test(test_extremes_count_as_the_nearest),
    };
    return cmocka_run_group_tests_name("zone", tests, set_up, tear_down);
}
