/* Migrations.  Every step is one item of one group: what it checks, the backup before it, its SQL,
 * the row that remembers it and user_version are one transaction, so a kill between any two
 * instructions leaves a number of whole steps, and a second process finds them done when the gate
 * opens for it. */
#include "migrate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "crypto.h"
#include "db_gate.h"
#include "file.h"

/* A long step of another process is waited for, not given up. */
enum { PATIENCE_MS = 10 * 60 * 1000 };

struct run {
    const struct migration *steps;
    const char *backup_dir;
    struct arena *arena;
    const char **error;
    int count;
    const char *name; /* of the step under way, for the error */
    bool refused, backed_up, finished;
};

int migration_count(const struct migration *steps)
{
    int count = 0;
    while (steps[count].name)
        count++;
    return count;
}

static enum outcome refuse(struct run *run, const char *message)
{
    run->refused = true;
    *run->error = message;
    return CONFLICT;
}

static char *digest(struct arena *arena, const char *sql)
{
    uint8_t sum[DIGEST_SIZE];
    sha256(sql, strlen(sql), sum);
    return hex_encode(arena, sum, sizeof sum);
}

static void ledger_make(struct db *db)
{
    db_script(db, "CREATE TABLE IF NOT EXISTS schema_step (number INTEGER PRIMARY KEY,"
                  " name TEXT NOT NULL, sha256 TEXT NOT NULL, done_at INTEGER NOT NULL) STRICT");
}

/* The first done step that the program does not hold in the same words, or NULL. */
static const char *step_that_differs(struct db *db, const struct run *run)
{
    const char *differs = NULL;
    struct db_rows *rows =
        db_query(db, "SELECT number, name, sha256 FROM schema_step ORDER BY number");
    while (!differs && db_next(rows)) {
        int64_t number = db_get_int(rows, 0);
        const char *sum = db_get_text(rows, 2, NULL);
        if (!sum || number < 1 || number > run->count ||
            strcmp(sum, digest(run->arena, run->steps[number - 1].sql)) != 0)
            differs = db_get_text(rows, 1, run->arena);
    }
    db_done(rows);
    return differs;
}

static enum outcome schema_check(struct db *db, struct run *run, int64_t version)
{
    if (version > run->count)
        return refuse(run, arena_printf(run->arena,
                                        "%s has schema version %lld, this program knows %d:"
                                        " install the newer Weir",
                                        db_path(db), (long long)version, run->count));
    const char *differs = step_that_differs(db, run);
    if (differs)
        return refuse(run, arena_printf(run->arena,
                                        "step %s was done in %s with other words than this program"
                                        " has: a shipped step is never edited; install the Weir"
                                        " that wrote it",
                                        differs, db_path(db)));
    int64_t done = db_int(db, "SELECT count(*) FROM schema_step");
    if (db_fault(db) == DB_FINE && done != version)
        return refuse(run, arena_printf(run->arena,
                                        "%s says schema version %lld, but %lld steps are noted in"
                                        " it: restore a backup",
                                        db_path(db), (long long)version, (long long)done));
    return OK;
}

static bool is_empty(struct db *db)
{
    return db_int(db, "SELECT count(*) FROM sqlite_schema WHERE name <> 'schema_step'") == 0;
}

/* before-0002-20251203T103000Z.db, with -2, -3 ... when that exists. */
static const char *backup_path(const struct run *run, int64_t number)
{
    char at[CLOCK_TEXT], *to = at;
    clock_format_secs(clock_now(), at);
    for (const char *from = at; *from; from++)
        if (*from != '-' && *from != ':')
            *to++ = *from;
    *to = '\0';
    const char *stem =
        arena_printf(run->arena, "%s/before-%04lld-%s", run->backup_dir, (long long)number, at);
    const char *path = arena_printf(run->arena, "%s.db", stem);
    for (int again = 2; access(path, F_OK) == 0; again++)
        path = arena_printf(run->arena, "%s-%d.db", stem, again);
    return path;
}

/* Read through a second connection: it sees what was committed before this step, and nobody else
 * can write now. */
static bool backup_write(struct db *db, struct run *run, int64_t number)
{
    if (!dir_make(run->backup_dir, 0700))
        return db_explain(run->error, "the folder for backups %s cannot be created: %s",
                          run->backup_dir, strerror(errno));
    struct db *reader = db_open(db_path(db), DB_READ, run->error);
    bool written = reader && db_backup(reader, backup_path(run, number), run->error);
    db_close(reader);
    return written;
}

static enum outcome step_do(struct db *db, struct run *run, int64_t number)
{
    const struct migration *step = &run->steps[number - 1];
    const char *name = step->name, *sha = digest(run->arena, step->sql);
    int64_t now = clock_now();
    run->name = name;
    db_script(db, step->sql);
    db_run(db,
           "INSERT INTO schema_step (number, name, sha256, done_at)"
           " VALUES (:number, :name, :sha, :now)",
           BIND(number), BIND(name), BIND(sha), BIND(now));
    db_script(db, arena_printf(run->arena, "PRAGMA user_version = %lld", (long long)number));
    return OK;
}

static enum outcome step_next(struct db *db, void *context)
{
    struct run *run = context;
    int64_t version = db_user_version(db);
    bool backup = run->backup_dir && !run->backed_up && !is_empty(db);
    ledger_make(db);
    enum outcome checked = schema_check(db, run, version);
    if (checked != OK || db_fault(db) != DB_FINE)
        return checked;
    if (version == run->count) {
        run->finished = true;
        return OK;
    }
    if (backup && !backup_write(db, run, version + 1))
        return refuse(run, *run->error);
    run->backed_up = true;
    return step_do(db, run, version + 1);
}

static bool steps_run(struct gate *gate, struct run *run)
{
    struct gate_item item = { .run = step_next, .context = run };
    while (!run->finished) {
        run->name = NULL;
        if (gate_commit(gate, &item, 1) && item.got == OK)
            continue;
        if (!run->refused && run->name)
            *run->error = arena_printf(run->arena, "step %s failed and left nothing behind: %s",
                                       run->name, gate_trouble(gate));
        else if (!run->refused)
            *run->error = arena_printf(run->arena, "no migration: %s", gate_trouble(gate));
        return false;
    }
    return true;
}

/* A file that is missing would let all later ones slip by one number. */
static bool names_count_up(const struct migration *steps, const char **error)
{
    for (int i = 0; steps[i].name; i++)
        if (strtol(steps[i].name, NULL, 10) != i + 1)
            return db_explain(error, "migration %s stands at place %d: a file is missing",
                              steps[i].name, i + 1);
    return true;
}

bool migrate(struct gate *gate, const struct migration *steps, const char *backup_dir,
             struct arena *arena, const char **error)
{
    if (!names_count_up(steps, error))
        return false;
    struct run run = { .steps = steps,
                       .backup_dir = backup_dir,
                       .arena = arena,
                       .error = error,
                       .count = migration_count(steps) };
    int64_t patience = gate_patience(gate, PATIENCE_MS);
    db_allow_spill(gate_db(gate), true); /* a step may change more than fits into memory */
    bool done = steps_run(gate, &run);
    db_allow_spill(gate_db(gate), false);
    gate_patience(gate, patience);
    return done;
}
