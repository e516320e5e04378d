/* What a connection may cost and touch: the lowered limits of R-42, a time budget for each
 * statement, a filter that is asked for every table and column when a statement is prepared, and
 * whether it may commit. */
#include <stddef.h>

#include "clock.h"
#include "db_private.h"

/* Instructions between two looks at the clock: some 50 us. */
enum { TICK = 2000 };

static const struct {
    int limit, value;
} read_limits[] = {
    { SQLITE_LIMIT_LENGTH, 1000000 },         { SQLITE_LIMIT_SQL_LENGTH, 100000 },
    { SQLITE_LIMIT_EXPR_DEPTH, 20 },          { SQLITE_LIMIT_COMPOUND_SELECT, 3 },
    { SQLITE_LIMIT_VDBE_OP, 100000 },         { SQLITE_LIMIT_ATTACHED, 0 },
    { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50 }, { SQLITE_LIMIT_VARIABLE_NUMBER, 500 },
    { SQLITE_LIMIT_TRIGGER_DEPTH, 10 },       { SQLITE_LIMIT_WORKER_THREADS, 0 },
};

/* The budget of a statement begins with its first tick, so that short ones never read the clock. */
static int budget_spent(void *context)
{
    struct db *db = context;
    struct db_rows *rows = db->stepping;
    if (!rows)
        return 0;
    int64_t now = clock_boot();
    if (rows->deadline == 0)
        rows->deadline = now + db->budget_ms;
    return now > rows->deadline;
}

static void budget_renew(struct db *db)
{
    sqlite3_progress_handler(db->handle, db->budget_ms ? TICK : 0, budget_spent, db);
}

void db_budget(struct db *db, int64_t ms)
{
    db->budget_ms = ms;
    if (db->handle)
        budget_renew(db);
}

/* What is not listed here is DB_ACT_OTHER. */
static const struct {
    int code;
    bool harmless;
    enum db_action action;
} actions[] = {
    { SQLITE_READ, false, DB_ACT_READ },      { SQLITE_INSERT, false, DB_ACT_WRITE },
    { SQLITE_UPDATE, false, DB_ACT_WRITE },   { SQLITE_DELETE, false, DB_ACT_WRITE },
    { SQLITE_SELECT, true, DB_ACT_OTHER },    { SQLITE_FUNCTION, true, DB_ACT_OTHER },
    { SQLITE_RECURSIVE, true, DB_ACT_OTHER }, { SQLITE_TRANSACTION, true, DB_ACT_OTHER },
    { SQLITE_SAVEPOINT, true, DB_ACT_OTHER },
};

static int authorize(void *context, int code, const char *first, const char *second,
                     const char *schema, const char *trigger)
{
    (void)schema, (void)trigger;
    struct db *db = context;
    enum db_action action = DB_ACT_OTHER;
    bool allowed = db->own_statement;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (actions[i].code == code) {
            action = actions[i].action;
            allowed |= actions[i].harmless;
        }
    return allowed || db->allowed(db->allowed_context, action, first, second) ? SQLITE_OK
                                                                              : SQLITE_DENY;
}

static void authorizer_renew(struct db *db)
{
    sqlite3_set_authorizer(db->handle, db->allowed ? authorize : NULL, db);
}

/* Setting it also expires the statements that are prepared already: they are judged anew. */
void db_authorize(struct db *db, db_authorizer *allowed, void *context)
{
    db->allowed = allowed;
    db->allowed_context = context;
    if (db->handle)
        authorizer_renew(db);
}

void db_limit(struct db *db)
{
    for (size_t i = 0; i < sizeof read_limits / sizeof read_limits[0]; i++)
        sqlite3_limit(db->handle, read_limits[i].limit, read_limits[i].value);
}

static int commit_is_held(void *context)
{
    return ((struct db *)context)->commit_held;
}

void db_hold_commit(struct db *db, bool held)
{
    db->commit_held = held;
}

static void rollback_count(void *context)
{
    ((struct db *)context)->rollbacks++;
}

int64_t db_rollbacks(const struct db *db)
{
    return db->rollbacks;
}

void db_limit_renew(struct db *db)
{
    sqlite3_commit_hook(db->handle, commit_is_held, db);
    sqlite3_rollback_hook(db->handle, rollback_count, db);
    budget_renew(db);
    authorizer_renew(db);
}
