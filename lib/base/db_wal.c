/* The write-ahead log: its length, and the two forms in which it may be copied back.  SQLite
 * before 3.51.3 can corrupt a file when a writer starts the log anew during a checkpoint; here no
 * checkpoint runs by itself, and the routine form holds the write lock while it copies.  A second
 * trap: a page that has spilled into the log and changes again leaves its checksum to be mended at
 * COMMIT, and after ROLLBACK TO a savepoint SQLite 3.40.1 mends from the wrong place: the commit
 * then stands until the next recovery, which drops it and all that follow.  So writers do not spill
 * where savepoints are rolled back. */
#include "db_private.h"
#include "log.h"

enum { PAGE_SIZE = 4096, FRAME_HEADER = 24 };

/* A hook also takes the place of SQLite's automatic checkpoint. */
static int wal_grew(void *context, sqlite3 *handle, const char *schema, int frames)
{
    (void)handle, (void)schema;
    struct db *db = context;
    db->wal_frames = frames;
    return SQLITE_OK;
}

void db_wal_watch(struct db *db)
{
    sqlite3_wal_hook(db->handle, wal_grew, db);
}

int64_t db_wal_bytes(const struct db *db)
{
    return (int64_t)db->wal_frames * (PAGE_SIZE + FRAME_HEADER);
}

static bool checkpoint_said(const struct db *db, int rc, const char *form)
{
    if (rc != SQLITE_OK)
        log_write(LOG_WARN, "checkpoint not done: the write-ahead log stays as it is",
                  LOG_TEXT("form", form), LOG_TEXT("says", sqlite3_errstr(rc)), LOG_INT("code", rc),
                  LOG_TEXT("database", db->path));
    return rc == SQLITE_OK;
}

static int write_lock_hold(const struct db *db, sqlite3 **holder)
{
    int rc =
        sqlite3_open_v2(db->path, holder,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(*holder, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return rc == SQLITE_OK ? sqlite3_exec(*holder, "BEGIN IMMEDIATE", NULL, NULL, NULL) : rc;
}

/* Closing the holder rolls its empty transaction back. */
bool db_checkpoint(struct db *db)
{
    sqlite3 *holder = NULL;
    if (!db->handle)
        return false;
    int rc = write_lock_hold(db, &holder);
    if (rc == SQLITE_OK)
        rc = sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    sqlite3_close(holder);
    return checkpoint_said(db, rc, "passive");
}

bool db_truncate_wal(struct db *db, int64_t patience_ms)
{
    if (!db->handle)
        return false;
    sqlite3_busy_timeout(db->handle, (int)patience_ms);
    int rc = sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(db->handle, DB_BUSY_MS);
    if (rc == SQLITE_OK)
        db->wal_frames = 0;
    return checkpoint_said(db, rc, "truncate");
}

void db_allow_spill(struct db *db, bool allowed)
{
    db->own_statement = true;
    if (allowed)
        db_run(db, "PRAGMA cache_spill = ON");
    else
        db_run(db, "PRAGMA cache_spill = OFF");
    db->own_statement = false;
}

int64_t db_spills(const struct db *db)
{
    int now = 0, highest;
    if (db->handle)
        sqlite3_db_status(db->handle, SQLITE_DBSTATUS_CACHE_SPILL, &now, &highest, false);
    return now;
}
