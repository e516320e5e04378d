/* Reads TZif (RFC 8536): a header with six counts, the data, and for a file of version 2 or later
 * the same once more with 64-bit times and a footer; the first part is then only there for old
 * readers.  Every count and index is checked before use, since $WEIR_ZONEINFO may point anywhere.
 * Files with leap seconds ("right/...") are refused: they do not count UTC as Weir does. */
#include "zone.h"

#include <stdlib.h>
#include <string.h>

#include "file.h"

enum { FILE_MOST = 64 * 1024, TYPE_SIZE = 6 };
static const int32_t OFFSET_LEAST = -25 * 3600, OFFSET_MOST = 26 * 3600;

struct bytes {
    const uint8_t *at;
    size_t left;
};

struct header {
    uint8_t version;
    uint32_t ut_count, std_count, leap_count, time_count, type_count, char_count;
};

/* The next `len` bytes, or NULL when there are fewer. */
static const uint8_t *take(struct bytes *bytes, uint64_t len)
{
    if (len > bytes->left)
        return NULL;
    const uint8_t *taken = bytes->at;
    bytes->at += len;
    bytes->left -= (size_t)len;
    return taken;
}

static uint64_t number(const uint8_t *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

static int64_t instant(const uint8_t *at, size_t size)
{
    return size == 4 ? (int32_t)number(at, 4) : (int64_t)number(at, 8);
}

static bool take_header(struct bytes *bytes, struct header *header)
{
    const uint8_t *at = take(bytes, 44);
    if (!at || memcmp(at, "TZif", 4) != 0)
        return false;
    uint32_t counts[6];
    for (int i = 0; i < 6; i++)
        counts[i] = (uint32_t)number(at + 20 + 4 * i, 4);
    *header = (struct header){
        .version = at[4],
        .ut_count = counts[0],
        .std_count = counts[1],
        .leap_count = counts[2],
        .time_count = counts[3],
        .type_count = counts[4],
        .char_count = counts[5],
    };
    return true;
}

static uint64_t data_size(const struct header *header, uint64_t time_size)
{
    return header->time_count * (time_size + 1) + header->type_count * (uint64_t)TYPE_SIZE +
           header->char_count + header->leap_count * (time_size + 4) + header->std_count +
           (uint64_t)header->ut_count;
}

static bool counts_fit(const struct header *header)
{
    return header->type_count >= 1 && header->type_count <= 256 && header->char_count >= 1 &&
           header->leap_count == 0 &&
           (header->std_count == 0 || header->std_count == header->type_count) &&
           (header->ut_count == 0 || header->ut_count == header->type_count);
}

/* A type is: offset 4, is summer time 1, index of its abbreviation 1. */
static bool types_fit(const struct header *header, const uint8_t *types)
{
    for (uint32_t i = 0; i < header->type_count; i++) {
        const uint8_t *type = types + i * TYPE_SIZE;
        int32_t offset = (int32_t)number(type, 4);
        if (offset < OFFSET_LEAST || offset > OFFSET_MOST || type[4] > 1 ||
            type[5] >= header->char_count)
            return false;
    }
    return true;
}

/* Before its first change a zone has the offset of type 0. */
static bool take_data(struct arena *arena, struct bytes *bytes, const struct header *header,
                      size_t time_size, struct zone *zone)
{
    const uint8_t *times = take(bytes, data_size(header, time_size));
    if (!times || !counts_fit(header))
        return false;
    size_t count = header->time_count;
    const uint8_t *indexes = times + count * time_size, *types = indexes + count;
    if (!types_fit(header, types))
        return false;
    int64_t *changes = arena_alloc_array(arena, count, sizeof *changes);
    int32_t *offsets = arena_alloc_array(arena, count + 1, sizeof *offsets);
    offsets[0] = (int32_t)number(types, 4);
    for (size_t i = 0; i < count; i++) {
        changes[i] = instant(times + i * time_size, time_size);
        if (indexes[i] >= header->type_count || (i > 0 && changes[i] <= changes[i - 1]))
            return false;
        offsets[i + 1] = (int32_t)number(types + indexes[i] * TYPE_SIZE, 4);
    }
    zone->count = count;
    zone->changes = changes;
    zone->offsets = offsets;
    return true;
}

/* A line of its own; an empty one says that no rule is known.  Versions to come may add more. */
static bool take_footer(struct bytes *bytes, struct zone *zone)
{
    const uint8_t *start = take(bytes, 1);
    const uint8_t *end = start ? memchr(bytes->at, '\n', bytes->left) : NULL;
    if (!end || *start != '\n')
        return false;
    size_t len = (size_t)(end - bytes->at);
    zone->has_rule = len > 0;
    return len == 0 || zone_rule_parse((const char *)bytes->at, len, &zone->rule);
}

static bool take_zone(struct arena *arena, struct bytes *bytes, struct zone *zone)
{
    struct header header;
    if (!take_header(bytes, &header))
        return false;
    if (header.version == '\0')
        return take_data(arena, bytes, &header, 4, zone);
    return header.version >= '2' && take(bytes, data_size(&header, 4)) &&
           take_header(bytes, &header) && take_data(arena, bytes, &header, 8, zone) &&
           take_footer(bytes, zone);
}

struct zone *zone_read(struct arena *arena, const char *name, const void *bytes, size_t len)
{
    struct zone *zone = arena_alloc(arena, sizeof *zone);
    if (!take_zone(arena, &(struct bytes){ bytes, len }, zone))
        return NULL;
    zone->name = arena_strdup(arena, name);
    zone->last = arena_alloc(arena, sizeof *zone->last);
    return zone;
}

/* Letters, digits, "_+-/" and not absolute: without a dot no name leaves the folder. */
static bool name_fits(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_+-/";
    return *name && *name != '/' && name[strspn(name, allowed)] == '\0';
}

struct zone *zone_load(struct arena *arena, const char *name)
{
    if (!name_fits(name))
        return NULL;
    const char *folder = getenv("WEIR_ZONEINFO");
    if (!folder || !*folder)
        folder = "/usr/share/zoneinfo";
    size_t len;
    const char *bytes =
        file_read(arena, arena_printf(arena, "%s/%s", folder, name), FILE_MOST, &len);
    return bytes ? zone_read(arena, name, bytes, len) : NULL;
}
