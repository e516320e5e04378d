/* The Gregorian calendar as arithmetic on days: the C library's calendar functions depend on
 * environment and zone.  Years are counted from March, which puts the leap day at the end of the
 * year and makes the length of months a straight line: 153 days in every five. */
#include "clock.h"

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 }; /* 400 years; from 0000-03-01 */

int32_t date_day(struct date date)
{
    int year = date.month <= 2 ? date.year - 1 : date.year;
    int month = (date.month + 9) % 12; /* March = 0 */
    int era = (int)floor_div(year, 400), year_of_era = year - era * 400;
    int day_of_year = (153 * month + 2) / 5 + date.day - 1;
    int leap_days = year_of_era / 4 - year_of_era / 100;
    return era * DAYS_PER_ERA + year_of_era * 365 + leap_days + day_of_year - DAYS_TO_1970;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Peels off 400, 100, 4 and 1 years; the last century and the last year of a group are a day longer
 * than the rest, so that their number is held at 3. */
struct date day_date(int32_t day)
{
    int64_t since = (int64_t)day + DAYS_TO_1970, era = floor_div(since, DAYS_PER_ERA);
    int left = (int)(since - era * DAYS_PER_ERA);
    int century = smaller(left / 36524, 3);
    left -= century * 36524;
    int fours = left / 1461;
    left -= fours * 1461;
    int single = smaller(left / 365, 3);
    left -= single * 365;
    int month = (5 * left + 2) / 153; /* March = 0 */
    return (struct date){
        .year = (int)era * 400 + century * 100 + fours * 4 + single + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = left - (153 * month + 2) / 5 + 1,
    };
}

int32_t day_week(int32_t day)
{
    return (int32_t)(floor_div((int64_t)day + 3, 7) * 7 - 3); /* 1970-01-01 was a Thursday */
}

int32_t day_month(int32_t day)
{
    return day - day_date(day).day + 1;
}
