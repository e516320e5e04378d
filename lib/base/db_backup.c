/* Copies of a whole database, always by SQLite's backup API: a file copy of a live database is not
 * one.  A backup is made under a passing name, checked, synced and only then given its name, and it
 * is one plain file, without a log beside it.  The copy is made in one go: between steps another
 * process could commit, and SQLite would begin again and again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db_private.h"
#include "file.h"
#include "text.h"

static int pages_copy(sqlite3 *to, sqlite3 *from)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return sqlite3_extended_errcode(to);
    int rc = sqlite3_backup_step(backup, -1);
    int end = sqlite3_backup_finish(backup);
    return rc == SQLITE_DONE ? end : rc;
}

static int answer_is_ok(void *ok, int columns, char **values, char **names)
{
    (void)names;
    *(bool *)ok = columns == 1 && values[0] && strcmp(values[0], "ok") == 0;
    return 0;
}

static const char *copy_write(struct db *db, sqlite3 *copy)
{
    bool ok = false;
    int rc =
        sqlite3_exec(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = pages_copy(copy, db->handle);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(copy, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(copy, "PRAGMA quick_check(1)", answer_is_ok, &ok, NULL);
    if (rc != SQLITE_OK)
        return sqlite3_errstr(rc);
    return ok ? NULL
              : "the copy does not pass its check: the database may be damaged, see `weir doctor`";
}

static const char *file_copy(struct db *db, const char *path)
{
    sqlite3 *copy = NULL;
    int rc = sqlite3_open_v2(
        path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    const char *problem = rc == SQLITE_OK ? copy_write(db, copy) : sqlite3_errstr(rc);
    sqlite3_close(copy);
    return problem;
}

static bool file_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return synced;
}

/* NULL, or what went wrong. */
static const char *passing_file_make(struct db *db, const char *path)
{
    if (!file_write_new(path, 0600, NULL, 0))
        return strerror(errno);
    const char *problem = file_copy(db, path);
    return problem || file_sync(path) ? problem : strerror(errno);
}

static const char *backup_make(struct db *db, const char *to_path, struct arena *arena)
{
    char *passing = arena_printf(arena, "%s.part", to_path);
    unlink(passing); /* of a backup that was killed */
    const char *problem = passing_file_make(db, passing);
    if (!problem && rename(passing, to_path) != 0)
        problem = strerror(errno);
    if (problem)
        unlink(passing);
    else if (!dir_sync(file_parent(arena, to_path)))
        problem = strerror(errno);
    return problem;
}

bool db_backup(struct db *db, const char *to_path, const char **error)
{
    struct stat about;
    if (!db->handle || db_in_transaction(db))
        return db_explain(error, "%s cannot be backed up while it is written to", db->path);
    if (lstat(to_path, &about) == 0)
        return db_explain(error, "%s exists already: choose another name for the backup", to_path);
    struct arena *arena = arena_new();
    const char *problem = backup_make(db, to_path, arena);
    if (problem)
        db_explain(error, "the backup %s was not made: %s", to_path, problem);
    arena_free(arena);
    return !problem;
}

static bool source_is_other(const struct db *db, const struct db *source, const char **error)
{
    if (source->device == db->device && source->inode == db->inode)
        return db_explain(error, "%s is the open database itself: name a backup", source->path);
    return true;
}

static bool source_is_healthy(struct db *source, const char **error)
{
    struct arena *arena = arena_new();
    db_budget(source, 0);
    int64_t id = db_int(source, "PRAGMA application_id");
    const char *says = db_integrity(source, arena);
    bool healthy = strcmp(says, "ok") == 0 && id == DB_APPLICATION_ID;
    if (id != DB_APPLICATION_ID)
        db_explain(error, "%s is not a database of Weir: name a file that `weir backup` made",
                   source->path);
    else if (!healthy)
        db_explain(error, "%s is damaged: take an older backup.  SQLite says: %s", source->path,
                   says);
    arena_free(arena);
    return healthy;
}

bool db_restore(struct db *db, const char *from_path, const char **error)
{
    if (!db->handle)
        return db_explain(error, "%s is not open", db->path);
    struct db *source = db_open(from_path, DB_READ, error);
    if (!source)
        return false;
    bool fit = source_is_other(db, source, error) && source_is_healthy(source, error);
    db_allow_spill(db, true);
    int rc = fit ? pages_copy(db->handle, source->handle) : SQLITE_OK;
    db_allow_spill(db, false);
    db_close(source);
    if (rc != SQLITE_OK)
        return db_explain(error, "%s was not restored, the database is as it was: %s", from_path,
                          sqlite3_errstr(rc));
    return fit;
}

static void answers_add(struct db *db, struct text *text, struct db_rows *rows, bool keys)
{
    while (db_next(rows)) {
        if (text_len(text) > 0)
            text_add(text, "\n");
        if (keys)
            text_add_format(text, "row %lld of %s refers to a missing row of %s",
                            (long long)db_get_int(rows, 1), db_get_text(rows, 0, NULL),
                            db_get_text(rows, 2, NULL));
        else
            text_add(text, db_get_text(rows, 0, NULL));
    }
    if (db_fault(db) != DB_FINE)
        text_add(text, db_fault_text(db));
}

const char *db_integrity(struct db *db, struct arena *arena)
{
    struct text *pages = text_new(arena), *keys = text_new(arena);
    int64_t budget = db->budget_ms;
    db_budget(db, 0);
    db->own_statement = true;
    answers_add(db, pages, db_query(db, "PRAGMA integrity_check"), false);
    if (db_fault(db) == DB_FINE)
        answers_add(db, keys, db_query(db, "PRAGMA foreign_key_check"), true);
    db->own_statement = false;
    db_budget(db, budget);
    if (strcmp(text_str(pages), "ok") == 0 && text_len(keys) > 0)
        return text_str(keys);
    return text_str(pages);
}
