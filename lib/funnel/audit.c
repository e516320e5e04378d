/* The chain: digest(row) = HMAC-SHA256(account key "audit", digest of the row before | id | at |
 * each text with its length).  Ids count up without gaps and sqlite_sequence keeps the highest one
 * ever given, so a row cut off the end shows as well. */
#include "audit.h"

#include <string.h>

#include "text.h"

struct link {
    uint8_t digest[DIGEST_SIZE];
    int64_t id;
};

static void add_int(struct text *text, int64_t value)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        text_add_char(text, (char)((uint64_t)value >> shift));
}

static void add_text(struct text *text, const char *s)
{
    size_t len = s ? strlen(s) : 0;
    add_int(text, (int64_t)len);
    text_add_n(text, s ? s : "", len);
}

static void digest_row(const uint8_t key[KEY_SIZE], const struct link *before, int64_t id,
                       const struct audit_entry *entry, uint8_t out[DIGEST_SIZE])
{
    struct arena *arena = arena_new();
    struct text *text = text_new(arena);
    text_add_n(text, (const char *)before->digest, sizeof before->digest);
    add_int(text, id);
    add_int(text, entry->at);
    add_text(text, entry->actor);
    add_text(text, entry->action);
    add_text(text, entry->object);
    add_text(text, entry->detail);
    hmac_sha256(key, KEY_SIZE, text_str(text), text_len(text), out);
    arena_free(arena);
}

static void copy_digest(struct db_rows *rows, int column, uint8_t out[DIGEST_SIZE])
{
    size_t len;
    const void *digest = db_get_blob(rows, column, &len, NULL);
    memset(out, 0, DIGEST_SIZE);
    if (digest && len == DIGEST_SIZE)
        memcpy(out, digest, DIGEST_SIZE);
}

static struct link newest_link(struct db *db)
{
    struct link link = { 0 };
    struct db_rows *rows = db_query(db, "SELECT id, digest FROM audit ORDER BY id DESC LIMIT 1");
    if (db_next(rows)) {
        link.id = db_get_int(rows, 0);
        copy_digest(rows, 1, link.digest);
    }
    db_done(rows);
    return link;
}

static int64_t highest_id(struct db *db)
{
    return db_int(db, "SELECT seq FROM sqlite_sequence WHERE name = 'audit'");
}

void audit_add(struct db *db, struct account *account, const struct audit_entry *entry)
{
    uint8_t key[KEY_SIZE], digest[DIGEST_SIZE];
    struct link before = newest_link(db);
    int64_t highest = highest_id(db), id = (highest > before.id ? highest : before.id) + 1;
    account_key(account, "audit", key);
    digest_row(key, &before, id, entry, digest);
    crypto_wipe(key, sizeof key);
    db_run(db,
           "INSERT INTO audit (id, at, actor, action, object, detail, digest)"
           " VALUES (:id, :at, :actor, :action, :object, coalesce(:detail, ''), :digest)",
           BIND(id), BINDM(entry, at), BINDM(entry, actor), BINDM(entry, action),
           BINDM(entry, object), BINDM(entry, detail), BINDBLOB(digest, digest, sizeof digest));
}

/* The row that `rows` stands on follows `before`: then it becomes `before`. */
static bool follows(struct db_rows *rows, const uint8_t key[KEY_SIZE], struct link *before)
{
    uint8_t digest[DIGEST_SIZE], stored[DIGEST_SIZE];
    struct audit_entry entry = { .at = db_get_int(rows, 1),
                                 .actor = db_get_text(rows, 2, NULL),
                                 .action = db_get_text(rows, 3, NULL),
                                 .object = db_get_text(rows, 4, NULL),
                                 .detail = db_get_text(rows, 5, NULL) };
    int64_t id = db_get_int(rows, 0);
    digest_row(key, before, id, &entry, digest);
    copy_digest(rows, 6, stored);
    bool holds = id == before->id + 1 && crypto_equal(digest, stored, sizeof digest);
    before->id = id;
    memcpy(before->digest, stored, sizeof stored);
    return holds;
}

static int64_t first_bad_row(struct db *db, const uint8_t key[KEY_SIZE], struct link *last)
{
    int64_t bad = 0;
    struct db_rows *rows =
        db_query(db, "SELECT id, at, actor, action, object, detail, digest FROM audit ORDER BY id");
    while (!bad && db_next(rows))
        if (!follows(rows, key, last))
            bad = last->id;
    db_done(rows);
    return bad;
}

bool audit_verify(struct db *db, struct account *account, struct arena *arena, const char **error)
{
    uint8_t key[KEY_SIZE];
    struct link last = { 0 };
    account_key(account, "audit", key);
    int64_t bad = first_bad_row(db, key, &last), highest = highest_id(db);
    crypto_wipe(key, sizeof key);
    *error = NULL;
    if (db_fault(db) != DB_FINE)
        *error = arena_printf(arena, "the audit table cannot be read: %s", db_fault_text(db));
    else if (bad)
        *error = arena_printf(
            arena, "audit row %lld is not as it was written, or the row before it is missing",
            (long long)bad);
    else if (highest != last.id)
        *error = arena_printf(arena, "audit rows %lld to %lld are missing from the end",
                              (long long)last.id + 1, (long long)highest);
    return !*error;
}
