/* TZif files: real ones, hand-made ones, and all the ways in which one can be wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    unsetenv("WEIR_ZONEINFO");
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unsetenv("WEIR_ZONEINFO");
    arena_free(arena);
    return 0;
}

struct file {
    uint8_t bytes[4096];
    size_t len;
};

static void add(struct file *file, int64_t value, size_t size)
{
    for (size_t i = size; i-- > 0; value >>= 8)
        file->bytes[file->len + i] = (uint8_t)value;
    file->len += size;
}

static void add_text(struct file *file, const char *text)
{
    memcpy(file->bytes + file->len, text, strlen(text));
    file->len += strlen(text);
}

/* What a block says; what is not named here is zero. */
struct block {
    char version;
    uint32_t ut_count, std_count, leap_count, time_count, type_count, char_count;
    const int64_t *times;
    const uint8_t *indexes;
    int32_t offsets[3];
    uint8_t summer, abbreviation;
};

static void add_block(struct file *file, const struct block *block, size_t time_size)
{
    const uint32_t counts[] = { block->ut_count,   block->std_count,  block->leap_count,
                                block->time_count, block->type_count, block->char_count };
    add_text(file, "TZif");
    add(file, block->version, 1);
    file->len += 15;
    for (int i = 0; i < 6; i++)
        add(file, counts[i], 4);
    for (uint32_t i = 0; i < block->time_count; i++)
        add(file, block->times[i], time_size);
    for (uint32_t i = 0; i < block->time_count; i++)
        add(file, block->indexes[i], 1);
    for (uint32_t i = 0; i < block->type_count; i++) {
        add(file, block->offsets[i % 3], 4);
        add(file, block->summer, 1);
        add(file, block->abbreviation, 1);
    }
    file->len += block->char_count + block->leap_count * (time_size + 4) + block->std_count +
                 block->ut_count;
}

static const struct block NOTHING = { .version = '2', .type_count = 1, .char_count = 4 };

/* A version 2 file: an empty first part, the block, the footer. */
static struct file file_of(const struct block *block, const char *footer)
{
    struct file file = { .len = 0 };
    add_block(&file, &NOTHING, 4);
    add_block(&file, block, 8);
    add_text(&file, footer);
    return file;
}

/* Reads a copy of exact size, so that the sanitizer sees reading past the end. */
static struct zone *reads(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    struct zone *zone = zone_read(arena, "Test/Zone", copy, len);
    free(copy);
    return zone;
}

static const int64_t TIMES[] = { -100, 1000, 5000000000 };
static const uint8_t INDEXES[] = { 1, 2, 1 };

static struct block example(void)
{
    return (struct block){ .version = '2', .time_count = 3, .type_count = 3, .char_count = 4,
                           .times = TIMES, .indexes = INDEXES, .offsets = { 60, 3600, -7200 } };
}

static void test_version_2(void **state)
{
    (void)state;
    struct block block = example();
    struct file file = file_of(&block, "\nAAA-1BBB,J100/0,J200/0\n");
    const struct zone *zone = reads(file.bytes, file.len);
    assert_non_null(zone);
    assert_string_equal(zone_name(zone), "Test/Zone");
    static const struct {
        int64_t secs;
        int32_t offset;
    } cases[] = {
        { -99999999, 60 },       { -101, 60 },           { -100, 3600 },
        { 999, 3600 },           { 1000, -7200 },        { 4999999999, -7200 },
        { 5000000000, 7200 },    { 5003000000, 7200 },   { 5007000000, 3600 },
        { 5003000000, 7200 },    { 4999999999, -7200 }, /* the rule holds not before */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(zone_offset_secs(zone, cases[i].secs * 1000), cases[i].offset);
}

/* No rule: the last offset stays.  No change either: there is only one. */
static void test_no_rule(void **state)
{
    (void)state;
    struct block block = example();
    struct file file = file_of(&block, "\n\n");
    assert_int_equal(zone_offset_secs(reads(file.bytes, file.len), 6000000000000), 3600);
    block.time_count = 0;
    file = file_of(&block, "\n\n");
    assert_int_equal(zone_offset_secs(reads(file.bytes, file.len), 0), 60);
    file = file_of(&block, "\nAAA-5\n");
    assert_int_equal(zone_offset_secs(reads(file.bytes, file.len), 0), 5 * 3600);
}

static void test_version_1(void **state)
{
    (void)state;
    static const int64_t times[] = { -2000000000, 0, 2000000000 };
    struct block block = example();
    struct file file = { .len = 0 };
    block.version = '\0';
    block.times = times;
    add_block(&file, &block, 4);
    const struct zone *zone = reads(file.bytes, file.len);
    assert_non_null(zone);
    assert_int_equal(zone_offset_secs(zone, -2000000001000), 60);
    assert_int_equal(zone_offset_secs(zone, -1), 3600);
    assert_int_equal(zone_offset_secs(zone, 0), -7200);
    assert_int_equal(zone_offset_secs(zone, CLOCK_MOST), 3600);
    for (size_t len = 0; len < file.len; len++)
        assert_null(reads(file.bytes, len));
}

static void test_newer_versions(void **state)
{
    (void)state;
    struct block block = example();
    struct file file = file_of(&block, "\nAAA-5\nand what a later version may add");
    for (const char *version = "1\001/"; *version; version++) {
        file.bytes[4] = (uint8_t)*version;
        assert_null(reads(file.bytes, file.len));
    }
    for (const char *version = "234"; *version; version++) {
        file.bytes[4] = (uint8_t)*version;
        assert_non_null(reads(file.bytes, file.len));
    }
}

/* Each alone makes a good file bad. */
static void test_bad_blocks(void **state)
{
    (void)state;
    static const int64_t equal[] = { 0, 1000, 1000 }, falling[] = { 0, 1000, 999 };
    static const uint8_t beyond[] = { 0, 1, 3 };
    struct block good = example(), bad[16];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        bad[i] = good;
    size_t n = 0;
    bad[n++].times = equal;
    bad[n++].times = falling;
    bad[n++].indexes = beyond;
    bad[n++].ut_count = 1;
    bad[n++].ut_count = 4;
    bad[n++].std_count = 2;
    bad[n++].leap_count = 1;
    bad[n++].type_count = 2; /* index 2 is used */
    bad[n++].type_count = 257;
    bad[n++].char_count = 0;
    bad[n++].abbreviation = 4;
    bad[n++].summer = 2;
    bad[n++].offsets[0] = 26 * 3600 + 1;
    bad[n++].offsets[1] = -25 * 3600 - 1;
    bad[n++].offsets[2] = INT32_MIN;
    bad[n].time_count = 0;
    bad[n++].type_count = 0;
    assert_int_equal(n, sizeof bad / sizeof *bad);
    struct file file = file_of(&good, "\nAAA0\n");
    assert_non_null(reads(file.bytes, file.len));
    for (size_t i = 0; i < n; i++) {
        file = file_of(&bad[i], "\nAAA0\n");
        if (reads(file.bytes, file.len))
            fail_msg("bad block %zu is accepted", i);
    }
}

/* Counts that promise more than the file holds, in either header, up to what overflows 32 bits. */
static void test_counts_beyond_the_file(void **state)
{
    (void)state;
    static const uint32_t counts[] = { 5000,       0x10000,    0x7fffffff,
                                       0x80000000, 0xfffffff0, 0xffffffff };
    struct block block = example();
    struct file good = file_of(&block, "\nAAA0\n"), first = { .len = 0 };
    add_block(&first, &NOTHING, 4);
    const size_t headers[] = { 0, first.len };
    for (size_t h = 0; h < 2; h++)
        for (size_t field = 0; field < 6; field++)
            for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
                struct file file = good;
                file.len = headers[h] + 20 + 4 * field;
                add(&file, counts[i], 4);
                assert_null(reads(file.bytes, good.len));
            }
}

static void test_bad_footers(void **state)
{
    (void)state;
    static const char *const bad[] = { "",        "\n",    "\nAAA0",   "AAA0\n",
                                       "\nAAA\n", "\n \n", " \nAAA0\n" };
    struct block block = example();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct file file = file_of(&block, bad[i]);
        if (reads(file.bytes, file.len))
            fail_msg("bad footer %zu is accepted", i);
    }
}

static struct file real_file(const char *name)
{
    struct file file;
    FILE *in = fopen(name, "rb");
    if (!in)
        fail_msg("%s is missing: apt-get install tzdata", name);
    file.len = fread(file.bytes, 1, sizeof file.bytes, in);
    assert_in_range(file.len, 100, sizeof file.bytes - 1);
    fclose(in);
    return file;
}

/* A file cut short is no file; with a changed byte it may be one, but nothing is read beyond it. */
static void test_real_file_damaged(void **state)
{
    (void)state;
    struct file file = real_file("/usr/share/zoneinfo/America/St_Johns");
    assert_non_null(reads(file.bytes, file.len));
    for (size_t len = 0; len < file.len; len++) {
        assert_null(reads(file.bytes, len));
        arena_reset(arena);
    }
    static const uint8_t masks[] = { 0x01, 0x80, 0xff };
    for (size_t i = 0; i < 3 * file.len; i++) {
        file.bytes[i / 3] ^= masks[i % 3];
        const struct zone *zone = reads(file.bytes, file.len);
        if (zone)
            assert_in_range(zone_offset_secs(zone, 0) + 90000, 0, 183600);
        file.bytes[i / 3] ^= masks[i % 3];
        arena_reset(arena);
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const good[] = { "UTC", "Europe/Berlin", "Etc/GMT+12", "Etc/GMT-14",
                                        "America/Argentina/Buenos_Aires", "posix/Asia/Tokyo" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const struct zone *zone = zone_load(arena, good[i]);
        assert_non_null(zone);
        assert_string_equal(zone_name(zone), good[i]);
    }
    static const char *const bad[] = {
        "", "/", "/UTC", "/usr/share/zoneinfo/UTC", "../zoneinfo/UTC", "Europe/../UTC",
        "Europe/./Berlin", "..", ".", "Europe", "Europe/", "europe/berlin ", " UTC", "UTC\n",
        "Europe/Nowhere", "zone.tab", "tzdata.zi", "Europe\\Berlin", "UTC%00", "right/UTC",
        "M\xc3\xbcnchen", ":UTC", "CET-1CEST", "UTC/UTC", "leapseconds",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (zone_load(arena, bad[i]))
            fail_msg("loaded: %s", bad[i]);
    char overlong[10000];
    memset(overlong, 'A', sizeof overlong - 1);
    overlong[sizeof overlong - 1] = '\0';
    assert_null(zone_load(arena, overlong));
}

static void write_file(const char *path, const void *bytes, size_t len)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
}

static void test_own_folder(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_zone_XXXXXX", zone_path[64], huge_path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(zone_path, sizeof zone_path, "%s/Mine", folder);
    snprintf(huge_path, sizeof huge_path, "%s/Huge", folder);
    struct block block = example();
    struct file file = file_of(&block, "\nAAA-5\n");
    write_file(zone_path, file.bytes, file.len);
    char *huge = calloc(1, 1 << 20);
    assert_non_null(huge);
    memcpy(huge, file.bytes, file.len);
    write_file(huge_path, huge, 1 << 20);
    setenv("WEIR_ZONEINFO", folder, 1);
    const struct zone *zone = zone_load(arena, "Mine");
    assert_non_null(zone);
    assert_int_equal(zone_offset_secs(zone, 6000000000000), 5 * 3600);
    assert_null(zone_load(arena, "UTC"));
    assert_null(zone_load(arena, "Huge"));
    setenv("WEIR_ZONEINFO", "", 1);
    assert_non_null(zone_load(arena, "UTC"));
    free(huge);
    unlink(zone_path);
    unlink(huge_path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_2),         cmocka_unit_test(test_no_rule),
        cmocka_unit_test(test_version_1),         cmocka_unit_test(test_newer_versions),
        cmocka_unit_test(test_bad_blocks),        cmocka_unit_test(test_counts_beyond_the_file),
        cmocka_unit_test(test_bad_footers),       cmocka_unit_test(test_real_file_damaged),
        cmocka_unit_test(test_names),             cmocka_unit_test(test_own_folder),
    };
    return cmocka_run_group_tests_name("zone_read", tests, set_up, tear_down);
}
