/* Sealed values open with the same key and place only, and not at all once a bit has changed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto.h"

static const uint8_t KEY[KEY_SIZE] = "an example key of 32 bytes, 0001";
static const char PLACE[] = "acme/contact/email/0192f0e4";
static struct sealer *sealer;

static int set_up(void **state)
{
    (void)state;
    sealer = sealer_new(KEY, 7);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sealer_free(sealer);
    return 0;
}

/* Exactly as many bytes as asked for, so that the sanitizer sees one too many. */
static uint8_t *exact(size_t len)
{
    uint8_t *bytes = malloc(len ? len : 1);
    assert_non_null(bytes);
    return bytes;
}

static void test_round_trip(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 15, 16, 17, 20, 31, 32, 33, 4096, 70000 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t len = sizes[i];
        uint8_t *plain = exact(len), *sealed = exact(len + SEAL_OVERHEAD), *opened = exact(len);
        memset(plain, 'p', len);
        seal(sealer, PLACE, sizeof PLACE, plain, len, sealed);
        assert_int_equal(sealed[0], 1);
        assert_int_equal(sealed[1], 7);
        assert_true(unseal(sealer, PLACE, sizeof PLACE, sealed, len + SEAL_OVERHEAD, opened));
        assert_memory_equal(opened, plain, len);
        assert_true(len < 15 || memcmp(sealed + 14, plain, len) != 0);
        free(plain);
        free(sealed);
        free(opened);
    }
}

/* Computed apart from this code, in another language: the layout is a promise to databases that
 * exist.  Key 00..1f, key id 1, nonce a0..ab, context "ctx", text "weir".
 * The second claims a version that is not ours yet. */
static void test_known_value(void **state)
{
    (void)state;
    uint8_t key[KEY_SIZE], out[4];
    static const uint8_t sealed[] = {
        0x01, 0x01, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9,
        0xaa, 0xab, 0x91, 0x7d, 0x15, 0x5f, 0xc5, 0xdf, 0xa0, 0xd9, 0x76, 0x05,
        0x91, 0xf3, 0xec, 0xca, 0xc0, 0xc6, 0xf4, 0x3f, 0x6b, 0x83,
    };
    static const uint8_t version_2[] = {
        0x02, 0x01, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9,
        0xaa, 0xab, 0x91, 0x7d, 0x15, 0x5f, 0x73, 0x7b, 0xf5, 0x72, 0xbc, 0x70,
        0xb2, 0xf9, 0x53, 0x25, 0xd3, 0xaa, 0x4a, 0x58, 0xe3, 0x9c,
    };
    for (uint8_t i = 0; i < KEY_SIZE; i++)
        key[i] = i;
    struct sealer *known = sealer_new(key, 1);
    assert_true(unseal(known, "ctx", 3, sealed, sizeof sealed, out));
    assert_memory_equal(out, "weir", 4);
    assert_false(unseal(known, "ctx", 3, version_2, sizeof version_2, out));
    sealer_free(known);
}

static void test_same_text_seals_differently(void **state)
{
    (void)state;
    enum { COUNT = 500, SIZE = 5 + SEAL_OVERHEAD };
    static uint8_t sealed[COUNT][SIZE];
    for (size_t i = 0; i < COUNT; i++)
        seal(sealer, PLACE, sizeof PLACE, "hello", 5, sealed[i]);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(sealed[i] + 2, sealed[k] + 2, 12);
}

/* Refused, and nothing of the text is left in `out`. */
static void assert_refused(struct sealer *with, const char *place, size_t place_len,
                           const uint8_t *sealed, size_t len)
{
    size_t out_len = len > SEAL_OVERHEAD ? len - SEAL_OVERHEAD : 0;
    uint8_t *copy = exact(len), *out = exact(out_len);
    memcpy(copy, sealed, len);
    memset(out, 'x', out_len);
    assert_false(unseal(with, place, place_len, copy, len, out));
    for (size_t i = 0; i < out_len; i++)
        assert_int_equal(out[i], 0);
    free(copy);
    free(out);
}

static void test_every_changed_bit_is_refused(void **state)
{
    (void)state;
    uint8_t sealed[21 + SEAL_OVERHEAD];
    seal(sealer, PLACE, sizeof PLACE, "someone@example.com..", 21, sealed);
    for (size_t bit = 0; bit < 8 * sizeof sealed; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_refused(sealer, PLACE, sizeof PLACE, sealed, sizeof sealed);
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    uint8_t opened[21];
    assert_true(unseal(sealer, PLACE, sizeof PLACE, sealed, sizeof sealed, opened));
}

static void test_every_cut_is_refused(void **state)
{
    (void)state;
    uint8_t sealed[6 + SEAL_OVERHEAD];
    seal(sealer, PLACE, sizeof PLACE, "secret", 6, sealed);
    for (size_t len = 0; len < sizeof sealed; len++)
        assert_refused(sealer, PLACE, sizeof PLACE, sealed, len);
    for (size_t from = 1; from < sizeof sealed; from++)
        assert_refused(sealer, PLACE, sizeof PLACE, sealed + from, sizeof sealed - from);
}

static void test_wrong_place_and_key(void **state)
{
    (void)state;
    uint8_t sealed[6 + SEAL_OVERHEAD], other_key[KEY_SIZE];
    memcpy(other_key, KEY, KEY_SIZE);
    other_key[31] ^= 1;
    struct sealer *other = sealer_new(other_key, 7), *other_id = sealer_new(KEY, 8);
    seal(sealer, PLACE, sizeof PLACE, "secret", 6, sealed);
    assert_refused(other, PLACE, sizeof PLACE, sealed, sizeof sealed);
    assert_refused(other_id, PLACE, sizeof PLACE, sealed, sizeof sealed);
    assert_refused(sealer, PLACE, sizeof PLACE - 1, sealed, sizeof sealed);
    assert_refused(sealer, NULL, 0, sealed, sizeof sealed);
    assert_refused(sealer, "acme/contact/phone/0192f0e4", sizeof PLACE, sealed, sizeof sealed);
    sealed[1] = 8; /* relabelled: the id is authenticated too */
    assert_refused(other_id, PLACE, sizeof PLACE, sealed, sizeof sealed);
    sealer_free(other);
    sealer_free(other_id);
    sealer_free(NULL);
}

/* One context serves both directions: a refusal in between must not disturb what follows. */
static void test_directions_interleave(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++) {
        uint8_t sealed[9 + SEAL_OVERHEAD], opened[9];
        char text[20];
        snprintf(text, sizeof text, "text %04d", i);
        seal(sealer, text, 4, text, 9, sealed);
        if (i % 3 == 0)
            assert_refused(sealer, text, 5, sealed, sizeof sealed);
        assert_true(unseal(sealer, text, 4, sealed, sizeof sealed, opened));
        assert_memory_equal(opened, text, 9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_known_value),
        cmocka_unit_test(test_same_text_seals_differently),
        cmocka_unit_test(test_every_changed_bit_is_refused),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_wrong_place_and_key),
        cmocka_unit_test(test_directions_interleave),
    };
    return cmocka_run_group_tests_name("crypto_seal", tests, set_up, tear_down);
}
