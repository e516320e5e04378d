/* Faults: what SQLite may answer, in the words that the owner of a loop decides by.  The first one
 * sticks and is logged with its statement; bound values are people's data and stay out of the log,
 * so a message from a running statement is cut where it begins to quote. */
#include "db_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

static const struct {
    int code;
    enum db_fault fault;
} meanings[] = {
    { SQLITE_FULL, DB_FULL },      { SQLITE_IOERR, DB_IO },        { SQLITE_CANTOPEN, DB_IO },
    { SQLITE_PERM, DB_IO },        { SQLITE_READONLY, DB_IO },     { SQLITE_NOLFS, DB_IO },
    { SQLITE_NOMEM, DB_MEMORY },   { SQLITE_BUSY, DB_BUSY },       { SQLITE_LOCKED, DB_BUSY },
    { SQLITE_PROTOCOL, DB_BUSY },  { SQLITE_CORRUPT, DB_CORRUPT }, { SQLITE_NOTADB, DB_CORRUPT },
    { SQLITE_FORMAT, DB_CORRUPT }, { SQLITE_INTERRUPT, DB_SLOW },
};

static const char *const fault_names[] = {
    [DB_FINE] = "fine",          [DB_FULL] = "disk full",
    [DB_IO] = "input/output",    [DB_MEMORY] = "no memory",
    [DB_BUSY] = "locked",        [DB_CORRUPT] = "corrupt file",
    [DB_BROKEN] = "program bug", [DB_SLOW] = "over its time budget",
};

enum db_fault db_fault_of(const struct db *db, int rc)
{
    int primary = rc & 0xff;
    if (rc == SQLITE_IOERR_NOMEM)
        return DB_MEMORY;
    if (primary == SQLITE_READONLY && db->mode == DB_READ)
        return DB_BROKEN;
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].code == primary)
            return meanings[i].fault;
    return DB_BROKEN;
}

static void fault_keep(struct db *db, enum db_fault fault, int rc, const char *sql,
                       const char *message)
{
    if (db->fault != DB_FINE)
        return;
    db->fault = fault;
    snprintf(db->fault_text, sizeof db->fault_text, "%s: %s (SQLite %d) in: %s", fault_names[fault],
             message, rc, sql);
    log_write(LOG_ERROR, "database fault", LOG_TEXT("kind", fault_names[fault]),
              LOG_TEXT("says", message), LOG_INT("code", rc), LOG_TEXT("database", db->path),
              LOG_TEXT("statement", sql));
}

void db_raise(struct db *db, enum db_fault fault, const char *sql, const char *format, ...)
{
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fault_keep(db, fault, SQLITE_OK, sql, message);
}

void db_raise_sqlite(struct db *db, int rc, const char *sql, bool running)
{
    char message[256];
    snprintf(message, sizeof message, "%s", sqlite3_errmsg(db->handle));
    if (running)
        message[strcspn(message, "\"'`")] = '\0';
    fault_keep(db, db_fault_of(db, rc), rc, sql, message);
}

bool db_is_stuck(struct db *db, const char *sql)
{
    if (db->fault != DB_FINE)
        return true;
    if (db->injected == DB_FINE)
        return false;
    enum db_fault fault = db->injected;
    db->injected = DB_FINE;
    db_raise(db, fault, sql, "injected by a test");
    return true;
}

enum db_fault db_fault(const struct db *db)
{
    return db->fault;
}

const char *db_fault_text(const struct db *db)
{
    return db->fault == DB_FINE ? "" : db->fault_text;
}

void db_clear_fault(struct db *db)
{
    if (db->handle)
        db->fault = DB_FINE;
}

void db_fault_inject(struct db *db, enum db_fault fault)
{
    db->injected = fault;
}

bool db_in_transaction(const struct db *db)
{
    return db->handle && !sqlite3_get_autocommit(db->handle);
}
