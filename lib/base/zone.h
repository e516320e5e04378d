/* Private to zone*.c: what a TZif file says once it is read.  Seconds since 1970, not milliseconds,
 * as in the file. */
#ifndef WEIR_ZONE_H
#define WEIR_ZONE_H

#include "clock.h"

enum zone_day_kind {
    ZONE_DAY_JULIAN, /* Jn: 1 to 365, the leap day is never counted */
    ZONE_DAY_INDEX,  /* n: 0 to 365, the leap day is counted */
    ZONE_DAY_WEEK,   /* Mm.w.d: a weekday (Sunday 0) of a week (5 is the last) of a month */
};

/* One change of the clocks in every year; the time may lie days before or after its day. */
struct zone_change {
    enum zone_day_kind kind;
    int month, week, day;
    int32_t secs;
};

struct zone_rule {
    bool has_summer;
    int32_t offset, summer_offset;   /* local minus UTC */
    struct zone_change begins, ends; /* of summer time, each in the local time that it ends */
};

/* A stretch of time with one offset: from <= t < until. */
struct zone_range {
    int64_t from, until;
    int32_t offset;
};

struct zone {
    const char *name;
    size_t count;
    const int64_t *changes; /* ascending */
    const int32_t *offsets; /* count + 1: before the first change, then after each */
    bool has_rule;          /* for what comes after the last change */
    struct zone_rule rule;
    struct zone_range *last; /* of the latest answer: events come in runs of one day */
};

/* The POSIX TZ string of the footer, with the extensions of RFC 8536; not NUL-terminated. */
bool zone_rule_parse(const char *s, size_t len, struct zone_rule *rule);
struct zone_range zone_rule_range(const struct zone_rule *rule, int64_t secs);

#endif
