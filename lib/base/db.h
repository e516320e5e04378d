/* The only user of sqlite3.h.  A statement is bound by name at the place that owns it, prepared
 * once and kept by the address of its literal.  The first fault (disk, lock, broken SQL, a misspelt
 * name) is sticky: it is logged with its statement, and every later call does nothing and returns
 * zero until the owner of the loop clears it.  So domain code has no error ladders, and nothing
 * leaves before COMMIT. */
#ifndef WEIR_DB_H
#define WEIR_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "crypto.h"

struct db;

enum db_mode {
    DB_CREATE, /* a new file in WAL mode, 0600: fails if it exists; for init and tests */
    DB_WRITE,  /* an existing file: for gate.c and tests; a writer without the gate is a bug */
    DB_READ,   /* an existing file, query_only, with the limits and time budget of R-42 */
};

/* path may be ":memory:" (tests).  NULL on failure, *error says why and names the remedy.
 * Settings of R-4: WAL, synchronous FULL, foreign_keys, secure_delete, cell_size_check,
 * trusted_schema off, DEFENSIVE, no checkpoint by itself and none on close, temp_store MEMORY, busy
 * timeout 3 s, mmap off, no "text" in double quotes.  Refused: symbolic links, files that others
 * may write, network file systems.  SQL functions beside SQLite's own: percentile(x, 0..100),
 * median(x), uuid_text(blob). */
struct db *db_open(const char *path, enum db_mode mode, const char **error);
void db_close(struct db *db);
const char *db_path(const struct db *db);
bool db_is_current(const struct db *db); /* the path still names the file that is open */
/* Closes the file and opens what the path names now; `db` stays the same object.  After a failure
 * it holds no file and a sticky fault; trying again is allowed. */
bool db_reopen(struct db *db, const char **error);
/* For functions that answer with *error: one buffer, overwritten by the next failure.  False. */
bool db_explain(const char **error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A value for the parameter :name.  Build them with the macros below. */
struct db_bind {
    const char *name; /* a literal: its address is remembered */
    enum { DB_NULL, DB_INT, DB_REAL, DB_TEXT, DB_BLOB } type;
    size_t len; /* DB_BLOB; DB_TEXT when not SIZE_MAX */
    union {
        int64_t i;
        double r;
        const void *p;
    };
};

/* BIND(x) binds the local x to :x; BINDM(c, kind) binds c->kind to :kind; BINDAS(name, value) binds
 * any expression.  Integers, bool, double, const char * (NULL = NULL) and struct uuid *. */
#define BIND(x)            DB_BIND_VALUE(#x, x)
#define BINDM(s, member)   DB_BIND_VALUE(#member, (s)->member)
#define BINDAS(name, x)    DB_BIND_VALUE(#name, x)
#define BINDBLOB(name, data, len) db_bind_blob(#name, (data), (len)) /* data NULL = NULL */
#define BINDNULL(name)     ((struct db_bind){ #name, DB_NULL, 0, { .i = 0 } })
/* 0 is stored as NULL: for optional references, whose ids are never 0. */
#define BINDREF(name, id)  db_bind_ref(#name, (id))

#define DB_BIND_VALUE(name, x)                                                                     \
    _Generic((x),                                                                                  \
        double: db_bind_real, float: db_bind_real,                                                 \
        char *: db_bind_text, const char *: db_bind_text,                                          \
        const struct uuid *: db_bind_uuid, struct uuid *: db_bind_uuid,                            \
        default: db_bind_int)(name, x)
struct db_bind db_bind_int(const char *name, int64_t value);
struct db_bind db_bind_real(const char *name, double value);
struct db_bind db_bind_text(const char *name, const char *value);
struct db_bind db_bind_blob(const char *name, const void *data, size_t len);
struct db_bind db_bind_uuid(const char *name, const struct uuid *value);
struct db_bind db_bind_ref(const char *name, int64_t id);

#define DB_BINDS(...) ((const struct db_bind[]){ __VA_ARGS__ __VA_OPT__(, ) { 0 } })

/* The first column of the first row; 0 when there is none (or after a fault). */
#define db_int(db, sql, ...)         db_int_bound((db), "" sql, DB_BINDS(__VA_ARGS__))
/* Runs a statement to its end; how many rows it changed. */
#define db_run(db, sql, ...)         db_run_bound((db), "" sql, DB_BINDS(__VA_ARGS__))
/* As db_int, for text: a copy in `arena`, NULL for SQL NULL and for no row. */
#define db_text(db, arena, sql, ...) db_text_bound((db), (arena), "" sql, DB_BINDS(__VA_ARGS__))
/* Rows one by one:  struct db_rows *rows = db_query(db, "...", BIND(x));  while (db_next(rows)) ...
 * Read a column by its place.  The last db_next() ends it; db_done() ends it early.  Queries nest,
 * also on one literal.  Texts and blobs are copied here; the others read them where they lie. */
#define db_query(db, sql, ...)       db_query_bound((db), "" sql, DB_BINDS(__VA_ARGS__))

int64_t db_int_bound(struct db *db, const char *sql, const struct db_bind *binds);
int64_t db_run_bound(struct db *db, const char *sql, const struct db_bind *binds);
char *db_text_bound(struct db *db, struct arena *arena, const char *sql,
                    const struct db_bind *binds);
struct db_rows *db_query_bound(struct db *db, const char *sql, const struct db_bind *binds);
int64_t db_last_id(const struct db *db); /* rowid of the newest INSERT */

bool db_next(struct db_rows *rows);
void db_done(struct db_rows *rows);
/* Ends every query left open, so that none holds a snapshot; how many there were. */
int db_close_rows(struct db *db);
int db_column_count(struct db_rows *rows);
const char *db_column_name(struct db_rows *rows, int column);
bool db_is_null(struct db_rows *rows, int column);
int64_t db_get_int(struct db_rows *rows, int column);
double db_get_real(struct db_rows *rows, int column);
/* Valid until the next db_next(); with an arena: a copy that lasts. */
const char *db_get_text(struct db_rows *rows, int column, struct arena *arena);
const void *db_get_blob(struct db_rows *rows, int column, size_t *len, struct arena *arena);
struct uuid db_get_uuid(struct db_rows *rows, int column); /* zero when NULL */

/* Several statements from one text (a migration, a fixture); not cached; no parameters. */
bool db_script(struct db *db, const char *sql);
/* A statement whose text is not a literal (a report read from a file): prepared each time. */
struct db_rows *db_query_text(struct db *db, const char *sql, const struct db_bind *binds);

/* Faults. */
enum db_fault {
    DB_FINE,
    DB_FULL,
    DB_IO,
    DB_MEMORY,
    DB_BUSY,
    DB_CORRUPT,
    DB_BROKEN, /* a bug: bad SQL, a misspelt or missing parameter, a constraint */
    DB_SLOW,   /* the statement passed its time budget */
};
enum db_fault db_fault(const struct db *db);
const char *db_fault_text(const struct db *db); /* for the log and doctor, never for a client */
void db_clear_fault(struct db *db);
bool db_in_transaction(const struct db *db); /* after some faults SQLite has ended it by itself */
void db_fault_inject(struct db *db, enum db_fault fault); /* tests: the next call faults so */

/* A filter on what a connection may do, checked when statements are prepared.  DB_ACT_OTHER:
 * pragmas, ATTACH, changes of the schema.  Not asked: SELECT itself, functions, transactions.
 * column may be NULL or "". */
enum db_action { DB_ACT_READ, DB_ACT_WRITE, DB_ACT_OTHER };
typedef bool db_authorizer(void *context, enum db_action action, const char *table,
                           const char *column);
void db_authorize(struct db *db, db_authorizer *allowed, void *context); /* NULL lifts it */
/* A statement that runs longer faults as DB_SLOW; 0: no budget. */
void db_budget(struct db *db, int64_t ms);
/* Pages kept in memory, until the file is reopened: 2 MiB serve requests, bulk work wants more. */
void db_cache(struct db *db, int mib);

int64_t db_data_version(struct db *db); /* moves when another connection has committed */
int64_t db_user_version(struct db *db);

/* A consistent copy by the backup API, checked, 0600, one plain file; to_path must be free.
 * db_restore() copies `from`, a healthy Weir database, into the open file; the caller holds the
 * gate. */
bool db_backup(struct db *db, const char *to_path, const char **error);
bool db_restore(struct db *db, const char *from_path, const char **error);
/* "ok", or what integrity_check and foreign_key_check say. */
const char *db_integrity(struct db *db, struct arena *arena);

#endif
