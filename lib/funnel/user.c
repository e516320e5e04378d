/* Users: who may sign in, kept so that the table alone names nobody. */
#include "user.h"

#include <string.h>

#include "personal.h"
#include "text.h"

static bool email_blind(struct account *account, const char *email, struct arena *arena,
                        uint8_t out[BLIND_SIZE])
{
    const char *key = email_key(arena, email);
    if (key)
        account_blind(account, "user email", key, out);
    return key != NULL;
}

static const char *distrust_new(struct db *db, const struct user *user, struct arena *arena)
{
    if (!email_key(arena, user->email))
        return arena_printf(
            arena, "e-mail \"%s\" is not an address: give one like anna@example.com", user->email);
    if (!db_int(db, "SELECT count(*) FROM role WHERE name = :role", BINDM(user, role)))
        return arena_printf(
            arena, "role \"%s\" is unknown: give owner, admin, operator, analyst or pii_viewer",
            user->role);
    return NULL;
}

enum outcome user_create(struct db *db, struct account *account, struct user *user,
                         struct arena *arena, const char **error)
{
    uint8_t blind[BLIND_SIZE];
    size_t email_len, name_len = 0;
    if ((*error = distrust_new(db, user, arena)))
        return INVALID;
    user->created_at = clock_now();
    user->uuid = uuid_new(user->created_at);
    email_blind(account, user->email, arena, blind);
    const void *email = account_seal(account, SEAL_USER_EMAIL, &user->uuid, user->email,
                                     strlen(user->email), arena, &email_len);
    const void *name = NULL;
    if (user->name)
        name = account_seal(account, SEAL_USER_NAME, &user->uuid, user->name, strlen(user->name),
                            arena, &name_len);
    user->id =
        db_int(db,
               "INSERT INTO user (uuid, email_sealed, email_blind, name_sealed, role, created_at)"
               " VALUES (:uuid, :email, :blind, :name, :role, :created_at)"
               " ON CONFLICT (email_blind) DO NOTHING RETURNING id",
               BINDAS(uuid, &user->uuid), BINDBLOB(email, email, email_len),
               BINDBLOB(blind, blind, sizeof blind), BINDBLOB(name, name, name_len),
               BINDM(user, role), BINDM(user, created_at));
    if (user->id)
        return CREATED;
    *error = "a user with that e-mail exists already";
    return CONFLICT;
}

static struct user *read_user(struct db_rows *rows, struct account *account, struct arena *arena)
{
    size_t len;
    struct user *user = arena_alloc(arena, sizeof *user);
    user->id = db_get_int(rows, 0);
    user->uuid = db_get_uuid(rows, 1);
    const void *email = db_get_blob(rows, 2, &len, NULL);
    user->email = account_unseal(account, SEAL_USER_EMAIL, &user->uuid, email, len, arena);
    const void *name = db_get_blob(rows, 3, &len, NULL);
    user->name = account_unseal(account, SEAL_USER_NAME, &user->uuid, name, len, arena);
    user->role = db_get_text(rows, 4, arena);
    user->has_password = db_get_int(rows, 5);
    user->credential_version = db_get_int(rows, 6);
    user->created_at = db_get_int(rows, 7);
    user->disabled = !db_is_null(rows, 8);
    return user;
}

struct user *user_by_email(struct db *db, struct account *account, const char *email,
                           struct arena *arena)
{
    uint8_t blind[BLIND_SIZE];
    if (!email_blind(account, email, arena, blind))
        return NULL;
    struct db_rows *rows = db_query(
        db,
        "SELECT id, uuid, email_sealed, name_sealed, role, password_hash IS NOT NULL,"
        " credential_version, created_at, disabled_at FROM user WHERE email_blind = :blind",
        BINDBLOB(blind, blind, sizeof blind));
    struct user *user = db_next(rows) ? read_user(rows, account, arena) : NULL;
    db_done(rows);
    return db_fault(db) == DB_FINE ? user : NULL;
}

const char *password_refused(const char *password)
{
    size_t len = strlen(password);
    if (len < PASSWORD_LEAST)
        return "the password is too short: give at least 12 characters";
    if (len > PASSWORD_MOST)
        return "the password is too long: give at most 511 bytes";
    return text_is_utf8(password, len) ? NULL : "the password is not UTF-8 text";
}

enum outcome user_set_password_hash(struct db *db, int64_t id, const char *hash)
{
    int64_t changed =
        db_run(db,
               "UPDATE user SET password_hash = :hash, credential_version = credential_version + 1"
               " WHERE id = :id",
               BIND(hash), BIND(id));
    return changed ? OK : NOT_FOUND;
}
