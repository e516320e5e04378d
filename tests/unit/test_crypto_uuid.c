/* Identifiers: bits, order and text. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crypto.h"

static const int64_t NOW = 1764757800123; /* 2025-12-03T10:30:00.123Z */
static const int64_t LATER = 1764844200123; /* a day on */

static int64_t uuid_ms(struct uuid id)
{
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id.bytes[i];
    return ms;
}

static int version(struct uuid id)
{
    return id.bytes[6] >> 4;
}

static int variant(struct uuid id)
{
    return id.bytes[8] >> 6;
}

static void assert_rising(struct uuid *before, struct uuid id)
{
    assert_int_equal(version(id), 7);
    assert_int_equal(variant(id), 2);
    assert_true(uuid_compare(*before, id) < 0);
    *before = id;
}

/* The state of the process only moves forward, so the steps stand in one test: a new millisecond, a
 * long stay in it, steps back, and instants that no clock shows. */
static void test_new_is_strictly_increasing(void **state)
{
    (void)state;
    struct uuid before = uuid_new(LATER);
    assert_int_equal(uuid_ms(before), LATER);
    for (int i = 0; i < 100000; i++)
        assert_rising(&before, uuid_new(LATER));
    assert_in_range(uuid_ms(before), LATER + 24, LATER + 50); /* at least 2,048 fit into each */
    for (int64_t back = 0; back < 5000; back++)
        assert_rising(&before, uuid_new(LATER - back * 977));
    assert_rising(&before, uuid_new(-1));
    assert_rising(&before, uuid_new(INT64_MIN));
    for (int64_t ahead = 1; ahead < 5000; ahead++)
        assert_rising(&before, uuid_new(LATER + 1000 + ahead));
    assert_int_equal(uuid_ms(before), LATER + 1000 + 4999);
    for (int i = 0; i < 10000; i++)
        assert_rising(&before, uuid_new(INT64_MAX));
    assert_in_range(uuid_ms(before), CLOCK_MOST, CLOCK_MOST + 10);
}

/* The first id of a millisecond leaves the upper half of the counter free. */
static void test_new_leaves_room(void **state)
{
    (void)state;
    for (int64_t ms = 1; ms <= 200; ms++) {
        struct uuid id = uuid_new(LATER - 1000 + ms);
        assert_int_equal(uuid_ms(id), LATER - 1000 + ms);
        assert_int_equal(id.bytes[6] & 0x08, 0);
    }
}

/* What a stranger cannot guess from the id before: no bit of the last eight bytes follows it. */
static void test_new_is_random(void **state)
{
    (void)state;
    enum { COUNT = 4000 };
    int changes[62] = { 0 };
    struct uuid before = uuid_new(NOW);
    for (int i = 0; i < COUNT; i++) {
        struct uuid id = uuid_new(NOW);
        for (int bit = 2; bit < 64; bit++) {
            int changed = id.bytes[8 + bit / 8] ^ before.bytes[8 + bit / 8];
            changes[bit - 2] += changed >> (7 - bit % 8) & 1;
        }
        before = id;
    }
    for (int bit = 0; bit < 62; bit++)
        assert_in_range(changes[bit], COUNT / 2 - 250, COUNT / 2 + 250); /* eight sigma */
}

static void test_of_name(void **state)
{
    (void)state;
    struct uuid id = uuid_of_name(NOW, "stripe", "evt_1", 5);
    assert_int_equal(version(id), 8);
    assert_int_equal(variant(id), 2);
    assert_int_equal(uuid_ms(id), NOW);
    assert_int_equal(uuid_compare(id, uuid_of_name(NOW, "stripe", "evt_1", 5)), 0);
    static const struct {
        int64_t at;
        const char *scope, *name;
    } others[] = {
        { NOW, "stripe", "evt_2" },
        { NOW, "stripe", "evt_" },
        { NOW, "strip", "eevt_1" },
        { NOW, "stripee", "vt_1" },
        { NOW, "calendly", "evt_1" },
        { NOW + 1, "stripe", "evt_1" },
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const char *name = others[i].name;
        struct uuid other = uuid_of_name(others[i].at, others[i].scope, name, strlen(name));
        assert_int_not_equal(uuid_compare(id, other), 0);
    }
    assert_int_equal(uuid_ms(uuid_of_name(-5, "s", "n", 1)), 0);
    assert_int_equal(uuid_ms(uuid_of_name(INT64_MAX, "s", "n", 1)), CLOCK_MOST);
}

/* Stored ids must come out the same in every later version: computed apart from this code. */
static void test_of_name_known(void **state)
{
    (void)state;
    char text[UUID_TEXT];
    uuid_format(uuid_of_name(NOW, "stripe", "evt_1", 5), text);
    assert_string_equal(text, "019ae3c3-04bb-80d5-a8d3-f202d01788f3");
}

static void test_text_round_trip(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct uuid id = uuid_new(NOW + i), again = { 0 };
        char text[UUID_TEXT];
        uuid_format(id, text);
        assert_int_equal(strlen(text), 36);
        assert_true(uuid_parse(text, 36, &again));
        assert_int_equal(uuid_compare(id, again), 0);
    }
}

static void test_parse_accepts(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        { "0192F0E4-7C3A-7ABC-8DEF-0123456789AB", "0192f0e4-7c3a-7abc-8def-0123456789ab" },
        { "0192f0E4-7c3a-7aBc-8deF-0123456789aB", "0192f0e4-7c3a-7abc-8def-0123456789ab" },
        { "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000" },
        { "ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffff-ffff-ffff-ffff-ffffffffffff" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct uuid id;
        char text[UUID_TEXT];
        assert_true(uuid_parse(texts[i][0], strlen(texts[i][0]), &id));
        uuid_format(id, text);
        assert_string_equal(text, texts[i][1]);
    }
}

static void assert_not_parsed(const char *text, size_t len)
{
    const struct uuid untouched = { "0123456789abcde" };
    struct uuid id = untouched;
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    if (uuid_parse(copy, len, &id))
        fail_msg("accepted: %.*s", (int)len, text);
    assert_int_equal(uuid_compare(id, untouched), 0);
    free(copy);
}

static void test_parse_rejects(void **state)
{
    (void)state;
    static const char good[] = "0192f0e4-7c3a-7abc-8def-0123456789ab";
    static const char *const bad[] = {
        "",
        "0192f0e47c3a7abc8def0123456789ab",
        "{0192f0e4-7c3a-7abc-8def-0123456789ab}",
        "urn:uuid:0192f0e4-7c3a-7abc-8def-0123456789ab",
        "0192f0e4-7c3a-7abc-8def-0123456789abc",
        " 192f0e4-7c3a-7abc-8def-0123456789ab",
        "0192f0e4-7c3a-7abc-8def-0123456789a\n",
        "0192f0e47-c3a-7abc-8def-0123456789ab",
        "0192f0e4--c3a-7abc-8def-0123456789ab",
        "0192f0e4-7c3a-7abc-8def+0123456789ab",
        "0192f0e4-7c3a7-abc-8def-0123456789ab",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_not_parsed(bad[i], strlen(bad[i]));
    for (size_t len = 0; len < 36; len++)
        assert_not_parsed(good, len);
    static const char intruders[] = "gG/:@`-_ \x80\xff";
    for (size_t at = 0; at < 36; at++)
        for (const char *c = intruders;; c++) {
            char text[37];
            memcpy(text, good, sizeof text);
            if (text[at] != *c) {
                text[at] = *c;
                assert_not_parsed(text, 36);
            }
            if (!*c)
                break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_is_random),   cmocka_unit_test(test_text_round_trip),
        cmocka_unit_test(test_of_name),         cmocka_unit_test(test_of_name_known),
        cmocka_unit_test(test_parse_accepts),   cmocka_unit_test(test_parse_rejects),
        cmocka_unit_test(test_new_leaves_room),
        cmocka_unit_test(test_new_is_strictly_increasing),
    };
    return cmocka_run_group_tests_name("crypto_uuid", tests, NULL, NULL);
}
