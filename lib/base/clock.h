/* The only caller of time.  Instants are UTC milliseconds since 1970 (int64_t, suffix _at); days
 * are counted from 1970-01-01 as int32_t.  Zones are read from TZif files, so that several zones
 * live in one process: setenv(TZ) and localtime are banned.  The clock can be frozen for tests and
 * rebuilds. */
#ifndef WEIR_CLOCK_H
#define WEIR_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

int64_t clock_now(void);  /* wall clock, or the frozen instant */
int64_t clock_boot(void); /* ms since boot, suspend included: for leases and waits; never frozen */
int64_t clock_cpu(void);  /* ns of processor time of this process: for budgets */
void clock_sleep(int64_t ms); /* real time, resumed after signals */
void clock_freeze(int64_t at);
void clock_thaw(void);
/* Freezes at $WEIR_NOW (RFC 3339) when it is set, and exits when it cannot be read; called by
 * main(). */
void clock_start(void);

/* The years 0001 to 9999: what clock_format can write and clock_parse returns. */
static const int64_t CLOCK_LEAST = -62135596800000, CLOCK_MOST = 253402300799999;
static const int32_t DAY_LEAST = -719162, DAY_MOST = 2932896;

enum { CLOCK_TEXT = 32 };
/* "2025-12-03T10:30:00.000Z"; clock_format_secs: whole seconds.  Other years: "invalid". */
void clock_format(int64_t at, char out[CLOCK_TEXT]);
void clock_format_secs(int64_t at, char out[CLOCK_TEXT]);
void clock_format_day(int32_t day, char out[CLOCK_TEXT]); /* "2025-12-03" */

/* RFC 3339 date-time; fraction of any length, cut to ms; the leap second 23:59:60 UTC is read as
 * the next second.  False, and *at as it was: anything else, or an instant outside the years
 * 0001-9999. */
bool clock_parse(const char *s, int64_t *at);
bool clock_parse_day(const char *s, int32_t *day); /* "2025-12-03", a real date */

/* Rounds down also before 1970, where C rounds towards zero. */
static inline int64_t floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

struct date {
    int year, month, day; /* Gregorian, as on the wall: 2025, 12, 3 */
};
struct date day_date(int32_t day);
int32_t date_day(struct date date);
int32_t day_week(int32_t day);  /* the Monday of its ISO week */
int32_t day_month(int32_t day); /* the first of its month */

struct zone;
/* An IANA name as in /usr/share/zoneinfo ($WEIR_ZONEINFO overrides the folder).  NULL when unknown
 * or malformed.  Lives in `arena`.  Instants after the last transition follow the file's POSIX
 * footer. */
struct zone *zone_load(struct arena *arena, const char *name);
/* The same from the bytes of a TZif file (RFC 8536, versions 1 to 3, without leap seconds). */
struct zone *zone_read(struct arena *arena, const char *name, const void *bytes, size_t len);
const char *zone_name(const struct zone *zone);

/* Instants and days outside the years 0001-9999 count as the nearest inside. */
int32_t zone_offset_secs(const struct zone *zone, int64_t at); /* local minus UTC */
int32_t zone_day(const struct zone *zone, int64_t at);         /* the local date */
/* The first instant whose local date is `day` or later.  Where no midnight exists, the day starts
 * when its first second does (Sao Paulo, 2018-11-04: 01:00); a date that a zone left out (Apia,
 * 2011-12-30) starts and ends with the start of the next, so it is empty.  Where clocks go back
 * over midnight (St John's until 2011), the hour that is repeated has the earlier date again for
 * zone_day. */
int64_t zone_day_start(const struct zone *zone, int32_t day);

#endif
