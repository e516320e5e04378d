/* An instant that is read is written and read again as the same and agrees with the C library's
 * calendar; any number of milliseconds is written without harm. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"

static void assert_as_library(int64_t at, const char *text)
{
    time_t secs = (time_t)floor_div(at, 1000);
    struct tm tm;
    char expected[64];
    assert(gmtime_r(&secs, &tm));
    size_t len = strftime(expected, sizeof expected, "-%m-%dT%H:%M:%SZ", &tm);
    assert(len == 16 && strcmp(text + 4, expected) == 0);
    assert(atoi(text) == tm.tm_year + 1900);
}

static void check_instant(int64_t at)
{
    char text[CLOCK_TEXT];
    int64_t again;
    clock_format(at, text);
    if (at < CLOCK_LEAST || at > CLOCK_MOST) {
        assert(strcmp(text, "invalid") == 0);
        return;
    }
    assert(clock_parse(text, &again) && again == at);
    clock_format_secs(at, text);
    assert(clock_parse(text, &again) && again == floor_div(at, 1000) * 1000);
    assert_as_library(at, text);
}

static void check_day(int32_t day)
{
    char text[CLOCK_TEXT];
    int32_t again;
    clock_format_day(day, text);
    if (clock_parse_day(text, &again))
        assert(again == day);
    else
        assert(day < DAY_LEAST || day > DAY_MOST);
    assert(date_day(day_date(day)) == day);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    int64_t at = 0;
    int32_t day = 0;
    assert(text);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    if (clock_parse(text, &at)) {
        assert(at >= CLOCK_LEAST && at <= CLOCK_MOST);
        check_instant(at);
    }
    if (clock_parse_day(text, &day))
        check_day(day);
    free(text);
    if (size >= sizeof at) {
        memcpy(&at, data, sizeof at);
        check_instant(at);
        check_instant(at >> 20); /* more often within the years that have four digits */
        memcpy(&day, data, sizeof day);
        check_day(day / 1024);
    }
    return 0;
}
