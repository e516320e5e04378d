/* API keys: made, checked and revoked.  Checking a key of an unknown account costs the same digest
 * as a wrong key of a known one, and the answer is the same. */
#include "api_key.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

static const char PREFIX[] = "weir_";
static const char BASE62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
enum {
    TAIL = API_PUBLIC_ID + 1 + API_SECRET + API_CHECK,
    KEY_MOST = sizeof PREFIX - 1 + SLUG_MOST + 1 + TAIL
};

static const struct {
    const char *name;
    enum api_scope scope;
} scope_names[] = {
    { "read", SCOPE_READ },     { "update", SCOPE_UPDATE }, { "convert", SCOPE_CONVERT },
    { "export", SCOPE_EXPORT }, { "admin", SCOPE_ADMIN },
};
enum { SCOPES = sizeof scope_names / sizeof scope_names[0] };

const char *scopes_format(unsigned scopes, struct arena *arena)
{
    struct text *text = text_new(arena);
    for (size_t i = 0; i < SCOPES; i++)
        if (scopes & scope_names[i].scope)
            text_add_format(text, "%s%s", text_len(text) ? " " : "", scope_names[i].name);
    return text_str(text);
}

static unsigned scope_of(const char *word, size_t len)
{
    for (size_t i = 0; i < SCOPES; i++)
        if (strlen(scope_names[i].name) == len && memcmp(scope_names[i].name, word, len) == 0)
            return scope_names[i].scope;
    return 0;
}

bool scopes_parse(const char *text, unsigned *scopes, const char **word)
{
    unsigned found = 0;
    for (*word = text + strspn(text, " "); **word; *word += strspn(*word, " ")) {
        size_t len = strcspn(*word, " ");
        unsigned scope = scope_of(*word, len);
        if (!scope)
            return false;
        found |= scope;
        *word += len;
    }
    *scopes = found;
    return true;
}

/* Not a secret: it finds typing errors, and lets a scanner know our keys from random text. */
static void check_of(const char *tail, char out[API_CHECK + 1])
{
    uint8_t digest[DIGEST_SIZE];
    uint64_t number = 0;
    sha256_labelled("weir api key check", tail, TAIL - API_CHECK, digest);
    for (int i = 0; i < 8; i++)
        number = number << 8 | digest[i];
    for (int i = 0; i < API_CHECK; i++, number /= 62)
        out[i] = BASE62[number % 62];
    out[API_CHECK] = '\0';
}

/* `tail` begins at the public id: the slug is no part of it, so that a key outlives a rename of its
 * account. */
static void digest_of(const struct account *account, const char *tail, uint8_t out[DIGEST_SIZE])
{
    uint8_t key[KEY_SIZE] = { 0 };
    if (account)
        account_key(account, "api-key", key);
    hmac_sha256(key, sizeof key, tail, TAIL, out);
    crypto_wipe(key, sizeof key);
}

static const char *make_tail(struct api_key *key, struct arena *arena)
{
    char check[API_CHECK + 1];
    memcpy(key->public_id, crypto_random_base62(arena, API_PUBLIC_ID), API_PUBLIC_ID + 1);
    const char *body =
        arena_printf(arena, "%s_%s", key->public_id, crypto_random_base62(arena, API_SECRET));
    check_of(body, check);
    return arena_printf(arena, "%s%s", body, check);
}

static const char *key_refused(const struct api_key *key)
{
    if (!key->label || !*key->label)
        return "label: say what the key is for";
    if (key->scopes == 0 || key->scopes & ~(unsigned)SCOPE_ALL)
        return "permissions: give some of read, update, convert, export, admin";
    return NULL;
}

enum outcome api_key_create(struct db *db, struct account *account, struct api_key *key,
                            struct arena *arena, const char **text, const char **error)
{
    uint8_t digest[DIGEST_SIZE];
    if ((*error = key_refused(key)))
        return INVALID;
    const char *tail = make_tail(key, arena);
    digest_of(account, tail, digest);
    key->created_at = clock_now();
    key->id = db_int(
        db,
        "INSERT INTO api_key"
        " (public_id, digest, label, workspace_id, scopes, created_at, expires_at)"
        " VALUES (:public_id, :digest, :label, :workspace_id, :scopes, :created_at, :expires_at)"
        " RETURNING id",
        BINDAS(public_id, (const char *)key->public_id), BINDBLOB(digest, digest, sizeof digest),
        BINDM(key, label), BINDREF(workspace_id, key->workspace_id),
        BINDAS(scopes, scopes_format(key->scopes, arena)), BINDM(key, created_at),
        BINDREF(expires_at, key->expires_at));
    *text = arena_printf(arena, "%s%s_%s", PREFIX, account->slug, tail);
    return CREATED;
}

static bool is_base62(const char *s, size_t len)
{
    return strspn(s, BASE62) >= len;
}

/* public id _ secret and check. */
static bool tail_is_valid(const char *tail)
{
    char check[API_CHECK + 1];
    if (strlen(tail) != TAIL || !is_base62(tail, API_PUBLIC_ID) || tail[API_PUBLIC_ID] != '_' ||
        !is_base62(tail + API_PUBLIC_ID + 1, API_SECRET + API_CHECK))
        return false;
    check_of(tail, check);
    return memcmp(tail + TAIL - API_CHECK, check, API_CHECK) == 0;
}

bool api_key_parse(const char *text, char slug[SLUG_SIZE], char public_id[API_PUBLIC_ID + 1])
{
    if (strnlen(text, KEY_MOST + 1) > KEY_MOST || strncmp(text, PREFIX, strlen(PREFIX)) != 0)
        return false;
    const char *name = text + strlen(PREFIX), *end = strchr(name, '_');
    if (!end || end - name > SLUG_MOST || !tail_is_valid(end + 1))
        return false;
    snprintf(slug, SLUG_SIZE, "%.*s", (int)(end - name), name);
    snprintf(public_id, API_PUBLIC_ID + 1, "%s", end + 1);
    return slug_is_valid(slug);
}

/* Fills in the key of that public id; false: no such key.  *stored is its digest. */
static bool read_key(struct db *db, const char *public_id, struct arena *arena, struct api_key *key,
                     uint8_t stored[DIGEST_SIZE])
{
    size_t len = 0;
    const char *word;
    struct db_rows *rows = db_query(
        db,
        "SELECT id, label, workspace_id, scopes, created_at, expires_at, digest FROM api_key"
        " WHERE public_id = :public_id AND revoked_at IS NULL",
        BIND(public_id));
    bool found = db_next(rows);
    if (found) {
        *key = (struct api_key){ .id = db_get_int(rows, 0),
                                 .label = db_get_text(rows, 1, arena),
                                 .workspace_id = db_get_int(rows, 2),
                                 .created_at = db_get_int(rows, 4),
                                 .expires_at = db_get_int(rows, 5) };
        memcpy(key->public_id, public_id, API_PUBLIC_ID + 1);
        const void *digest = db_get_blob(rows, 6, &len, NULL);
        if (len == DIGEST_SIZE)
            memcpy(stored, digest, DIGEST_SIZE);
        found =
            scopes_parse(db_get_text(rows, 3, arena), &key->scopes, &word) && len == DIGEST_SIZE;
    }
    db_done(rows);
    return found && db_fault(db) == DB_FINE;
}

/* With no account the digest is made all the same, under a key of zeros. */
static bool key_matches(struct account *account, struct db *db, const char *text,
                        const char *public_id, struct arena *arena, struct api_key *key)
{
    uint8_t stored[DIGEST_SIZE] = { 0 }, digest[DIGEST_SIZE];
    bool found = account && read_key(db, public_id, arena, key, stored);
    digest_of(account, text + strlen(text) - TAIL, digest);
    bool same = crypto_equal(digest, stored, sizeof digest);
    return found && same && (key->expires_at == 0 || key->expires_at > clock_now());
}

enum outcome api_key_verify(struct accounts *accounts, const char *text, struct arena *arena,
                            struct account **account, struct api_key *key)
{
    char slug[SLUG_SIZE], public_id[API_PUBLIC_ID + 1];
    const char *error;
    if (!api_key_parse(text, slug, public_id))
        return FORBIDDEN;
    struct account *opened = account_open(accounts, slug, &error);
    struct db *db = opened ? account_reader(opened) : NULL;
    if (error || (opened && !db)) {
        if (opened)
            account_release(opened);
        return UNAVAILABLE;
    }
    bool matches = key_matches(opened, db, text, public_id, arena, key);
    bool fault = db && db_fault(db) != DB_FINE;
    if (matches)
        *account = opened;
    else if (opened)
        account_release(opened);
    return matches ? OK : fault ? UNAVAILABLE : FORBIDDEN;
}

enum outcome api_key_revoke(struct db *db, const char *public_id)
{
    int64_t now = clock_now();
    int64_t changed = db_run(db,
                             "UPDATE api_key SET revoked_at = :now"
                             " WHERE public_id = :public_id AND revoked_at IS NULL",
                             BIND(now), BIND(public_id));
    return changed ? OK : NOT_FOUND;
}
