/* The calendar, day by day against the plainest definition of it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "clock.h"

static int month_length(int year, int month)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return lengths[month - 1] + (month == 2 && leap);
}

static void advance(struct date *date)
{
    if (++date->day <= month_length(date->year, date->month))
        return;
    date->day = 1;
    if (++date->month > 12) {
        date->month = 1;
        date->year++;
    }
}

/* Every day of the years 0001 to 9999: 0001-01-01 is a Monday. */
static void test_every_day(void **state)
{
    (void)state;
    struct date date = { 1, 1, 1 };
    int32_t monday = DAY_LEAST, first = DAY_LEAST;
    for (int32_t day = DAY_LEAST; day <= DAY_MOST; day++, advance(&date)) {
        struct date got = day_date(day);
        if ((day - DAY_LEAST) % 7 == 0)
            monday = day;
        if (date.day == 1)
            first = day;
        if (got.year != date.year || got.month != date.month || got.day != date.day ||
            date_day(date) != day || day_week(day) != monday || day_month(day) != first)
            fail_msg("day %d is not %d-%d-%d", day, date.year, date.month, date.day);
    }
    assert_int_equal(date.year, 10000);
}

/* Fixed points from the calendar on the wall, so that the loop above cannot be right by mistake. */
static void test_known_days(void **state)
{
    (void)state;
    static const struct {
        struct date date;
        int32_t day;
        int weekday; /* Monday 0 */
    } cases[] = {
        { { 1970, 1, 1 }, 0, 3 },      { { 1969, 12, 31 }, -1, 2 },  { { 2000, 2, 29 }, 11016, 1 },
        { { 2000, 3, 1 }, 11017, 2 },  { { 2025, 12, 3 }, 20425, 2 }, { { 1900, 3, 1 }, -25508, 3 },
        { { 2038, 1, 19 }, 24855, 1 }, { { 2100, 2, 28 }, 47540, 6 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(date_day(cases[i].date), cases[i].day);
        assert_int_equal(cases[i].day - day_week(cases[i].day), cases[i].weekday);
    }
}

/* The week of a day in January may begin in December. */
static void test_week_crosses_the_year(void **state)
{
    (void)state;
    assert_int_equal(day_week(date_day((struct date){ 2021, 1, 3 })),
                     date_day((struct date){ 2020, 12, 28 }));
    assert_int_equal(day_week(date_day((struct date){ 2021, 1, 4 })),
                     date_day((struct date){ 2021, 1, 4 }));
}

static void test_floor_div(void **state)
{
    (void)state;
    assert_int_equal(floor_div(-1, 1000), -1);
    assert_int_equal(floor_div(-1000, 1000), -1);
    assert_int_equal(floor_div(-1001, 1000), -2);
    assert_int_equal(floor_div(999, 1000), 0);
    assert_int_equal(floor_div(INT64_MIN, 1000), INT64_MIN / 1000 - 1);
    assert_int_equal(floor_div(INT64_MAX, 1000), INT64_MAX / 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_known_days),
        cmocka_unit_test(test_week_crosses_the_year),
        cmocka_unit_test(test_floor_div),
    };
    return cmocka_run_group_tests_name("clock_date", tests, NULL, NULL);
}
