/* Sealed fields: AES-256-GCM with a random nonce for every value.  A sealer keeps its cipher
 * context with the key schedule done, so that a field costs a nonce and a few blocks; the same
 * context opens and closes, because GCM runs the cipher forwards in both directions. */
#include "crypto.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "log.h"

enum { SEAL_VERSION = 1, HEAD_SIZE = 2, NONCE_SIZE = 12, TAG_SIZE = 16, SEAL_MOST = 1 << 30 };
_Static_assert(HEAD_SIZE + NONCE_SIZE + TAG_SIZE == SEAL_OVERHEAD, "the layout of crypto.h");

struct sealer {
    EVP_CIPHER_CTX *cipher;
    uint8_t key_id;
};

static void must(int ok)
{
    if (ok != 1)
        log_abort("crypto: AES-256-GCM of libcrypto failed");
}

static const EVP_CIPHER *method(void)
{
    static EVP_CIPHER *fetched;
    if (!fetched && !(fetched = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL)))
        log_abort("crypto: libcrypto has no AES-256-GCM");
    return fetched;
}

struct sealer *sealer_new(const uint8_t key[KEY_SIZE], uint8_t key_id)
{
    struct sealer *sealer = malloc(sizeof *sealer);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    if (!sealer || !cipher)
        log_abort("out of memory: sealer");
    *sealer = (struct sealer){ cipher, key_id };
    must(EVP_EncryptInit_ex2(cipher, method(), key, NULL, NULL));
    return sealer;
}

void sealer_free(struct sealer *sealer)
{
    if (!sealer)
        return;
    EVP_CIPHER_CTX_free(sealer->cipher);
    free(sealer);
}

void seal(struct sealer *sealer, const void *context, size_t context_len, const void *plain,
          size_t len, uint8_t *out)
{
    if (len > SEAL_MOST || context_len > SEAL_MOST)
        log_abort("seal: %zu bytes are too long for one field", len);
    EVP_CIPHER_CTX *cipher = sealer->cipher;
    uint8_t *nonce = out + HEAD_SIZE, *text = nonce + NONCE_SIZE;
    int n;
    out[0] = SEAL_VERSION;
    out[1] = sealer->key_id;
    crypto_random(nonce, NONCE_SIZE);
    must(EVP_EncryptInit_ex2(cipher, NULL, NULL, nonce, NULL));
    must(EVP_EncryptUpdate(cipher, NULL, &n, out, HEAD_SIZE));
    must(EVP_EncryptUpdate(cipher, NULL, &n, context, (int)context_len));
    must(EVP_EncryptUpdate(cipher, text, &n, plain, (int)len));
    must(EVP_EncryptFinal_ex(cipher, text + len, &n));
    must(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, text + len));
}

/* The tag is set through a parameter that takes no const; libcrypto only reads it. */
static bool opens(EVP_CIPHER_CTX *cipher, const void *context, size_t context_len,
                  const uint8_t *sealed, size_t text_len, uint8_t *out)
{
    const uint8_t *nonce = sealed + HEAD_SIZE, *text = nonce + NONCE_SIZE;
    int n;
    return EVP_DecryptInit_ex2(cipher, NULL, NULL, nonce, NULL) == 1 &&
           EVP_DecryptUpdate(cipher, NULL, &n, sealed, HEAD_SIZE) == 1 &&
           EVP_DecryptUpdate(cipher, NULL, &n, context, (int)context_len) == 1 &&
           EVP_DecryptUpdate(cipher, out, &n, text, (int)text_len) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE,
                               (void *)(uintptr_t)(text + text_len)) == 1 &&
           EVP_DecryptFinal_ex(cipher, out + text_len, &n) == 1;
}

bool unseal(struct sealer *sealer, const void *context, size_t context_len, const void *sealed,
            size_t len, uint8_t *out)
{
    const uint8_t *bytes = sealed;
    if (len < SEAL_OVERHEAD || len - SEAL_OVERHEAD > SEAL_MOST || context_len > SEAL_MOST)
        return false;
    size_t text_len = len - SEAL_OVERHEAD;
    if (bytes[0] == SEAL_VERSION && bytes[1] == sealer->key_id &&
        opens(sealer->cipher, context, context_len, bytes, text_len, out))
        return true;
    crypto_wipe(out, text_len);
    return false;
}
