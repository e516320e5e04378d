/* The rule that ends a TZif file, "CET-1CEST,M3.5.0,M10.5.0/3": which changes of the clocks come
 * every year, for ever.  RFC 8536 lets the times run from -167 to 167 hours, so that a change may
 * fall in another week or year than the one it is named after. */
#include "zone.h"

static const int64_t SECS_PER_DAY = 86400;
enum { HOUR = 3600, MOST_HOURS_OFF = 24, MOST_HOURS = 167 };

/* Reading moves along the text; after the first thing that does not fit, nothing fits any more. */
struct reader {
    const char *at, *end;
    bool broken;
};

static char next_char(const struct reader *reader)
{
    return !reader->broken && reader->at < reader->end ? *reader->at : '\0';
}

static bool skip(struct reader *reader, char c)
{
    if (next_char(reader) != c)
        return false;
    reader->at++;
    return true;
}

static void expect(struct reader *reader, char c)
{
    if (!skip(reader, c))
        reader->broken = true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int read_number(struct reader *reader, int least, int most)
{
    int number = 0, digits = 0;
    for (; is_digit(next_char(reader)) && digits < 4; digits++)
        number = number * 10 + (*reader->at++ - '0');
    if (digits == 0 || number < least || number > most)
        reader->broken = true;
    return number;
}

static bool is_name_char(char c, bool quoted)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (quoted && (is_digit(c) || c == '+' || c == '-'));
}

/* Names say nothing that Weir needs, but they must be there: at least three letters, or in angle
 * brackets anything alphanumeric with signs, as in "<+0330>-3:30". */
static void skip_name(struct reader *reader)
{
    bool quoted = skip(reader, '<');
    int len = 0;
    for (; is_name_char(next_char(reader), quoted); len++)
        reader->at++;
    if (len < 3)
        reader->broken = true;
    if (quoted)
        expect(reader, '>');
}

/* [+-]hours[:minutes[:seconds]] */
static int32_t read_time(struct reader *reader, int most_hours)
{
    bool negative = skip(reader, '-');
    if (!negative)
        skip(reader, '+');
    int32_t secs = read_number(reader, 0, most_hours) * HOUR;
    if (skip(reader, ':')) {
        secs += read_number(reader, 0, 59) * 60;
        if (skip(reader, ':'))
            secs += read_number(reader, 0, 59);
    }
    return negative ? -secs : secs;
}

static struct zone_change read_change(struct reader *reader)
{
    struct zone_change change = { .kind = ZONE_DAY_INDEX, .secs = 2 * HOUR };
    expect(reader, ',');
    if (skip(reader, 'M')) {
        change.kind = ZONE_DAY_WEEK;
        change.month = read_number(reader, 1, 12);
        expect(reader, '.');
        change.week = read_number(reader, 1, 5);
        expect(reader, '.');
        change.day = read_number(reader, 0, 6);
    } else if (skip(reader, 'J')) {
        change.kind = ZONE_DAY_JULIAN;
        change.day = read_number(reader, 1, 365);
    } else {
        change.day = read_number(reader, 0, 365);
    }
    if (skip(reader, '/'))
        change.secs = read_time(reader, MOST_HOURS);
    return change;
}

/* POSIX counts offsets westwards; Weir, like everybody since, eastwards. */
bool zone_rule_parse(const char *s, size_t len, struct zone_rule *rule)
{
    struct reader reader = { .at = s, .end = s + len };
    struct zone_rule parsed = { 0 };
    skip_name(&reader);
    parsed.offset = -read_time(&reader, MOST_HOURS_OFF);
    parsed.has_summer = !reader.broken && reader.at < reader.end;
    if (parsed.has_summer) {
        skip_name(&reader);
        parsed.summer_offset = parsed.offset + HOUR;
        if (next_char(&reader) != ',')
            parsed.summer_offset = -read_time(&reader, MOST_HOURS_OFF);
        parsed.begins = read_change(&reader);
        parsed.ends = read_change(&reader);
    }
    if (reader.broken || reader.at < reader.end)
        return false;
    *rule = parsed;
    return true;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t weekday_in(int year, const struct zone_change *change)
{
    int32_t first = date_day((struct date){ year, change->month, 1 });
    int32_t weekday = (first - day_week(first) + 1) % 7; /* Sunday 0 */
    int32_t day = first + (change->day - weekday + 7) % 7 + 7 * (change->week - 1);
    return day_date(day).month == change->month ? day : day - 7;
}

static int32_t change_day(int year, const struct zone_change *change)
{
    int32_t new_year = date_day((struct date){ year, 1, 1 });
    switch (change->kind) {
    case ZONE_DAY_JULIAN:
        return new_year + change->day - 1 + (is_leap(year) && change->day > 59);
    case ZONE_DAY_INDEX:
        return new_year + change->day;
    case ZONE_DAY_WEEK:
        break;
    }
    return weekday_in(year, change);
}

static int64_t change_secs(int year, const struct zone_change *change, int32_t offset_before)
{
    return change_day(year, change) * SECS_PER_DAY + change->secs - offset_before;
}

/* Moves the end of the range on this side of `secs` to a change at `at`, if that is nearer. */
static void narrow(struct zone_range *range, int64_t secs, int64_t at, int32_t offset_after)
{
    if (at > secs) {
        range->until = at < range->until ? at : range->until;
    } else if (at >= range->from) {
        range->from = at;
        range->offset = offset_after;
    }
}

/* The nearest change on either side, among those of the years around: two each way, because a
 * change may lie a week outside its year.  Of two in the same second the later call wins: where
 * summer time ends as it begins again, it goes on; RFC 8536 writes summer all year like this. */
struct zone_range zone_rule_range(const struct zone_rule *rule, int64_t secs)
{
    struct zone_range range = { INT64_MIN, INT64_MAX, rule->offset };
    if (!rule->has_summer)
        return range;
    int year = day_date((int32_t)floor_div(secs, SECS_PER_DAY)).year;
    for (int y = year - 2; y <= year + 2; y++) {
        narrow(&range, secs, change_secs(y, &rule->ends, rule->summer_offset), rule->offset);
        narrow(&range, secs, change_secs(y, &rule->begins, rule->offset), rule->summer_offset);
    }
    return range;
}
