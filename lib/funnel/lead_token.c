/* contact uuid 16 | funnel id 8, big-endian | HMAC-SHA256 over both, its first 18 bytes; as
 * base64url. */
#include "lead_token.h"

#include <string.h>

enum {
    FUNNEL_BYTES = 8,
    NAMED = UUID_SIZE + FUNNEL_BYTES,
    SIGNATURE = 18,
    WHOLE = NAMED + SIGNATURE
};

static void token_sign(const struct account *account, const uint8_t named[NAMED],
                       uint8_t signature[DIGEST_SIZE])
{
    uint8_t key[KEY_SIZE];
    account_key(account, "lead-token", key);
    hmac_sha256(key, sizeof key, named, NAMED, signature);
    crypto_wipe(key, sizeof key);
}

char *lead_token_write(const struct account *account, const struct lead_token *token,
                       struct arena *arena)
{
    uint8_t whole[WHOLE], signature[DIGEST_SIZE];
    memcpy(whole, token->contact.bytes, UUID_SIZE);
    for (int i = 0; i < FUNNEL_BYTES; i++)
        whole[UUID_SIZE + i] =
            (uint8_t)((uint64_t)token->funnel_id >> (8 * (FUNNEL_BYTES - 1 - i)));
    token_sign(account, whole, signature);
    memcpy(whole + NAMED, signature, SIGNATURE);
    return base64url_encode(arena, whole, sizeof whole);
}

bool lead_token_read(const struct account *account, const char *text, struct lead_token *token,
                     struct arena *arena)
{
    uint8_t *whole, signature[DIGEST_SIZE];
    size_t len;
    if (!base64url_decode(arena, text, strlen(text), &whole, &len) || len != WHOLE)
        return false;
    token_sign(account, whole, signature);
    if (!crypto_equal(signature, whole + NAMED, SIGNATURE))
        return false;
    uint64_t funnel_id = 0;
    for (int i = 0; i < FUNNEL_BYTES; i++)
        funnel_id = funnel_id << 8 | whole[UUID_SIZE + i];
    memcpy(token->contact.bytes, whole, UUID_SIZE);
    token->funnel_id = (int64_t)funnel_id;
    return true;
}
