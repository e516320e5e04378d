/* Randomness, wiping and comparing.  A call of RAND_bytes costs half a microsecond whatever its
 * size, and every sealed field needs twelve bytes: small requests are served from a buffer that is
 * filled in one call, wiped as it is used up and dropped in a forked child, which would otherwise
 * repeat its parent's nonces.  Keys are too large for it and never wait in the buffer. */
#include "crypto.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>

#include "log.h"

enum { POOL_SIZE = 1024, POOLED_MOST = 16 };

static struct {
    bool guarded;
    size_t left; /* unused bytes, at the end */
    uint8_t bytes[POOL_SIZE];
} pool;

static void random_direct(void *out, size_t len)
{
    if (len > INT32_MAX || RAND_bytes(out, (int)len) != 1)
        log_abort("crypto: the system gives no random bytes");
}

static void pool_drop(void)
{
    crypto_wipe(pool.bytes, sizeof pool.bytes);
    pool.left = 0;
}

static void pool_fill(void)
{
    if (!pool.guarded && pthread_atfork(NULL, NULL, pool_drop) != 0)
        log_abort("out of memory: random pool");
    pool.guarded = true;
    random_direct(pool.bytes, sizeof pool.bytes);
    pool.left = sizeof pool.bytes;
}

void crypto_random(void *out, size_t len)
{
    if (len > POOLED_MOST) {
        random_direct(out, len);
        return;
    }
    if (pool.left < len)
        pool_fill();
    uint8_t *from = pool.bytes + sizeof pool.bytes - pool.left;
    memcpy(out, from, len);
    crypto_wipe(from, len);
    pool.left -= len;
}

/* 248 is the largest multiple of 62 in a byte: what lies above is drawn again, or the first eight
 * letters would come up more often. */
char *crypto_random_base62(struct arena *arena, size_t chars)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    char *text = arena_alloc(arena, chars + 1);
    uint8_t drawn[64];
    for (size_t made = 0; made < chars;) {
        crypto_random(drawn, sizeof drawn);
        for (size_t i = 0; i < sizeof drawn && made < chars; i++)
            if (drawn[i] < 248)
                text[made++] = alphabet[drawn[i] % 62];
    }
    crypto_wipe(drawn, sizeof drawn);
    return text;
}

void crypto_wipe(void *secret, size_t len)
{
    OPENSSL_cleanse(secret, len);
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}
