/* Opening: the settings of R-4, the same on every connection, and knowing whether the path still
 * names the file that was opened.  `struct db` outlives its file: db_reopen() exchanges what is
 * behind it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db_private.h"
#include "log.h"

enum { READ_BUDGET_MS = 2000, ANSWER = 32 };

static const struct {
    int option, value;
} switches[] = {
    { SQLITE_DBCONFIG_ENABLE_FKEY, 1 },    { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
    { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 }, { SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
    { SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_DQS_DML, 0 },
    { SQLITE_DBCONFIG_DQS_DDL, 0 },
};

static const char settings[] =
    "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cache_size = -2048;";

/* By mode; the first two end in WAL mode, which the file remembers.  A file that is no database is
 * found here. */
static const char *const mode_settings[] = {
    [DB_CREATE] = "PRAGMA page_size = 4096;" DB_SET_APPLICATION_ID
                  ";PRAGMA cache_spill = OFF; PRAGMA journal_mode = WAL",
    [DB_WRITE] = "PRAGMA cache_spill = OFF; PRAGMA journal_mode = WAL",
    [DB_READ] = "PRAGMA query_only = ON; SELECT count(*) FROM sqlite_schema",
};

bool db_explain(const char **error, const char *format, ...)
{
    static char kept[2048];
    char fresh[sizeof kept]; /* an argument may be the text that is kept */
    va_list args;
    va_start(args, format);
    vsnprintf(fresh, sizeof fresh, format, args);
    va_end(args);
    strcpy(kept, fresh);
    *error = kept;
    return false;
}

static bool is_memory(const struct db *db)
{
    return strcmp(db->path, ":memory:") == 0;
}

static int switches_apply(sqlite3 *handle)
{
    int rc = sqlite3_busy_timeout(handle, DB_BUSY_MS);
    for (size_t i = 0; i < sizeof switches / sizeof switches[0] && rc == SQLITE_OK; i++)
        rc = sqlite3_db_config(handle, switches[i].option, switches[i].value, NULL);
    return rc == SQLITE_OK ? db_functions_add(handle) : rc;
}

static int answer_keep(void *answer, int columns, char **values, char **names)
{
    (void)columns, (void)names;
    snprintf(answer, ANSWER, "%s", values[0] ? values[0] : "");
    return 0;
}

/* What is wrong with the connection, or NULL. */
static const char *settings_apply(struct db *db)
{
    char answer[ANSWER] = "";
    int rc = switches_apply(db->handle);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db->handle, settings, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db->handle, mode_settings[db->mode], answer_keep, answer, NULL);
    if (rc != SQLITE_OK)
        return sqlite3_errmsg(db->handle);
    if (db->mode != DB_READ && strcmp(answer, is_memory(db) ? "memory" : "wal") != 0)
        return "it cannot be switched to WAL mode: is the folder on a local disk and writable?";
    if (db->mode == DB_READ)
        db_limit(db);
    db_limit_renew(db);
    db_wal_watch(db);
    return NULL;
}

/* The inode is read after opening, and SQLite says whether it is the one behind its descriptor. */
static bool file_note(struct db *db)
{
    int moved = 0;
    struct stat about;
    if (is_memory(db))
        return true;
    if (stat(db->path, &about) != 0)
        return false;
    db->device = about.st_dev;
    db->inode = about.st_ino;
    return sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
           !moved;
}

static void db_disconnect(struct db *db)
{
    statement_forget_all(db);
    if (sqlite3_close(db->handle) != SQLITE_OK)
        log_abort("database %s: a statement was left behind", db->path);
    db->handle = NULL;
}

static bool connect_failed(struct db *db, const char **error, const char *why)
{
    db_explain(error, "database %s cannot be opened: %s", db->path, why);
    db_disconnect(db);
    return false;
}

/* No statistics of memory, which take a mutex at each allocation; no file names with parameters in
 * them.  After the first connection of a process SQLite ignores these calls. */
static void library_configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_URI, 0);
}

static bool db_connect(struct db *db, const char **error)
{
    library_configure();
    int rc =
        sqlite3_open_v2(db->path, &db->handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    const char *problem = rc == SQLITE_OK ? settings_apply(db) : sqlite3_errstr(rc);
    if (problem)
        return connect_failed(db, error, problem);
    if (!file_note(db))
        return connect_failed(db, error, "it was exchanged at this moment; try again");
    return true;
}

static bool file_prepare(const struct db *db, const char **error)
{
    if (is_memory(db))
        return true;
    return db->mode == DB_CREATE ? db_file_create(db->path, error) : db_file_check(db->path, error);
}

struct db *db_open(const char *path, enum db_mode mode, const char **error)
{
    struct db *db = calloc(1, sizeof *db);
    if (!db || !(db->path = strdup(path)))
        log_abort("out of memory: database %s", path);
    db->mode = mode;
    db->budget_ms = mode == DB_READ ? READ_BUDGET_MS : 0;
    if (!file_prepare(db, error) || !db_connect(db, error)) {
        db_close(db);
        return NULL;
    }
    db->mode = mode == DB_READ ? DB_READ : DB_WRITE;
    return db;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    db_disconnect(db);
    statement_free_all(db);
    free(db->path);
    free(db);
}

/* The fault of a failed attempt stays until one succeeds, and so is logged once. */
bool db_reopen(struct db *db, const char **error)
{
    db_disconnect(db);
    db->wal_frames = 0;
    if (file_prepare(db, error) && db_connect(db, error)) {
        db->fault = DB_FINE;
        return true;
    }
    db_raise(db, DB_IO, "(open)", "%s", *error);
    return false;
}

const char *db_path(const struct db *db)
{
    return db->path;
}

bool db_is_current(const struct db *db)
{
    struct stat about;
    if (!db->handle)
        return false;
    if (is_memory(db))
        return true;
    return stat(db->path, &about) == 0 && about.st_dev == db->device && about.st_ino == db->inode;
}

void db_cache(struct db *db, int mib)
{
    char sql[48];
    snprintf(sql, sizeof sql, "PRAGMA cache_size = -%d", mib * 1024);
    if (db->handle)
        sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
}
