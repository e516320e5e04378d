/* One table of names gives every sealed column its key and its place in the authenticated context.
 * Keys are derived when a column is first used and stay until the account is closed. */
#include "account_seal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "account.h"

enum { KEY_ID = 1, NAME_MOST = 48, CONTEXT_MOST = UUID_SIZE + NAME_MOST + 1 + UUID_SIZE };

/* In the database's words, without the ending _sealed. */
static const char *const column_names[] = {
    [SEAL_CONTACT_EMAIL] = "contact.email",
    [SEAL_CONTACT_FIRST_NAME] = "contact.first_name",
    [SEAL_CONTACT_LAST_NAME] = "contact.last_name",
    [SEAL_CONTACT_PHONE] = "contact.phone",
    [SEAL_CONTACT_CUSTOM] = "contact.custom",
    [SEAL_EVENT_DETAIL] = "event.detail",
    [SEAL_ADDRESS_IP] = "registration_address.ip",
    [SEAL_AGENT_TEXT] = "agent.text",
    [SEAL_USER_EMAIL] = "user.email",
    [SEAL_USER_NAME] = "user.name",
};
static_assert(sizeof column_names / sizeof column_names[0] == SEALED_COLUMNS, "one name for each");
static_assert(SEALED_COLUMNS <= sizeof((struct account *)0)->sealers / sizeof(struct sealer *),
              "room for each");

/* account uuid | table.column | 0x00 | row uuid: nothing in it can be shifted from one part to the
 * next. */
static size_t cell_context(struct uuid account, const char *name, struct uuid row,
                           uint8_t out[CONTEXT_MOST])
{
    size_t name_size = strlen(name) + 1;
    memcpy(out, account.bytes, UUID_SIZE);
    memcpy(out + UUID_SIZE, name, name_size);
    memcpy(out + UUID_SIZE + name_size, row.bytes, UUID_SIZE);
    return UUID_SIZE + name_size + UUID_SIZE;
}

static void derive(const uint8_t key[KEY_SIZE], const char *what, const char *name,
                   uint8_t out[KEY_SIZE])
{
    char info[NAME_MOST + 16];
    snprintf(info, sizeof info, "%s %s", what, name);
    hkdf_sha256(key, KEY_SIZE, NULL, 0, info, out, KEY_SIZE);
}

void account_key(const struct account *account, const char *purpose, uint8_t out[KEY_SIZE])
{
    derive(account->data_key, "key", purpose, out);
}

static struct sealer *column_sealer(struct account *account, enum sealed_column column)
{
    uint8_t key[KEY_SIZE];
    if (account->sealers[column])
        return account->sealers[column];
    derive(account->data_key, "seal", column_names[column], key);
    account->sealers[column] = sealer_new(key, KEY_ID);
    crypto_wipe(key, sizeof key);
    return account->sealers[column];
}

void *account_seal(struct account *account, enum sealed_column column, const struct uuid *row,
                   const void *plain, size_t len, struct arena *arena, size_t *len_out)
{
    uint8_t context[CONTEXT_MOST];
    size_t context_len = cell_context(account->uuid, column_names[column], *row, context);
    *len_out = len + SEAL_OVERHEAD;
    uint8_t *sealed = arena_alloc(arena, *len_out);
    seal(column_sealer(account, column), context, context_len, plain, len, sealed);
    return sealed;
}

char *account_unseal(struct account *account, enum sealed_column column, const struct uuid *row,
                     const void *sealed, size_t len, struct arena *arena)
{
    uint8_t context[CONTEXT_MOST];
    if (!sealed || len < SEAL_OVERHEAD)
        return NULL;
    size_t context_len = cell_context(account->uuid, column_names[column], *row, context);
    char *plain = arena_alloc(arena, len - SEAL_OVERHEAD + 1);
    bool opens =
        unseal(column_sealer(account, column), context, context_len, sealed, len, (uint8_t *)plain);
    return opens ? plain : NULL;
}

void account_blind(struct account *account, const char *kind, const char *value,
                   uint8_t out[BLIND_SIZE])
{
    blind(account->blinder, kind, value, strlen(value), out);
}

struct sealer *wrapper_new(const uint8_t master_key[KEY_SIZE])
{
    uint8_t key[KEY_SIZE];
    derive(master_key, "seal", "account.data_key", key);
    struct sealer *wrapper = sealer_new(key, KEY_ID);
    crypto_wipe(key, sizeof key);
    return wrapper;
}

void data_key_wrap(struct sealer *wrapper, struct uuid account, const uint8_t key[KEY_SIZE],
                   uint8_t out[WRAPPED_KEY_SIZE])
{
    uint8_t context[CONTEXT_MOST];
    size_t context_len = cell_context(account, "account.data_key", account, context);
    seal(wrapper, context, context_len, key, KEY_SIZE, out);
}

bool data_key_unwrap(struct sealer *wrapper, struct uuid account, const void *wrapped, size_t len,
                     uint8_t key[KEY_SIZE])
{
    uint8_t context[CONTEXT_MOST];
    size_t context_len = cell_context(account, "account.data_key", account, context);
    return len == WRAPPED_KEY_SIZE && unseal(wrapper, context, context_len, wrapped, len, key);
}

/* The data key stays out of swap where the system allows it; the derived keys lie in libcrypto's
 * memory. */
void account_seal_open(struct account *account)
{
    uint8_t key[KEY_SIZE];
    (void)mlock(account->data_key, KEY_SIZE);
    account_key(account, "blind", key);
    account->blinder = blinder_new(key);
    crypto_wipe(key, sizeof key);
}

void account_seal_close(struct account *account)
{
    for (int column = 0; column < SEALED_COLUMNS; column++)
        sealer_free(account->sealers[column]);
    blinder_free(account->blinder);
    crypto_wipe(account->data_key, KEY_SIZE);
    (void)munlock(account->data_key, KEY_SIZE);
}
