/* weir restore: the content of a backup into the account it was made of, under the gate, so that
 * programs which have it open go on with the restored data.  What was there is copied first.  Where
 * the account is missing, as on a new machine, it is made from the backup. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "audit.h"
#include "backups.h"
#include "commands.h"
#include "common.h"
#include "file.h"
#include "migrate.h"
#include "state_dir.h"

struct restore {
    struct common common;
    const char *slug, *from;
    bool force;
    /* What the file holds: */
    struct uuid uuid;
    const char *file_slug, *name;
    int64_t schema, events, newest_at;
    const char *safety; /* the copy of what was there; NULL: nothing was, or none could be made */
};

enum { OPTION_FORCE = 'f' };
static const struct argp_option options[] = {
    { "force", OPTION_FORCE, 0, 0,
      "also another account's backup, and also when no copy of what is there can be made", 1 },
    { 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct restore *restore = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &restore->common;
        return 0;
    case OPTION_FORCE:
        restore->force = true;
        return 0;
    case ARGP_KEY_ARG:
        if (restore->from)
            argp_error(state, "one account and one file");
        *(restore->slug ? &restore->from : &restore->slug) = argument;
        return 0;
    case ARGP_KEY_END:
        if (!restore->from)
            argp_error(state, "name the account and the file");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static struct db *open_source(struct restore *restore)
{
    const char *error;
    if (access(restore->from, F_OK) != 0)
        fail(EX_NOINPUT, "%s is not there", restore->from);
    struct db *db = db_open(restore->from, DB_READ, &error);
    if (!db)
        fail(EX_DATAERR, "%s", error);
    db_budget(db, 0);
    return db;
}

static void read_source(struct restore *restore, struct db *db)
{
    struct arena *arena = restore->common.arena;
    restore->schema = db_user_version(db);
    if (restore->schema > migration_count(migrations))
        fail(EX_CONFIG, "%s has schema %lld, this program knows %d: install the newer Weir first",
             restore->from, (long long)restore->schema, migration_count(migrations));
    struct db_rows *rows = db_query(db, "SELECT uuid, slug, name FROM account");
    if (!db_next(rows))
        fail(EX_DATAERR, "%s is not a database of Weir: name a file that weir backup made",
             restore->from);
    restore->uuid = db_get_uuid(rows, 0);
    restore->file_slug = db_get_text(rows, 1, arena);
    restore->name = db_get_text(rows, 2, arena);
    db_done(rows);
    restore->events = db_int(db, "SELECT count(*) FROM event");
    restore->newest_at = db_int(db, "SELECT received_at FROM event ORDER BY seq DESC LIMIT 1");
}

static const char *time_text(struct restore *restore)
{
    char at[CLOCK_TEXT];
    if (!restore->newest_at)
        return NULL;
    clock_format_secs(restore->newest_at, at);
    return arena_strdup(restore->common.arena, at);
}

static void describe(struct restore *restore)
{
    const struct common *common = &restore->common;
    const char *newest = time_text(restore);
    say(common, "%s holds the account %s (%s), schema %lld, %lld events, the newest %s.",
        restore->from, restore->file_slug, restore->name, (long long)restore->schema,
        (long long)restore->events, newest ? newest : "none");
}

/* The account in that place: its directory is named by the uuid, unless another's backup was forced
 * into it. */
static bool is_its_own(struct restore *restore, const struct account_entry *entry)
{
    const char *error;
    struct uuid inside = entry->uuid;
    struct db *db = common_database(&restore->common, entry, &error);
    struct db_rows *rows = db ? db_query(db, "SELECT uuid FROM account") : NULL;
    if (db_next(rows))
        inside = db_get_uuid(rows, 0);
    db_done(rows);
    db_close(db);
    return uuid_compare(restore->uuid, entry->uuid) == 0 ||
           uuid_compare(restore->uuid, inside) == 0;
}

static void copy_first(struct restore *restore, const struct account_entry *entry)
{
    struct common *common = &restore->common;
    const char *error;
    const char *folder = state_backup_dir(common->arena, common->config.state_dir, entry->uuid);
    const char *path = backup_new_path(common, folder, "before-restore-");
    struct db *db = common_database(common, entry, &error);
    if (db && db_backup(db, path, &error))
        restore->safety = path;
    db_close(db);
    if (!restore->safety && !restore->force)
        fail(EX_UNAVAILABLE,
             "what is there now cannot be copied first: %s; --force goes on without", error);
}

static void restore_over(struct restore *restore, const struct account_entry *entry)
{
    const char *error;
    if (!restore->force && !is_its_own(restore, entry))
        fail(EX_DATAERR,
             "%s is a backup of another account (%s); --force puts it into %s all the same",
             restore->from, restore->file_slug, restore->slug);
    copy_first(restore, entry);
    struct gate *gate = gate_open(account_database(entry->dir, restore->common.arena), 0, &error);
    if (!gate)
        fail(EX_UNAVAILABLE, "%s; move %s aside and run the command again", error, entry->dir);
    if (!gate_restore(gate, restore->from, &error))
        fail(EX_UNAVAILABLE, "%s", error);
    if (!account_set_slug(gate, restore->slug))
        fail(EX_UNAVAILABLE, "restored, but its slug is %s still: %s", restore->file_slug,
             gate_trouble(gate));
    gate_close(gate);
}

static void restore_anew(struct restore *restore, struct db *source)
{
    struct common *common = &restore->common;
    const char *error;
    size_t count;
    const struct account_entry *here =
        account_dirs(common->config.state_dir, common->arena, &count);
    for (size_t i = 0; i < count; i++)
        if (uuid_compare(here[i].uuid, restore->uuid) == 0)
            fail(EX_CANTCREAT, "this account is here under the name %s: weir restore %s %s",
                 here[i].slug ? here[i].slug : here[i].dir, here[i].slug ? here[i].slug : "?",
                 restore->from);
    if (!state_dir_make(common->config.state_dir, common->arena, &error))
        fail(EX_CANTCREAT, "%s", error);
    enum outcome got =
        account_adopt(common->config.state_dir, restore->slug, source, common->arena, &error);
    if (got != CREATED)
        fail(exit_code(got), "%s", error);
}

/* The restored account is opened once: that finds a missing key or an old schema now, and the audit
 * learns of it. */
static void try_it(struct restore *restore)
{
    struct common *common = &restore->common;
    const char *error = NULL;
    common->accounts = accounts_open(&common->config, common->arena, &error);
    struct account *account =
        common->accounts ? account_open(common->accounts, restore->slug, &error) : NULL;
    struct deed deed = { .action = "account.restore",
                         .object = "account",
                         .detail = file_last_name(restore->from) };
    if (account && common_do(common, account, &deed, &error) == OK)
        error = NULL;
    if (account)
        account_release(account);
    if (error)
        complain("restored, but not ready yet: %s", error);
}

static void answer(struct restore *restore)
{
    struct common *common = &restore->common;
    struct json *json = json_object(common->arena);
    json_set_text(json, "account", restore->slug);
    json_set_text(json, "file", restore->from);
    json_set_text(json, "file_account", restore->file_slug);
    json_set_int(json, "schema", restore->schema);
    json_set_int(json, "events", restore->events);
    json_set_text(json, "newest_event", time_text(restore));
    json_set_text(json, "undo", restore->safety);
    if (common->json)
        print_json(common, json);
    say(common, "The account %s is restored.", restore->slug);
    if (restore->schema < migration_count(migrations))
        say(common, "Its schema is older than this program: weir migrate %s", restore->slug);
    if (restore->safety)
        say(common, "What was there before is kept.  To undo: weir restore %s %s", restore->slug,
            restore->safety);
}

static const char about[] =
    "Put a backup back. Programs that have the account open go on with the restored data.\v"
    "What was there is copied into the folder of backups first, and the command to undo is "
    "printed. An account that is not here is made from the file.";

int restore_main(int argc, char **argv)
{
    struct restore restore = { 0 };
    const struct argp argp = {
        .options = options, .parser = parse, .children = common_children, .args_doc = "SLUG FROM",
        .doc = about,
    };
    common_start(&restore.common, &argp, argc, argv);
    struct db *source = open_source(&restore);
    read_source(&restore, source);
    describe(&restore);
    const struct account_entry *entry = common_find(&restore.common, restore.slug);
    if (entry)
        restore_over(&restore, entry);
    else
        restore_anew(&restore, source);
    db_close(source);
    try_it(&restore);
    answer(&restore);
    return common_end(&restore.common, EX_OK);
}
