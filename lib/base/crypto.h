/* The only user of OpenSSL and libcrypt: randomness, identifiers, digests, sealing, passwords.
 * Keys are 32 bytes.  Failure of the library itself is a bug and aborts; functions that judge
 * foreign bytes return false.  One thread at a time, as everywhere in Weir; a fork is safe. */
#ifndef WEIR_CRYPTO_H
#define WEIR_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

enum { KEY_SIZE = 32, DIGEST_SIZE = 32, UUID_SIZE = 16, UUID_TEXT = 37, BLIND_SIZE = 16 };

void crypto_random(void *out, size_t len);
char *crypto_random_base62(struct arena *arena, size_t chars); /* unbiased */
void crypto_wipe(void *secret, size_t len);
bool crypto_equal(const void *a, const void *b, size_t len); /* constant time */

struct uuid {
    uint8_t bytes[UUID_SIZE];
};
/* RFC 9562 version 7; `at` in ms.  Strictly increasing in a process, even if clocks go back. */
struct uuid uuid_new(int64_t at);
/* Version 8 for an id that its sender chose: 48 bits of `at`, then a digest of scope and name: same
 * input, same uuid, and still nearly in time order. */
struct uuid uuid_of_name(int64_t at, const char *scope, const void *name, size_t len);
void uuid_format(struct uuid id, char out[UUID_TEXT]);       /* lower case with dashes */
bool uuid_parse(const char *s, size_t len, struct uuid *id); /* 8-4-4-4-12, either case */
int uuid_compare(struct uuid a, struct uuid b);

void sha256(const void *data, size_t len, uint8_t out[DIGEST_SIZE]);
/* Of  label 0x00 data: digests of different things are never mistaken for each other. */
void sha256_labelled(const char *label, const void *data, size_t len, uint8_t out[DIGEST_SIZE]);
void hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
                 uint8_t out[DIGEST_SIZE]);
/* RFC 5869, SHA-256; out_len up to 8160 bytes; no salt: NULL and 0. */
void hkdf_sha256(const void *key, size_t key_len, const void *salt, size_t salt_len,
                 const char *info, void *out, size_t out_len);

/* Sealing: AES-256-GCM.  A sealed value is  version 1 | key id 1 | nonce 12 | ciphertext | tag 16.
 * Authenticated, beside the ciphertext: version, key id, then `context`, which is not stored:
 * account, table, column and row uuid; a value copied to another cell does not open. */
enum { SEAL_OVERHEAD = 30 };
struct sealer; /* one key, ready: the cipher context is kept between calls */
struct sealer *sealer_new(const uint8_t key[KEY_SIZE], uint8_t key_id);
void sealer_free(struct sealer *sealer); /* wipes the key; NULL is fine */
/* out holds len + SEAL_OVERHEAD bytes and does not overlap plain. */
void seal(struct sealer *sealer, const void *context, size_t context_len, const void *plain,
          size_t len, uint8_t *out);
/* out holds len - SEAL_OVERHEAD bytes.  False: wrong key, context, key id or a changed byte; out is
 * wiped (and not touched when len is under SEAL_OVERHEAD). */
bool unseal(struct sealer *sealer, const void *context, size_t context_len, const void *sealed,
            size_t len, uint8_t *out);

/* Keyed equality index: first 16 bytes of HMAC-SHA256(key, kind 0x00 value).  The blinder
 * keeps the keyed state, so a call costs two compressions. */
struct blinder;
struct blinder *blinder_new(const uint8_t key[KEY_SIZE]);
void blinder_free(struct blinder *blinder); /* wipes the key; NULL is fine */
void blind(struct blinder *blinder, const char *kind, const void *value, size_t len,
           uint8_t out[BLIND_SIZE]);

/* yescrypt "$y$..." at cost 5 (16 MiB, about 15 ms). */
enum { PASSWORD_MOST = 511 };                                   /* bytes */
char *password_hash(struct arena *arena, const char *password); /* NULL: over PASSWORD_MOST */
/* NULL, an unusable hash or an overlong password cost the same work as a wrong password. */
bool password_matches(const char *password, const char *hash);

char *hex_encode(struct arena *arena, const void *data, size_t len); /* lower case */
bool hex_decode(const char *s, size_t len, uint8_t *out); /* len / 2 bytes; either case */
char *base64_encode(struct arena *arena, const void *data, size_t len);
char *base64url_encode(struct arena *arena, const void *data, size_t len); /* no padding */
/* Strict: padded, no white space, no stray bits.  On refusal *out and *n stay as they were. */
bool base64_decode(struct arena *arena, const char *s, size_t len, uint8_t **out, size_t *n);
/* Strict: unpadded, no stray bits. */
bool base64url_decode(struct arena *arena, const char *s, size_t len, uint8_t **out, size_t *n);

#endif
