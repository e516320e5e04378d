/* Hostile bytes never open, alone or behind a good head; what was sealed here does, until one bit
 * is changed.  Buffers have their exact size, so that the sanitizer sees one byte too many. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto.h"

static uint8_t *exact(size_t len)
{
    uint8_t *bytes = malloc(len ? len : 1);
    assert(bytes);
    return bytes;
}

/* Refused, with nothing left in the output. */
static void assert_refused(struct sealer *sealer, const uint8_t *sealed, size_t len)
{
    size_t out_len = len < SEAL_OVERHEAD ? 0 : len - SEAL_OVERHEAD;
    uint8_t *out = exact(out_len);
    memset(out, 'x', out_len);
    assert(!unseal(sealer, "place", 5, sealed, len, out));
    for (size_t i = 0; i < out_len; i++)
        assert(out[i] == 0);
    free(out);
}

static void check_hostile(struct sealer *sealer, const uint8_t *data, size_t size)
{
    uint8_t *bytes = exact(size);
    if (size)
        memcpy(bytes, data, size);
    assert_refused(sealer, bytes, size);
    if (size >= 2) {
        bytes[0] = 1;
        bytes[1] = 7;
        assert_refused(sealer, bytes, size);
    }
    free(bytes);
}

/* The first bytes of the input choose which bit is changed. */
static void check_own(struct sealer *sealer, const uint8_t *data, size_t size)
{
    size_t bit = (size_t)data[0] << 8 | data[1], plain_len = size - 2;
    uint8_t *sealed = exact(plain_len + SEAL_OVERHEAD), *out = exact(plain_len);
    seal(sealer, "place", 5, data + 2, plain_len, sealed);
    assert(unseal(sealer, "place", 5, sealed, plain_len + SEAL_OVERHEAD, out));
    assert(memcmp(out, data + 2, plain_len) == 0);
    bit %= 8 * (plain_len + SEAL_OVERHEAD);
    sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    assert_refused(sealer, sealed, plain_len + SEAL_OVERHEAD);
    free(sealed);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[KEY_SIZE] = "a key for the fuzzer";
    static struct sealer *sealer;
    if (!sealer)
        sealer = sealer_new(key, 7);
    check_hostile(sealer, data, size);
    if (size >= 2)
        check_own(sealer, data, size);
    return 0;
}
