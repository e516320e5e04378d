/* Using a connection: run a statement, ask for one value, walk over rows.  See db.h for the
 * contract; the connection itself is made in db_open.c, and each of its other duties has its own
 * db_*.c. */
#include "db.h"

#include <string.h>

#include "db_private.h"

static struct db_rows *statement_ready(struct db *db, const char *sql, const struct db_bind *binds,
                                       sqlite3_destructor_type lifetime)
{
    if (db_is_stuck(db, sql))
        return NULL;
    struct db_rows *rows = statement_of_literal(db, sql);
    if (!rows)
        return NULL;
    if (statement_bind(rows, binds, lifetime))
        return rows;
    statement_end(rows);
    return NULL;
}

/* SQLite's count of changes is that of the newest INSERT, UPDATE or DELETE: another statement
 * leaves it. */
int64_t db_run_bound(struct db *db, const char *sql, const struct db_bind *binds)
{
    struct db_rows *rows = statement_ready(db, sql, binds, SQLITE_STATIC);
    if (!rows)
        return 0;
    int64_t before = sqlite3_total_changes64(db->handle);
    while (statement_step(rows) == SQLITE_ROW)
        ;
    bool changed = sqlite3_total_changes64(db->handle) != before && db->fault == DB_FINE;
    statement_end(rows);
    return changed ? sqlite3_changes64(db->handle) : 0;
}

int64_t db_int_bound(struct db *db, const char *sql, const struct db_bind *binds)
{
    struct db_rows *rows = statement_ready(db, sql, binds, SQLITE_STATIC);
    if (!rows)
        return 0;
    int64_t value = statement_step(rows) == SQLITE_ROW ? sqlite3_column_int64(rows->stmt, 0) : 0;
    statement_end(rows);
    return db->fault == DB_FINE ? value : 0;
}

char *db_text_bound(struct db *db, struct arena *arena, const char *sql,
                    const struct db_bind *binds)
{
    struct db_rows *rows = statement_ready(db, sql, binds, SQLITE_STATIC);
    if (!rows)
        return NULL;
    char *text = NULL;
    if (statement_step(rows) == SQLITE_ROW)
        text = (char *)db_get_text(rows, 0, arena);
    statement_end(rows);
    return db->fault == DB_FINE ? text : NULL;
}

/* A query outlives the call that binds it, so its texts are copied. */
struct db_rows *db_query_bound(struct db *db, const char *sql, const struct db_bind *binds)
{
    struct db_rows *rows = statement_ready(db, sql, binds, SQLITE_TRANSIENT);
    if (!rows)
        return NULL;
    rows->open = true;
    db->open_rows++;
    return rows;
}

struct db_rows *db_query_text(struct db *db, const char *sql, const struct db_bind *binds)
{
    struct db_rows *rows = db_is_stuck(db, sql) ? NULL : statement_of_text(db, sql);
    if (!rows)
        return NULL;
    rows->open = true;
    db->open_rows++;
    if (statement_bind(rows, binds, SQLITE_TRANSIENT))
        return rows;
    statement_end(rows);
    return NULL;
}

int64_t db_last_id(const struct db *db)
{
    return db->handle ? sqlite3_last_insert_rowid(db->handle) : 0;
}

int64_t db_changed_rows(const struct db *db)
{
    return db->handle ? sqlite3_total_changes64(db->handle) : 0;
}

bool db_next(struct db_rows *rows)
{
    if (!rows || !rows->open)
        return false;
    if (!db_is_stuck(rows->db, rows->sql) && statement_step(rows) == SQLITE_ROW)
        return true;
    statement_end(rows);
    return false;
}

void db_done(struct db_rows *rows)
{
    if (rows && rows->open)
        statement_end(rows);
}

int db_column_count(struct db_rows *rows)
{
    return rows ? sqlite3_column_count(rows->stmt) : 0;
}

const char *db_column_name(struct db_rows *rows, int column)
{
    const char *name = rows && rows->stmt ? sqlite3_column_name(rows->stmt, column) : NULL;
    return name ? name : "";
}

/* A row to read from; asking beside it is a bug of the caller and would otherwise read as NULL. */
static bool column_is_there(struct db_rows *rows, int column)
{
    if (!rows || rows->db->fault != DB_FINE)
        return false;
    if (column >= 0 && column < sqlite3_data_count(rows->stmt))
        return true;
    db_raise(rows->db, DB_BROKEN, rows->sql, "there is no row, or no column %d in it", column);
    return false;
}

bool db_is_null(struct db_rows *rows, int column)
{
    return !column_is_there(rows, column) || sqlite3_column_type(rows->stmt, column) == SQLITE_NULL;
}

int64_t db_get_int(struct db_rows *rows, int column)
{
    return column_is_there(rows, column) ? sqlite3_column_int64(rows->stmt, column) : 0;
}

double db_get_real(struct db_rows *rows, int column)
{
    return column_is_there(rows, column) ? sqlite3_column_double(rows->stmt, column) : 0;
}

/* SQLite answers NULL for want of memory too: text for a value that is not NULL must be there. */
static bool value_is_had(struct db_rows *rows, const void *value)
{
    if (!value)
        db_raise(rows->db, DB_MEMORY, rows->sql, "no memory for a column");
    return value;
}

const char *db_get_text(struct db_rows *rows, int column, struct arena *arena)
{
    if (db_is_null(rows, column))
        return NULL;
    const char *text = (const char *)sqlite3_column_text(rows->stmt, column);
    if (!value_is_had(rows, text) || !arena)
        return text;
    return arena_strndup(arena, text, (size_t)sqlite3_column_bytes(rows->stmt, column));
}

const void *db_get_blob(struct db_rows *rows, int column, size_t *len, struct arena *arena)
{
    *len = 0;
    if (db_is_null(rows, column))
        return NULL;
    const void *blob = sqlite3_column_blob(rows->stmt, column);
    int bytes = sqlite3_column_bytes(rows->stmt, column);
    if (bytes == 0)
        return "";
    if (!value_is_had(rows, blob))
        return NULL;
    *len = (size_t)bytes;
    return arena ? arena_copy(arena, blob, *len) : blob;
}

struct uuid db_get_uuid(struct db_rows *rows, int column)
{
    struct uuid id = { 0 };
    size_t len;
    const void *blob = db_get_blob(rows, column, &len, NULL);
    if (blob && len == UUID_SIZE)
        memcpy(&id, blob, UUID_SIZE);
    else if (blob)
        db_raise(rows->db, DB_BROKEN, rows->sql, "column %d has %zu bytes, a uuid has 16", column,
                 len);
    return id;
}

static const char *script_step(struct db *db, const char *sql)
{
    struct db_rows rows = { .db = db, .sql = sql };
    const char *rest = "";
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &rows.stmt, &rest);
    if (rc != SQLITE_OK)
        db_raise_sqlite(db, rc, sql, false);
    while (rows.stmt && statement_step(&rows) == SQLITE_ROW)
        ;
    sqlite3_finalize(rows.stmt);
    db->stepping = NULL;
    return rest;
}

bool db_script(struct db *db, const char *sql)
{
    if (db_is_stuck(db, sql))
        return false;
    while (*sql && db->fault == DB_FINE) {
        sql = script_step(db, sql);
        sql += strspn(sql, " \t\r\n");
    }
    return db->fault == DB_FINE;
}

/* The connection's own questions, which no authorizer may refuse. */
int64_t db_data_version(struct db *db)
{
    db->own_statement = true;
    int64_t version = db_int(db, "PRAGMA data_version");
    db->own_statement = false;
    return version;
}

int64_t db_user_version(struct db *db)
{
    db->own_statement = true;
    int64_t version = db_int(db, "PRAGMA user_version");
    db->own_statement = false;
    return version;
}

/* Writing a field of the header, even with the value it has, makes a frame. */
void db_touch(struct db *db)
{
    db->own_statement = true;
    db_run(db, DB_SET_APPLICATION_ID);
    db->own_statement = false;
}
