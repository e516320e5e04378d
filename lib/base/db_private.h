/* What the db_*.c files share: the connection, the prepared statement, and the few functions
 * between them. Nobody else includes this file (its unit test aside), so that sqlite3.h stays
 * inside db. */
#ifndef WEIR_DB_PRIVATE_H
#define WEIR_DB_PRIVATE_H

#include <sqlite3.h>
#include <sys/types.h>

#include "db_gate.h"

/* Where a bind of this statement goes: remembered by the address of its name. */
struct db_slot {
    const char *name;
    int parameter;
};

/* One prepared statement, and the rows of its run. */
struct db_rows {
    struct db *db;
    sqlite3_stmt *stmt; /* NULL: an uncached one that has ended */
    const char *sql;
    struct db_slot *slots;
    int parameters;
    bool cached, open, reads_only;
    int64_t deadline;     /* boot clock; 0 until the first tick of the progress handler */
    struct db_rows *next; /* among the uncached */
};

struct db {
    sqlite3 *handle; /* NULL after a failed db_reopen() */
    char *path;
    enum db_mode mode;
    dev_t device;
    ino_t inode;

    enum db_fault fault, injected;
    char fault_text[512];

    struct db_rows **cache; /* open addressing by the literal's address; size is a power of two */
    size_t cache_size, cache_used;
    struct db_rows *uncached; /* for texts and for a literal that is running already; reused */
    struct db_rows *stepping;
    int open_rows;

    int64_t budget_ms;
    db_authorizer *allowed;
    void *allowed_context;
    bool commit_held;
    int64_t rollbacks;
    bool own_statement; /* ours, not the caller's: the authorizer is not asked */
    int wal_frames;
};

/* db_fault.c */
/* A sticky fault, or an injected one that strikes now. */
bool db_is_stuck(struct db *db, const char *sql);
void db_raise(struct db *db, enum db_fault fault, const char *sql, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void db_raise_sqlite(struct db *db, int rc, const char *sql, bool running);
enum db_fault db_fault_of(const struct db *db, int rc);

/* db_statement.c */
struct db_rows *statement_of_literal(struct db *db, const char *sql); /* NULL after a fault */
struct db_rows *statement_of_text(struct db *db, const char *sql);
int statement_step(struct db_rows *rows); /* SQLITE_ROW, SQLITE_DONE, or a fault is raised */
void statement_end(struct db_rows *rows); /* ready for its next run; an uncached one is finalised */
void statement_forget_all(struct db *db); /* before the file is closed */
void statement_free_all(struct db *db);

/* db_bind.c */
bool statement_bind(struct db_rows *rows, const struct db_bind *binds,
                    sqlite3_destructor_type lifetime);

/* db_file.c */
bool db_file_create(const char *path, const char **error);
bool db_file_check(const char *path, const char **error);

/* db_limit.c */
void db_limit(struct db *db);       /* R-42, for DB_READ */
void db_limit_renew(struct db *db); /* budget, authorizer and held commits, on a new handle */

/* db_function.c */
int db_functions_add(sqlite3 *handle);

/* db_wal.c */
void db_wal_watch(struct db *db);

enum { DB_BUSY_MS = 3000 }; /* how long SQLite waits for a lock */

/* "Weir", in the header of each of our files. */
enum { DB_APPLICATION_ID = 0x57656972 };
#define DB_SET_APPLICATION_ID "PRAGMA application_id = 0x57656972"

#endif
