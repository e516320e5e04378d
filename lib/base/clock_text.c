/* Instants and dates as text, RFC 3339.  No strftime and no strptime: they depend on the locale,
 * accept what the standard refuses, and cost ten times as much. */
#include "clock.h"

#include <string.h>

static const int64_t MS_PER_DAY = 86400000;

/* `number` in `width` digits, then the character that follows it. */
static char *put(char *to, int number, int width, char next)
{
    for (int i = width; i-- > 0; number /= 10)
        to[i] = (char)('0' + number % 10);
    to[width] = next;
    return to + width + 1;
}

static char *put_day(char *to, int32_t day, char next)
{
    struct date date = day_date(day);
    to = put(to, date.year, 4, '-');
    to = put(to, date.month, 2, '-');
    return put(to, date.day, 2, next);
}

/* Both forms of an instant; `after_secs` is what follows the seconds. */
static char *put_instant(char *to, int64_t at, char after_secs)
{
    int64_t day = floor_div(at, MS_PER_DAY);
    int secs = (int)((at - day * MS_PER_DAY) / 1000);
    to = put_day(to, (int32_t)day, 'T');
    to = put(to, secs / 3600, 2, ':');
    to = put(to, secs / 60 % 60, 2, ':');
    return put(to, secs % 60, 2, after_secs);
}

static bool writable(int64_t at, char out[CLOCK_TEXT])
{
    if (at >= CLOCK_LEAST && at <= CLOCK_MOST)
        return true;
    strcpy(out, "invalid");
    return false;
}

void clock_format(int64_t at, char out[CLOCK_TEXT])
{
    if (!writable(at, out))
        return;
    char *end = put_instant(out, at, '.');
    end = put(end, (int)(at - floor_div(at, 1000) * 1000), 3, 'Z');
    *end = '\0';
}

void clock_format_secs(int64_t at, char out[CLOCK_TEXT])
{
    if (writable(at, out))
        *put_instant(out, at, 'Z') = '\0';
}

void clock_format_day(int32_t day, char out[CLOCK_TEXT])
{
    if (writable(day * MS_PER_DAY, out))
        put_day(out, day, '\0');
}

/* Reading moves along the text; after the first thing that does not fit, nothing fits any more. */
struct reader {
    const char *at;
    bool broken;
};

static int read_number(struct reader *reader, int width, int least, int most)
{
    int number = 0;
    for (int i = 0; i < width && !reader->broken; i++) {
        char c = *reader->at++;
        reader->broken = c < '0' || c > '9';
        number = number * 10 + (c - '0');
    }
    reader->broken = reader->broken || number < least || number > most;
    return reader->broken ? least : number;
}

/* One of the characters in `any`. */
static char read_char(struct reader *reader, const char *any)
{
    char c = reader->broken ? '\0' : *reader->at;
    reader->broken = c == '\0' || !strchr(any, c);
    if (!reader->broken)
        reader->at++;
    return c;
}

static int32_t read_day(struct reader *reader)
{
    struct date date;
    date.year = read_number(reader, 4, 1, 9999);
    read_char(reader, "-");
    date.month = read_number(reader, 2, 1, 12);
    read_char(reader, "-");
    date.day = read_number(reader, 2, 1, 31);
    int32_t day = date_day(date);
    reader->broken = reader->broken || day_date(day).month != date.month;
    return day;
}

static int read_fraction(struct reader *reader)
{
    int ms = 0, worth = 100;
    if (reader->broken || *reader->at != '.')
        return 0;
    reader->at++;
    ms += worth * read_number(reader, 1, 0, 9);
    while (!reader->broken && *reader->at >= '0' && *reader->at <= '9') {
        worth /= 10;
        ms += worth * read_number(reader, 1, 0, 9);
    }
    return ms;
}

static int read_offset_minutes(struct reader *reader)
{
    char sign = read_char(reader, "Zz+-");
    if (reader->broken || sign == 'Z' || sign == 'z')
        return 0;
    int hours = read_number(reader, 2, 0, 23);
    read_char(reader, ":");
    int minutes = hours * 60 + read_number(reader, 2, 0, 59);
    return sign == '-' ? -minutes : minutes;
}

/* A second 60 exists only as the last of a day in UTC, whatever the local clock shows then. */
bool clock_parse(const char *s, int64_t *at)
{
    struct reader reader = { .at = s };
    int64_t day = read_day(&reader);
    read_char(&reader, "Tt");
    int minutes = read_number(&reader, 2, 0, 23) * 60;
    read_char(&reader, ":");
    minutes += read_number(&reader, 2, 0, 59);
    read_char(&reader, ":");
    int secs = read_number(&reader, 2, 0, 60);
    int ms = read_fraction(&reader);
    minutes -= read_offset_minutes(&reader);
    int64_t parsed = day * MS_PER_DAY + (minutes * 60 + secs) * 1000 + ms;
    bool leap_misplaced = secs == 60 && (minutes + 1440) % 1440 != 1439;
    if (reader.broken || *reader.at || leap_misplaced || parsed < CLOCK_LEAST ||
        parsed > CLOCK_MOST)
        return false;
    *at = parsed;
    return true;
}

bool clock_parse_day(const char *s, int32_t *day)
{
    struct reader reader = { .at = s };
    int32_t parsed = read_day(&reader);
    if (reader.broken || *reader.at)
        return false;
    *day = parsed;
    return true;
}
