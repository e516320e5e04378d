/* What an account keeps secret, and how: every sealed column has a key of its own, derived from the
 * account's data key, and every value is bound to its cell, so that one copied to another row,
 * column or account does not open. */
#ifndef WEIR_ACCOUNT_SEAL_H
#define WEIR_ACCOUNT_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "crypto.h"

struct account;

/* Every sealed column: its key is HKDF(data key, "seal table.column"), its context account,
 * table.column and row uuid.  The names stand in account_seal.c and never change; a new column gets
 * a new line. */
enum sealed_column {
    SEAL_CONTACT_EMAIL,
    SEAL_CONTACT_FIRST_NAME,
    SEAL_CONTACT_LAST_NAME,
    SEAL_CONTACT_PHONE,
    SEAL_CONTACT_CUSTOM,
    SEAL_EVENT_DETAIL,
    SEAL_ADDRESS_IP,
    SEAL_AGENT_TEXT,
    SEAL_USER_EMAIL,
    SEAL_USER_NAME,
    SEALED_COLUMNS
};

/* Sealed value of `plain` for a row; *len_out bytes in `arena`. */
void *account_seal(struct account *account, enum sealed_column column, const struct uuid *row,
                   const void *plain, size_t len, struct arena *arena, size_t *len_out);
/* The plain text, NUL-terminated, or NULL when it does not open; NULL, too, for NULL. */
char *account_unseal(struct account *account, enum sealed_column column, const struct uuid *row,
                     const void *sealed, size_t len, struct arena *arena);
void account_blind(struct account *account, const char *kind, const char *value,
                   uint8_t out[BLIND_SIZE]);
/* A key of its own for one purpose, from the data key: "api-key", "audit". */
void account_key(const struct account *account, const char *purpose, uint8_t out[KEY_SIZE]);

/* The data key as it is stored: sealed by the master key for the account of that uuid. */
enum { WRAPPED_KEY_SIZE = KEY_SIZE + SEAL_OVERHEAD };
struct sealer *wrapper_new(const uint8_t master_key[KEY_SIZE]);
void data_key_wrap(struct sealer *wrapper, struct uuid account, const uint8_t key[KEY_SIZE],
                   uint8_t out[WRAPPED_KEY_SIZE]);
bool data_key_unwrap(struct sealer *wrapper, struct uuid account, const void *wrapped, size_t len,
                     uint8_t key[KEY_SIZE]);

/* Begins and ends the use of account->data_key, which must be set. */
void account_seal_open(struct account *account);
void account_seal_close(struct account *account); /* wipes it and all that was derived from it */

#endif
