/* How accounts come to be and get other names.  A new account is built in a folder that nobody
 * looks at and is renamed into place whole; a slug is claimed by a file and owned by the row in the
 * database, so that a crash between the two leaves at worst a file that names nothing and that the
 * next claim sweeps away. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account_private.h"
#include "file.h"
#include "migrate.h"
#include "state_dir.h"
#include "text.h"

enum { NAME_MOST = 200 };

static const char *slug_refused(const char *slug, struct arena *arena)
{
    return arena_printf(
        arena, "slug \"%s\": give 2 to 40 of a-z, 0-9 and -, with no dash at the ends", slug);
}

bool currency_is_valid(const char *code)
{
    return strlen(code) == 3 && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

static bool is_name(const char *s)
{
    size_t len = strlen(s);
    return len > 0 && len <= NAME_MOST && text_is_utf8(s, len) && !s[strcspn(s, "\r\n\t")];
}

static const char *distrust_settings(const struct account_settings *new, struct arena *arena)
{
    if (!slug_is_valid(new->slug))
        return slug_refused(new->slug, arena);
    if (!is_name(new->name))
        return arena_printf(arena, "name: give 1 to %d bytes of text on one line", NAME_MOST);
    if (!zone_load(arena, new->time_zone))
        return arena_printf(
            arena, "time zone \"%s\" is not known here: give one like Europe/Berlin or UTC",
            new->time_zone);
    if (!currency_is_valid(new->currency))
        return arena_printf(arena, "currency \"%s\": give three capital letters like USD",
                            new->currency);
    return NULL;
}

/* A slug file is believed when the database behind it says the same; one that a crash left is swept
 * away, and one that cannot be judged is left alone.  Called under the slug lock. */
static bool slug_is_free(const char *state_dir, const char *slug, struct arena *arena)
{
    struct uuid uuid;
    if (!slug_read(state_dir, slug, &uuid))
        return errno == ENOENT;
    const char *dir = state_account_dir(arena, state_dir, uuid);
    const char *owner = account_slug_on_disk(dir, arena);
    bool stale = owner ? strcmp(owner, slug) != 0 : access(dir, F_OK) != 0;
    return stale && slug_remove(state_dir, slug);
}

struct birth {
    struct uuid uuid;
    const struct account_settings *settings;
    uint8_t wrapped[WRAPPED_KEY_SIZE];
    struct db *source; /* of a copy */
};

static enum outcome insert_row(struct db *db, void *context)
{
    const struct birth *birth = context;
    int64_t created_at = clock_now();
    db_run(db,
           "INSERT INTO account"
           " (id, uuid, slug, name, time_zone, currency, data_key_wrapped, created_at)"
           " VALUES (1, :uuid, :slug, :name, :time_zone, :currency, :wrapped, :created_at)",
           BINDAS(uuid, &birth->uuid), BINDM(birth->settings, slug), BINDM(birth->settings, name),
           BINDM(birth->settings, time_zone), BINDM(birth->settings, currency),
           BINDBLOB(wrapped, birth->wrapped, sizeof birth->wrapped), BIND(created_at));
    return CREATED;
}

static bool fill_database(struct gate *gate, struct birth *birth, struct arena *arena,
                          const char **error)
{
    struct gate_item item = { .run = insert_row, .context = birth };
    if (!migrate(gate, migrations, NULL, arena, error))
        return false;
    if (!gate_commit(gate, &item, 1) || item.got != CREATED) {
        *error = arena_strdup(arena, gate_trouble(gate));
        return false;
    }
    gate_truncate(gate);
    return true;
}

static bool build_new(const char *dir, struct birth *birth, struct arena *arena, const char **error)
{
    const char *path = account_database(dir, arena);
    struct db *db = db_open(path, DB_CREATE, error);
    if (!db)
        return false;
    db_close(db);
    struct gate *gate = gate_open(path, 0, error);
    bool filled = gate && fill_database(gate, birth, arena, error);
    gate_close(gate);
    return filled;
}

/* The whole directory appears at once; its slug was claimed before, under the same lock. */
static bool put_in_place(const char *state_dir, const char *built, const struct birth *birth,
                         struct arena *arena)
{
    const char *dir = state_account_dir(arena, state_dir, birth->uuid);
    return dir_sync(built) && slug_write(state_dir, birth->settings->slug, birth->uuid) &&
           rename(built, dir) == 0 && dir_sync(file_parent(arena, dir));
}

static enum outcome claim(const char *state_dir, const char *built, const struct birth *birth,
                          struct arena *arena, const char **error)
{
    int lock = slug_lock(state_dir);
    enum outcome got = lock < 0 ? UNAVAILABLE : CREATED;
    if (got == CREATED && !slug_is_free(state_dir, birth->settings->slug, arena)) {
        *error = arena_printf(arena, "the slug %s is taken", birth->settings->slug);
        got = CONFLICT;
    }
    if (got == CREATED && !put_in_place(state_dir, built, birth, arena))
        got = UNAVAILABLE;
    if (got == UNAVAILABLE)
        *error = arena_printf(arena, "%s: %s", state_dir, strerror(errno));
    if (lock >= 0)
        slug_unlock(lock);
    return got;
}

/* Builds the directory where nobody looks, by `build`, and lets it appear. */
static enum outcome bring_up(const char *state_dir, struct birth *birth,
                             bool (*build)(const char *dir, struct birth *birth,
                                           struct arena *arena, const char **error),
                             struct arena *arena, const char **error)
{
    char uuid[UUID_TEXT];
    enum outcome got = UNAVAILABLE;
    uuid_format(birth->uuid, uuid);
    const char *built = arena_printf(arena, "%s/accounts/.new-%s", state_dir, uuid);
    if (!dir_make(built, STATE_DIR_MODE))
        *error = arena_printf(arena, "%s: %s", built, strerror(errno));
    else if (build(built, birth, arena, error))
        got = claim(state_dir, built, birth, arena, error);
    if (got != CREATED)
        dir_remove(built);
    return got;
}

static struct birth birth_of(struct accounts *accounts, const struct account_settings *settings)
{
    uint8_t key[KEY_SIZE];
    struct birth birth = { .uuid = uuid_new(clock_now()), .settings = settings };
    crypto_random(key, sizeof key);
    data_key_wrap(accounts->wrapper, birth.uuid, key, birth.wrapped);
    crypto_wipe(key, sizeof key);
    return birth;
}

enum outcome account_create(struct accounts *accounts, const struct account_settings *settings,
                            struct arena *arena, const char **error)
{
    if ((*error = distrust_settings(settings, arena)))
        return INVALID;
    struct birth birth = birth_of(accounts, settings);
    return bring_up(accounts->config->state_dir, &birth, build_new, arena, error);
}

static enum outcome update_slug(struct db *db, void *context)
{
    const char *slug = context;
    return db_run(db, "UPDATE account SET slug = :slug", BIND(slug)) == 1 ? OK : NOT_FOUND;
}

bool account_set_slug(struct gate *gate, const char *slug)
{
    struct gate_item item = { .run = update_slug, .context = (void *)(uintptr_t)slug };
    return gate_commit(gate, &item, 1) && item.got == OK;
}

static bool build_copy(const char *dir, struct birth *birth, struct arena *arena,
                       const char **error)
{
    const char *path = account_database(dir, arena);
    if (!db_backup(birth->source, path, error))
        return false;
    struct gate *gate = gate_open(path, 0, error);
    bool named = gate && account_set_slug(gate, birth->settings->slug);
    if (gate && !named)
        *error = arena_strdup(arena, gate_trouble(gate));
    gate_close(gate);
    return named;
}

enum outcome account_adopt(const char *state_dir, const char *slug, struct db *source,
                           struct arena *arena, const char **error)
{
    struct account_settings settings = { .slug = slug };
    struct birth birth = { .settings = &settings, .source = source };
    if (!slug_is_valid(slug)) {
        *error = slug_refused(slug, arena);
        return INVALID;
    }
    struct db_rows *rows = db_query(source, "SELECT uuid FROM account");
    bool found = db_next(rows);
    birth.uuid = found ? db_get_uuid(rows, 0) : birth.uuid;
    db_done(rows);
    *error = found ? NULL : "it holds no account";
    return found ? bring_up(state_dir, &birth, build_copy, arena, error) : INVALID;
}

/* Claim the new name, make it the truth, drop the old name: whatever comes between, exactly one
 * name works. */
static enum outcome rename_locked(struct account *account, const char *new_slug,
                                  struct arena *arena, const char **error)
{
    const char *state_dir = account->home->config->state_dir;
    struct uuid place;
    if (!slug_is_free(state_dir, new_slug, arena)) {
        *error = arena_printf(arena, "the slug %s is taken", new_slug);
        return CONFLICT;
    }
    if (!slug_read(state_dir, account->slug, &place) || !slug_write(state_dir, new_slug, place)) {
        *error = arena_printf(arena, "%s/slugs: %s", state_dir, strerror(errno));
        return UNAVAILABLE;
    }
    if (!account_set_slug(account->gate, new_slug)) {
        *error = arena_strdup(arena, gate_trouble(account->gate));
        slug_remove(state_dir, new_slug);
        return UNAVAILABLE;
    }
    slug_remove(state_dir, account->slug);
    snprintf(account->slug, sizeof account->slug, "%s", new_slug);
    return OK;
}

enum outcome account_rename(struct accounts *accounts, const char *slug, const char *new_slug,
                            struct arena *arena, const char **error)
{
    if (!slug_is_valid(new_slug)) {
        *error = slug_refused(new_slug, arena);
        return INVALID;
    }
    int lock = slug_lock(accounts->config->state_dir);
    if (lock < 0) {
        *error = arena_printf(arena, "%s/slugs: %s", accounts->config->state_dir, strerror(errno));
        return UNAVAILABLE;
    }
    struct account *account = account_open(accounts, slug, error);
    enum outcome got = account  ? rename_locked(account, new_slug, arena, error)
                       : *error ? UNAVAILABLE
                                : NOT_FOUND;
    if (account)
        account_release(account);
    slug_unlock(lock);
    return got;
}
