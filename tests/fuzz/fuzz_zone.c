/* Any bytes are refused or give a zone that keeps its promises: an offset of about a day at most,
 * the same with a cold and a warm memory of the last answer, and days that start where they say. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "zone.h"

static void check_instant(const struct zone *warm, const struct zone *cold, int64_t at)
{
    *cold->last = (struct zone_range){ 0, 0, 0 };
    int32_t offset = zone_offset_secs(warm, at);
    assert(offset == zone_offset_secs(cold, at));
    assert(offset >= -25 * 3600 && offset <= 26 * 3600);
    int32_t day = zone_day(warm, at);
    if (day < DAY_LEAST + 3 || day > DAY_MOST - 3)
        return; /* the day before or after is beyond the years that count */
    int64_t start = zone_day_start(warm, day);
    assert(start <= at && zone_day(warm, start) >= day && zone_day(warm, start - 1) < day);
    assert(zone_day_start(cold, day) == start);
}

static void check_zone(const struct zone *warm, const struct zone *cold)
{
    for (size_t i = 0; i < warm->count && i < 50; i++)
        if (warm->changes[i] > CLOCK_LEAST / 1000 + 1 && warm->changes[i] < CLOCK_MOST / 1000)
            for (int64_t around = -1; around <= 1; around++)
                check_instant(warm, cold, (warm->changes[i] + around) * 1000);
    for (int64_t at = -4000000000000; at < 8000000000000; at += 96789012345)
        check_instant(warm, cold, at);
    check_instant(warm, cold, INT64_MIN);
    check_instant(warm, cold, INT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct zone_rule rule;
    const struct zone *warm = zone_read(arena, "Fuzz", data, size);
    const struct zone *cold = zone_read(arena, "Fuzz", data, size);
    assert(!warm == !cold);
    if (warm)
        check_zone(warm, cold);
    if (size && zone_rule_parse((const char *)data, size, &rule)) {
        struct zone_range range = zone_rule_range(&rule, 1764757800);
        assert(range.from <= 1764757800 && range.until > 1764757800);
        assert(range.offset == rule.offset || range.offset == rule.summer_offset);
    }
    arena_free(arena);
    return 0;
}
