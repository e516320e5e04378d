/* Prepared statements.  Those from literals are kept for the life of the connection, found by the
 * literal's address; a literal that is already running (recursion, a query inside its own loop)
 * gets a second, passing statement.  The rows of ended statements are reused and never freed, so
 * that a late db_next() on one is harmless. */
#include "db_private.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

enum { FIRST_CACHE = 256 };

static void *taken(void *memory)
{
    if (!memory)
        log_abort("out of memory: database statements");
    return memory;
}

/* SQLite would silently skip a second statement; a comment may follow the first. */
static void rest_check(struct db_rows *rows, const char *rest)
{
    sqlite3_stmt *more = NULL;
    rest += strspn(rest, " \t\r\n;");
    if (*rest == '\0')
        return;
    int rc = sqlite3_prepare_v2(rows->db->handle, rest, -1, &more, NULL);
    if (rc != SQLITE_OK)
        db_raise_sqlite(rows->db, rc, rows->sql, false);
    else if (more)
        db_raise(rows->db, DB_BROKEN, rows->sql, "the text holds more than one statement");
    sqlite3_finalize(more);
}

static bool statement_prepare(struct db_rows *rows, unsigned flags)
{
    struct db *db = rows->db;
    const char *rest;
    int rc = sqlite3_prepare_v3(db->handle, rows->sql, -1, flags, &rows->stmt, &rest);
    if (rc != SQLITE_OK)
        db_raise_sqlite(db, rc, rows->sql, false);
    else if (!rows->stmt)
        db_raise(db, DB_BROKEN, rows->sql, "the text holds no statement");
    else
        rest_check(rows, rest);
    if (db->fault != DB_FINE) {
        sqlite3_finalize(rows->stmt);
        rows->stmt = NULL;
        return false;
    }
    rows->reads_only = sqlite3_stmt_readonly(rows->stmt);
    rows->parameters = sqlite3_bind_parameter_count(rows->stmt);
    rows->slots = taken(calloc((size_t)rows->parameters + 1, sizeof *rows->slots));
    return true;
}

static struct db_rows *uncached_rows(struct db *db)
{
    for (struct db_rows *rows = db->uncached; rows; rows = rows->next)
        if (!rows->stmt)
            return rows;
    struct db_rows *rows = taken(calloc(1, sizeof *rows));
    rows->next = db->uncached;
    return db->uncached = rows;
}

struct db_rows *statement_of_text(struct db *db, const char *sql)
{
    struct db_rows *rows = uncached_rows(db);
    *rows = (struct db_rows){ .db = db, .sql = sql, .next = rows->next };
    return statement_prepare(rows, 0) ? rows : NULL;
}

/* Literals lie on no particular grid: Fibonacci hashing spreads neighbours. */
static size_t cache_home(const struct db *db, const char *sql)
{
    uint64_t spread = (uint64_t)(uintptr_t)sql * 0x9e3779b97f4a7c15U;
    return (size_t)(spread >> 32) & (db->cache_size - 1);
}

static struct db_rows **cache_place(const struct db *db, const char *sql)
{
    size_t i = cache_home(db, sql);
    while (db->cache[i] && db->cache[i]->sql != sql)
        i = (i + 1) & (db->cache_size - 1);
    return &db->cache[i];
}

static void cache_make_room(struct db *db)
{
    if (db->cache_used < db->cache_size / 2)
        return;
    struct db_rows **old = db->cache;
    size_t old_size = db->cache_size;
    db->cache_size = old_size ? old_size * 2 : FIRST_CACHE;
    db->cache = taken(calloc(db->cache_size, sizeof(struct db_rows *)));
    for (size_t i = 0; i < old_size; i++)
        if (old[i])
            *cache_place(db, old[i]->sql) = old[i];
    free(old);
}

static struct db_rows *cache_add(struct db *db, const char *sql)
{
    struct db_rows *rows = taken(calloc(1, sizeof *rows));
    *rows = (struct db_rows){ .db = db, .sql = sql, .cached = true };
    if (!statement_prepare(rows, SQLITE_PREPARE_PERSISTENT)) {
        free(rows);
        return NULL;
    }
    cache_make_room(db);
    *cache_place(db, sql) = rows;
    db->cache_used++;
    return rows;
}

struct db_rows *statement_of_literal(struct db *db, const char *sql)
{
    struct db_rows *rows = db->cache ? *cache_place(db, sql) : NULL;
    if (!rows)
        return cache_add(db, sql);
    return rows->open ? statement_of_text(db, sql) : rows;
}

int statement_step(struct db_rows *rows)
{
    rows->db->stepping = rows;
    int rc = sqlite3_step(rows->stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        db_raise_sqlite(rows->db, rc, rows->sql, true);
    return rc;
}

/* A write whose rows were not all taken is done, but only at its end it is judged and, alone,
 * committed. */
static void statement_drain(struct db_rows *rows)
{
    while (sqlite3_stmt_busy(rows->stmt) && rows->db->fault == DB_FINE)
        statement_step(rows);
}

static void statement_finalize(struct db_rows *rows)
{
    sqlite3_finalize(rows->stmt);
    free(rows->slots);
    rows->stmt = NULL;
    rows->slots = NULL;
}

void statement_end(struct db_rows *rows)
{
    if (!rows->reads_only)
        statement_drain(rows);
    rows->deadline = 0;
    if (rows->open) {
        rows->open = false;
        rows->db->open_rows--;
    }
    if (!rows->cached) {
        statement_finalize(rows);
        return;
    }
    /* What is bound stays, unread: the next call binds every parameter. */
    sqlite3_reset(rows->stmt);
}

void statement_forget_all(struct db *db)
{
    for (size_t i = 0; i < db->cache_size; i++)
        if (db->cache[i]) {
            statement_finalize(db->cache[i]);
            free(db->cache[i]);
        }
    free(db->cache);
    db->cache = NULL;
    db->cache_size = db->cache_used = 0;
    for (struct db_rows *rows = db->uncached; rows; rows = rows->next)
        statement_finalize(rows);
    db->open_rows = 0;
}

void statement_free_all(struct db *db)
{
    statement_forget_all(db);
    while (db->uncached) {
        struct db_rows *rows = db->uncached;
        db->uncached = rows->next;
        free(rows);
    }
}

int db_close_rows(struct db *db)
{
    int open = db->open_rows;
    for (size_t i = 0; open && i < db->cache_size; i++)
        if (db->cache[i] && db->cache[i]->open)
            statement_end(db->cache[i]);
    for (struct db_rows *rows = db->uncached; open && rows; rows = rows->next)
        if (rows->open)
            statement_end(rows);
    return open;
}
