/* The gate: who may write now, and that the file behind it is the right one.  The lock is taken
 * before anything is asked of SQLite and dropped last; what happens between is in gate_group.c for
 * groups of items, and in gate_errand.c for checkpoints, restores and single errands. */
#include "gate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "clock.h"
#include "gate_private.h"
#include "log.h"

enum {
    PATIENCE_MS = 3000,
    DISK_CHECK_MS = 1000,
    FREE_BYTES = 200 << 20,
    FREE_PERCENT = 5,
};

static char *text_kept(char *text)
{
    if (!text)
        log_abort("out of memory: gate");
    return text;
}

/* The folder of the database, and a name in it. */
static char *beside(const char *path, const char *name)
{
    char *whole;
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    if (asprintf(&whole, "%.*s%s", folder, path, name) < 0)
        log_abort("out of memory: gate");
    return whole;
}

/* A refusal that repeats is logged once: a full disk must not fill with lines that say so. */
bool gate_refuse(struct gate *gate, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(gate->trouble, sizeof gate->trouble, format, args);
    va_end(args);
    if (strcmp(gate->trouble, gate->logged) != 0)
        log_write(LOG_WARN, "the write gate refuses", LOG_TEXT("why", gate->trouble),
                  LOG_TEXT("database", gate->path));
    memcpy(gate->logged, gate->trouble, sizeof gate->logged);
    return false;
}

static bool lock_take(struct gate *gate)
{
    int64_t since = clock_boot();
    bool got = gate_lock_take(&gate->lock, gate->patience_ms);
    gate->taken_at = clock_boot();
    int64_t waited = gate->taken_at - since;
    if (waited > gate->stats.longest_wait_ms)
        gate->stats.longest_wait_ms = waited;
    if (got)
        return true;
    return errno == EINTR ? gate_refuse(gate, "another writer held %s for over %lld ms: try again",
                                        gate->lock.path, (long long)gate->patience_ms)
                          : gate_refuse(gate, "the gate %s cannot be locked: %s", gate->lock.path,
                                        strerror(errno));
}

void gate_release(struct gate *gate)
{
    int64_t held = clock_boot() - gate->taken_at;
    if (held > gate->stats.longest_hold_ms)
        gate->stats.longest_hold_ms = held;
    gate_lock_drop(&gate->lock);
}

static bool database_reopen(struct gate *gate, const char **error)
{
    gate->changed = true;
    gate->in_doubt = false;
    return db_reopen(gate->db, error);
}

static bool database_is_ready(struct gate *gate)
{
    const char *error;
    db_clear_fault(gate->db);
    return db_is_current(gate->db) || database_reopen(gate, &error) ||
           gate_refuse(gate, "%s", error);
}

bool gate_take(struct gate *gate)
{
    if (db_close_rows(gate->db) > 0)
        return gate_refuse(gate, "a query was left open on the connection that writes: a bug");
    if (!lock_take(gate))
        return false;
    if (database_is_ready(gate))
        return true;
    gate_release(gate);
    return false;
}

bool gate_disk_is_low(struct gate *gate)
{
    struct statvfs about;
    int64_t now = clock_boot();
    if (gate->disk_checked_at && now - gate->disk_checked_at < DISK_CHECK_MS)
        return gate->disk_is_low;
    gate->disk_checked_at = now;
    gate->disk_is_low = false;
    if (statvfs(gate->folder, &about) != 0)
        return false;
    double left = (double)about.f_bavail * (double)about.f_frsize;
    double percent = about.f_blocks ? 100.0 * (double)about.f_bavail / (double)about.f_blocks : 100;
    gate->disk_is_low = left < (double)gate->free_bytes || percent < gate->free_percent;
    return gate->disk_is_low;
}

void gate_note_fault(struct gate *gate)
{
    if (db_fault(gate->db) == DB_FINE)
        return;
    gate->stats.faults++;
    snprintf(gate->trouble, sizeof gate->trouble, "%s", db_fault_text(gate->db));
}

/* A connection that cannot even roll back is closed: that ends its transaction. */
void gate_roll_back(struct gate *gate)
{
    const char *error;
    if (!db_in_transaction(gate->db))
        return;
    db_clear_fault(gate->db);
    db_run(gate->db, "ROLLBACK");
    if (db_in_transaction(gate->db))
        database_reopen(gate, &error);
}

void gate_min_free(struct gate *gate, int64_t bytes, int percent)
{
    gate->free_bytes = bytes;
    gate->free_percent = percent;
    gate->disk_checked_at = 0;
}

/* Also prepares ROLLBACK, so that it needs no memory when memory is what is missing. */
static bool write_try(struct gate *gate, const char **error)
{
    db_run(gate->db, "BEGIN IMMEDIATE");
    gate_roll_back(gate);
    return db_fault(gate->db) == DB_FINE ||
           db_explain(error, "%s cannot be written: %s", gate->path, db_fault_text(gate->db));
}

/* Behind the lock, because a file that comes from elsewhere may first have to be switched to WAL
 * mode. */
static bool database_open(struct gate *gate, const char **error)
{
    if (!lock_take(gate))
        return db_explain(error, "%s", gate->trouble);
    gate->db = db_open(gate->path, DB_WRITE, error);
    bool writable = gate->db && write_try(gate, error);
    gate_release(gate);
    return writable;
}

static bool gate_start(struct gate *gate, const char **error)
{
    if (access(gate->path, F_OK) != 0)
        return db_explain(error, "%s: %s; `weir init` creates a database", gate->path,
                          strerror(errno));
    char *lock_path = beside(gate->path, "gate");
    bool opened = gate_lock_open(&gate->lock, lock_path) ||
                  db_explain(error, "the gate %s cannot be opened: %s", lock_path, strerror(errno));
    free(lock_path);
    return opened && database_open(gate, error);
}

struct gate *gate_open(const char *path, int64_t version, const char **error)
{
    struct gate *gate = calloc(1, sizeof *gate);
    if (!gate)
        log_abort("out of memory: gate");
    *gate = (struct gate){
        .path = text_kept(strdup(path)),
        .folder = beside(path, "."),
        .lock.fd = -1,
        .version = version,
        .patience_ms = PATIENCE_MS,
        .free_bytes = FREE_BYTES,
        .free_percent = FREE_PERCENT,
        .changed = true,
    };
    if (gate_start(gate, error))
        return gate;
    gate_close(gate);
    return NULL;
}

void gate_close(struct gate *gate)
{
    if (!gate)
        return;
    if (gate->in_doubt && gate_take(gate)) {
        group_bury(gate); /* nobody else may have written since */
        gate_release(gate);
    }
    db_close(gate->db);
    gate_lock_close(&gate->lock);
    free(gate->folder);
    free(gate->path);
    free(gate);
}

struct db *gate_db(struct gate *gate)
{
    return gate->db;
}

void gate_follow(struct gate *gate, const struct gate_follower *follower)
{
    gate->follower = *follower;
}

int64_t gate_patience(struct gate *gate, int64_t ms)
{
    int64_t former = gate->patience_ms;
    gate->patience_ms = ms;
    return former;
}

const char *gate_trouble(const struct gate *gate)
{
    return gate->trouble;
}

struct gate_stats gate_stats(const struct gate *gate)
{
    return gate->stats;
}
