/* Local time by look-up.  A look-up remembers the stretch between two changes of the clocks that it
 * found: a file of events asks for the same half year again and again. */
#include "zone.h"

static const int64_t SECS_PER_DAY = 86400;
enum { LARGEST_OFFSET = 26 * 3600 }; /* zone_read accepts none beyond */

static int64_t clamped(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* How many changes are at or before `secs`. */
static size_t changes_until(const struct zone *zone, int64_t secs)
{
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle] <= secs)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct zone_range range_search(const struct zone *zone, int64_t secs)
{
    size_t passed = changes_until(zone, secs);
    int64_t from = passed ? zone->changes[passed - 1] : INT64_MIN;
    if (passed == zone->count && zone->has_rule) {
        struct zone_range range = zone_rule_range(&zone->rule, secs);
        range.from = range.from > from ? range.from : from;
        return range;
    }
    int64_t until = passed < zone->count ? zone->changes[passed] : INT64_MAX;
    return (struct zone_range){ from, until, zone->offsets[passed] };
}

static const struct zone_range *range_at(const struct zone *zone, int64_t secs)
{
    struct zone_range *last = zone->last;
    if (secs < last->from || secs >= last->until)
        *last = range_search(zone, secs);
    return last;
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

int32_t zone_offset_secs(const struct zone *zone, int64_t at)
{
    return range_at(zone, floor_div(clamped(at, CLOCK_LEAST, CLOCK_MOST), 1000))->offset;
}

int32_t zone_day(const struct zone *zone, int64_t at)
{
    int64_t secs = floor_div(clamped(at, CLOCK_LEAST, CLOCK_MOST), 1000);
    return (int32_t)floor_div(secs + range_at(zone, secs)->offset, SECS_PER_DAY);
}

/* Walks from where the largest offset would put midnight.  Each stretch of time has one candidate:
 * midnight by its own offset, or its very start when the clocks have jumped past midnight. */
int64_t zone_day_start(const struct zone *zone, int32_t day)
{
    int64_t midnight = clamped(day, DAY_LEAST, DAY_MOST) * SECS_PER_DAY;
    int64_t secs = midnight - LARGEST_OFFSET;
    for (;;) {
        const struct zone_range *range = range_at(zone, secs);
        int64_t start = midnight - range->offset;
        start = start > secs ? start : secs;
        if (start < range->until)
            return start * 1000;
        secs = range->until;
    }
}
