/* The open accounts of a program: a short list, most recently used first, that is searched on every
 * request and shortened when it grows over its limit.  An account that somebody refers to is never
 * closed.  Here too is what must hold before an account is opened: a trusted directory, our schema,
 * our master key. */
#include "account.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "account_private.h"
#include "file.h"
#include "log.h"
#include "master_key.h"
#include "migrate.h"
#include "state.h"
#include "state_dir.h"

enum { NAMED_FOR_MS = 1000 };

static bool key_place_is_safe(const struct config *config, struct arena *arena, const char **error)
{
    if (!file_is_below(config->master_key, config->www_dir))
        return true;
    *error =
        arena_printf(arena, "master key: %s lies below the web root %s: move it and set master_key",
                     config->master_key, config->www_dir);
    return false;
}

struct accounts *accounts_open(const struct config *config, struct arena *arena, const char **error)
{
    uint8_t key[KEY_SIZE];
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 }); /* keys must not end in a core file */
    if (!state_dir_check(config, arena, error) || !key_place_is_safe(config, arena, error) ||
        !master_key_read(config->master_key, config->state_dir, key, arena, error))
        return NULL;
    struct accounts *accounts = arena_alloc(arena, sizeof *accounts);
    *accounts =
        (struct accounts){ .config = config, .scratch = arena_new(), .wrapper = wrapper_new(key) };
    crypto_wipe(key, sizeof key);
    return accounts;
}

static void list_remove(struct accounts *accounts, struct account *account)
{
    *(account->newer ? &account->newer->older : &accounts->newest) = account->older;
    *(account->older ? &account->older->newer : &accounts->oldest) = account->newer;
    account->newer = account->older = NULL;
    accounts->count--;
}

static void list_add(struct accounts *accounts, struct account *account)
{
    account->newer = NULL;
    account->older = accounts->newest;
    *(account->older ? &account->older->newer : &accounts->oldest) = account;
    accounts->newest = account;
    accounts->count++;
}

/* The gate may still speak to the state while it closes. */
static void account_close(struct account *account)
{
    db_close(account->reader);
    gate_close(account->gate);
    state_free(account->state);
    account_seal_close(account);
    arena_free(account->arena);
}

static void account_drop(struct accounts *accounts, struct account *account)
{
    list_remove(accounts, account);
    account_close(account);
}

void accounts_close(struct accounts *accounts)
{
    if (!accounts)
        return;
    while (accounts->newest) {
        if (accounts->newest->references > 0)
            log_abort("account %s is closed while in use", accounts->newest->slug);
        account_drop(accounts, accounts->newest);
    }
    sealer_free(accounts->wrapper);
    arena_free(accounts->scratch);
}

static const char *distrust_files(struct account *account)
{
    const char *const names[] = { "weir.db", "weir.db-wal", "weir.db-shm", "gate" };
    const char *complaint = file_distrust(account->arena, account->dir, S_IFDIR, OPEN_TO_WRITERS);
    for (size_t i = 0; !complaint && i < sizeof names / sizeof names[0]; i++) {
        const char *path = arena_printf(account->arena, "%s/%s", account->dir, names[i]);
        complaint = file_distrust(account->arena, path, S_IFREG, OPEN_TO_WRITERS);
        if (complaint && errno == ENOENT && i > 0)
            complaint = NULL; /* all but the database are made when needed */
    }
    return complaint;
}

static const char *distrust_schema(struct account *account)
{
    int64_t has = db_user_version(gate_db(account->gate)), known = migration_count(migrations);
    if (has < known)
        return arena_printf(account->arena,
                            "its schema is %lld, this program needs %lld: run weir migrate",
                            (long long)has, (long long)known);
    if (has > known)
        return arena_printf(account->arena,
                            "its schema is %lld, this program knows %lld: install the newer Weir "
                            "that wrote it",
                            (long long)has, (long long)known);
    return NULL;
}

static const char *take_row(struct account *account, struct db_rows *rows)
{
    size_t len;
    account->uuid = db_get_uuid(rows, 0);
    snprintf(account->slug, sizeof account->slug, "%s", db_get_text(rows, 1, NULL));
    account->zone = zone_load(account->arena, db_get_text(rows, 2, NULL));
    snprintf(account->currency, sizeof account->currency, "%s", db_get_text(rows, 3, NULL));
    const void *wrapped = db_get_blob(rows, 4, &len, account->arena);
    if (!data_key_unwrap(account->home->wrapper, account->uuid, wrapped, len, account->data_key))
        return arena_printf(account->arena,
                            "the master key %s does not open it: put back the key that was in use "
                            "when the account was made",
                            account->home->config->master_key);
    if (!account->zone)
        return arena_printf(account->arena,
                            "its time zone %s is not on this machine: install tzdata",
                            db_get_text(rows, 2, NULL));
    return NULL;
}

static const char *read_row(struct account *account)
{
    struct db *db = gate_db(account->gate);
    const char *complaint = "its database has no account row: restore a backup";
    struct db_rows *rows =
        db_query(db, "SELECT uuid, slug, time_zone, currency, data_key_wrapped FROM account");
    if (db_next(rows))
        complaint = take_row(account, rows);
    db_done(rows);
    return db_fault(db) ? db_fault_text(db) : complaint;
}

static const char *account_start(struct account *account)
{
    const char *path = account_database(account->dir, account->arena);
    const char *complaint = distrust_files(account);
    if (!complaint)
        account->gate = gate_open(path, migration_count(migrations), &complaint);
    if (!complaint)
        complaint = distrust_schema(account);
    if (!complaint)
        complaint = read_row(account);
    return complaint;
}

/* An account that is not in hand.  NULL: *error says why, or the directory is another's by now. */
static struct account *account_load(struct accounts *accounts, const char *slug, const char *dir,
                                    const char **error)
{
    struct arena *arena = arena_new();
    struct account *account = arena_alloc(arena, sizeof *account);
    *account = (struct account){ .arena = arena, .home = accounts };
    snprintf(account->dir, sizeof account->dir, "%s", dir);
    const char *complaint = account_start(account);
    if (complaint)
        *error = arena_printf(accounts->scratch, "account %s: %s", slug, complaint);
    if (complaint || strcmp(account->slug, slug) != 0) {
        account_close(account);
        return NULL;
    }
    account_seal_open(account);
    account->state = state_new(account);
    account->named_at = clock_boot();
    list_add(accounts, account);
    return account;
}

static void close_beyond_limit(struct accounts *accounts)
{
    struct account *account = accounts->oldest;
    while (account && accounts->count > accounts->config->open_accounts) {
        struct account *newer = account->newer;
        if (account->references == 0)
            account_drop(accounts, account);
        account = newer;
    }
}

/* Another process may have renamed it. */
static bool is_still_named(struct account *account, const char *slug, const char **error)
{
    struct accounts *accounts = account->home;
    struct db *db = gate_db(account->gate);
    const char *now = db_text(db, accounts->scratch, "SELECT slug FROM account");
    if (!now) {
        *error = arena_printf(accounts->scratch, "account %s: %s", slug, db_fault_text(db));
        return false;
    }
    snprintf(account->slug, sizeof account->slug, "%s", now);
    account->named_at = clock_boot();
    return strcmp(now, slug) == 0;
}

/* A slug file whose directory never came, or is gone. */
static bool is_missing(const char *dir)
{
    struct stat is;
    return lstat(dir, &is) != 0 && errno == ENOENT;
}

static struct account *find_by_dir(struct accounts *accounts, const char *dir)
{
    for (struct account *account = accounts->newest; account; account = account->older)
        if (strcmp(account->dir, dir) == 0)
            return account;
    return NULL;
}

/* By the file slugs/<slug>, for one that is not in hand or was not asked for a while. */
static struct account *look_up(struct accounts *accounts, const char *slug, const char **error)
{
    struct uuid uuid;
    if (!slug_is_valid(slug))
        return NULL;
    if (!slug_read(accounts->config->state_dir, slug, &uuid)) {
        if (errno != ENOENT)
            *error =
                arena_printf(accounts->scratch,
                             "account %s: slugs/%s: %s (weir doctor --fix mends a damaged one)",
                             slug, slug, strerror(errno));
        return NULL;
    }
    const char *dir = state_account_dir(accounts->scratch, accounts->config->state_dir, uuid);
    struct account *account = find_by_dir(accounts, dir);
    if (!account)
        return is_missing(dir) ? NULL : account_load(accounts, slug, dir, error);
    return is_still_named(account, slug, error) ? account : NULL;
}

static struct account *find_by_slug(struct accounts *accounts, const char *slug)
{
    for (struct account *account = accounts->newest; account; account = account->older)
        if (strcmp(account->slug, slug) == 0)
            return clock_boot() - account->named_at < NAMED_FOR_MS ? account : NULL;
    return NULL;
}

struct account *account_open(struct accounts *accounts, const char *slug, const char **error)
{
    *error = NULL;
    arena_reset(accounts->scratch);
    struct account *account = find_by_slug(accounts, slug);
    if (!account)
        account = look_up(accounts, slug, error);
    if (!account)
        return NULL;
    account->references++;
    if (account != accounts->newest) {
        list_remove(accounts, account);
        list_add(accounts, account);
    }
    close_beyond_limit(accounts);
    return account;
}

void account_release(struct account *account)
{
    if (account->references-- <= 0)
        log_abort("account %s is released twice", account->slug);
    account->used_at = clock_boot();
    close_beyond_limit(account->home);
}

void accounts_close_idle(struct accounts *accounts, int64_t idle_ms)
{
    struct account *account = accounts->oldest;
    while (account) {
        struct account *newer = account->newer;
        if (account->references == 0 && clock_boot() - account->used_at >= idle_ms)
            account_drop(accounts, account);
        account = newer;
    }
}

struct db *account_reader(struct account *account)
{
    const char *error = NULL;
    if (!account->reader)
        account->reader = db_open(db_path(gate_db(account->gate)), DB_READ, &error);
    if (!account->reader)
        log_write(LOG_ERROR, "no connection for questions", LOG_TEXT("account", account->slug),
                  LOG_TEXT("says", error));
    return account->reader;
}
