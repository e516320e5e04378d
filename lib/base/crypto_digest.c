/* SHA-256 and what is built on it: HMAC, HKDF and the blind index.  The method is fetched once,
 * because OpenSSL 3 looks it up by name on every implicit fetch, which costs three times the digest
 * itself.  One working context serves all calls: nothing here runs in two threads. */
#include "crypto.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

enum { BLOCK_SIZE = 64, HKDF_MOST = 255 * DIGEST_SIZE };

struct part {
    const void *data;
    size_t len;
};

struct blinder {
    EVP_MD_CTX *inner, *outer; /* each has taken in its half of the key */
};

static void must(int ok)
{
    if (ok != 1)
        log_abort("crypto: SHA-256 of libcrypto failed");
}

static EVP_MD_CTX *context_new(void)
{
    static EVP_MD *sha256_method;
    if (!sha256_method && !(sha256_method = EVP_MD_fetch(NULL, "SHA256", NULL)))
        log_abort("crypto: libcrypto has no SHA-256");
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context)
        log_abort("out of memory: digest");
    must(EVP_DigestInit_ex2(context, sha256_method, NULL));
    return context;
}

static EVP_MD_CTX *working(void)
{
    static EVP_MD_CTX *context;
    if (!context)
        context = context_new();
    return context;
}

static EVP_MD_CTX *digest_begin(void)
{
    EVP_MD_CTX *context = working();
    must(EVP_DigestInit_ex2(context, NULL, NULL));
    return context;
}

static EVP_MD_CTX *digest_resume(const EVP_MD_CTX *from)
{
    EVP_MD_CTX *context = working();
    must(EVP_MD_CTX_copy_ex(context, from));
    return context;
}

static void digest_add(EVP_MD_CTX *context, const void *data, size_t len)
{
    must(EVP_DigestUpdate(context, data, len));
}

static void digest_end(EVP_MD_CTX *context, uint8_t out[DIGEST_SIZE])
{
    must(EVP_DigestFinal_ex(context, out, NULL));
}

void sha256(const void *data, size_t len, uint8_t out[DIGEST_SIZE])
{
    EVP_MD_CTX *context = digest_begin();
    digest_add(context, data, len);
    digest_end(context, out);
}

void sha256_labelled(const char *label, const void *data, size_t len, uint8_t out[DIGEST_SIZE])
{
    EVP_MD_CTX *context = digest_begin();
    digest_add(context, label, strlen(label) + 1);
    digest_add(context, data, len);
    digest_end(context, out);
}

/* RFC 2104: a key longer than a block is digested first, then padded with zeros. */
static void key_block(const void *key, size_t len, uint8_t block[BLOCK_SIZE])
{
    memset(block, 0, BLOCK_SIZE);
    if (len > BLOCK_SIZE)
        sha256(key, len, block);
    else if (len)
        memcpy(block, key, len);
}

static void key_add(EVP_MD_CTX *context, const uint8_t block[BLOCK_SIZE], uint8_t mask)
{
    uint8_t masked[BLOCK_SIZE];
    for (int i = 0; i < BLOCK_SIZE; i++)
        masked[i] = block[i] ^ mask;
    digest_add(context, masked, BLOCK_SIZE);
    crypto_wipe(masked, sizeof masked);
}

enum { INNER_MASK = 0x36, OUTER_MASK = 0x5c };

static void hmac_parts(const void *key, size_t key_len, const struct part *parts, size_t count,
                       uint8_t out[DIGEST_SIZE])
{
    uint8_t block[BLOCK_SIZE], inner[DIGEST_SIZE];
    key_block(key, key_len, block);
    EVP_MD_CTX *context = digest_begin();
    key_add(context, block, INNER_MASK);
    for (size_t i = 0; i < count; i++)
        digest_add(context, parts[i].data, parts[i].len);
    digest_end(context, inner);
    context = digest_begin();
    key_add(context, block, OUTER_MASK);
    digest_add(context, inner, sizeof inner);
    digest_end(context, out);
    crypto_wipe(block, sizeof block);
    crypto_wipe(inner, sizeof inner);
}

void hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                 uint8_t out[DIGEST_SIZE])
{
    hmac_parts(key, key_len, &(struct part){ data, len }, 1, out);
}

void hkdf_sha256(const void *key, size_t key_len, const void *salt, size_t salt_len,
                 const char *info, void *out, size_t out_len)
{
    if (out_len > HKDF_MOST)
        log_abort("hkdf_sha256: %zu bytes asked for, RFC 5869 ends at %d", out_len, HKDF_MOST);
    uint8_t extracted[DIGEST_SIZE], round[DIGEST_SIZE];
    hmac_sha256(salt, salt_len, key, key_len, extracted);
    size_t made = 0, before = 0;
    for (uint8_t counter = 1; made < out_len; counter++, before = sizeof round) {
        const struct part parts[] = { { round, before }, { info, strlen(info) }, { &counter, 1 } };
        hmac_parts(extracted, sizeof extracted, parts, 3, round);
        size_t take = out_len - made < sizeof round ? out_len - made : sizeof round;
        memcpy((uint8_t *)out + made, round, take);
        made += take;
    }
    crypto_wipe(extracted, sizeof extracted);
    crypto_wipe(round, sizeof round);
}

struct blinder *blinder_new(const uint8_t key[KEY_SIZE])
{
    struct blinder *blinder = malloc(sizeof *blinder);
    if (!blinder)
        log_abort("out of memory: blinder");
    *blinder = (struct blinder){ context_new(), context_new() };
    uint8_t block[BLOCK_SIZE];
    key_block(key, KEY_SIZE, block);
    key_add(blinder->inner, block, INNER_MASK);
    key_add(blinder->outer, block, OUTER_MASK);
    crypto_wipe(block, sizeof block);
    return blinder;
}

void blinder_free(struct blinder *blinder)
{
    if (!blinder)
        return;
    EVP_MD_CTX_free(blinder->inner);
    EVP_MD_CTX_free(blinder->outer);
    free(blinder);
}

void blind(struct blinder *blinder, const char *kind, const void *value, size_t len,
           uint8_t out[BLIND_SIZE])
{
    uint8_t digest[DIGEST_SIZE];
    EVP_MD_CTX *context = digest_resume(blinder->inner);
    digest_add(context, kind, strlen(kind) + 1);
    digest_add(context, value, len);
    digest_end(context, digest);
    context = digest_resume(blinder->outer);
    digest_add(context, digest, sizeof digest);
    digest_end(context, digest);
    memcpy(out, digest, BLIND_SIZE);
}
