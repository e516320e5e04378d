/* The yardstick of `weir event`: a plain C loop that inserts the same event rows.
 *     plain_insert FROM.db TO.db GROUP
 * FROM.db is the database that weir event filled, TO.db a fresh copy of its schema and of every
 * table that events refer to.  The rows are read into memory first; timed is only: one prepared
 * INSERT, positions bound once each, GROUP rows a transaction, synchronous=FULL, the same indexes
 * and settings, WAL checkpointed at 16 MiB. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COLUMNS = 21, WAL_PAGES = 4096 };

static void check(sqlite3 *db, int rc, const char *what)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
        return;
    fprintf(stderr, "plain_insert: %s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

static void run(sqlite3 *db, const char *sql)
{
    check(db, sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
}

static const char select_sql[] = "SELECT uuid, at, received_at, kind, origin, visitor_id, "
                                 "contact_id, workspace_id, funnel_id, page_id, video_id,"
                                 " offer_id, source_id, agent_id, watch_pct, watch_secs, "
                                 "value_minor, currency, external_id, bot_class, detail_sealed"
                                 " FROM event ORDER BY seq";
static const char insert_sql[] = "INSERT INTO event (uuid, at, received_at, kind, origin, "
                                 "visitor_id, contact_id, workspace_id, funnel_id, page_id,"
                                 " video_id, offer_id, source_id, agent_id, watch_pct, watch_secs, "
                                 "value_minor, currency, external_id, bot_class,"
                                 " detail_sealed)"
                                 " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

struct row {
    sqlite3_value *value[COLUMNS];
};

static struct row *rows_read(sqlite3 *db, size_t *count)
{
    sqlite3_stmt *stmt;
    size_t capacity = 1024;
    struct row *rows = malloc(capacity * sizeof *rows);
    check(db, sqlite3_prepare_v2(db, select_sql, -1, &stmt, NULL), "read");
    for (*count = 0; sqlite3_step(stmt) == SQLITE_ROW; ++*count) {
        if (*count == capacity)
            rows = realloc(rows, (capacity *= 2) * sizeof *rows);
        for (int i = 0; i < COLUMNS; i++)
            rows[*count].value[i] = sqlite3_value_dup(sqlite3_column_value(stmt, i));
    }
    sqlite3_finalize(stmt);
    return rows;
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int wal_pages;

static int on_wal(void *context, sqlite3 *db, const char *name, int pages)
{
    (void)context, (void)db, (void)name;
    wal_pages = pages;
    return SQLITE_OK;
}

static void rows_insert(sqlite3 *db, const struct row *rows, size_t count, size_t group)
{
    sqlite3_stmt *stmt, *begin, *commit;
    check(db, sqlite3_prepare_v2(db, insert_sql, -1, &stmt, NULL), "insert");
    check(db, sqlite3_prepare_v2(db, "BEGIN IMMEDIATE", -1, &begin, NULL), "begin");
    check(db, sqlite3_prepare_v2(db, "COMMIT", -1, &commit, NULL), "commit");
    for (size_t done = 0; done < count; done += group) {
        check(db, sqlite3_step(begin), "begin");
        sqlite3_reset(begin);
        for (size_t i = done; i < count && i < done + group; i++) {
            for (int column = 0; column < COLUMNS; column++)
                sqlite3_bind_value(stmt, column + 1, rows[i].value[column]);
            check(db, sqlite3_step(stmt), "insert");
            sqlite3_reset(stmt);
        }
        check(db, sqlite3_step(commit), "commit");
        sqlite3_reset(commit);
        if (wal_pages > WAL_PAGES)
            sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    sqlite3_finalize(stmt), sqlite3_finalize(begin), sqlite3_finalize(commit);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 64;
    sqlite3 *from, *to;
    size_t count;
    check(NULL, sqlite3_open(argv[1], &from), argv[1]);
    struct row *rows = rows_read(from, &count);
    check(NULL, sqlite3_open(argv[2], &to), argv[2]);
    run(to, "PRAGMA journal_mode=WAL");
    run(to, "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA "
            "wal_autocheckpoint=0;"
            " PRAGMA cell_size_check=ON; PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY");
    sqlite3_wal_hook(to, on_wal, NULL);
    int64_t start = now_ns();
    rows_insert(to, rows, count, strtoul(argv[3], NULL, 10));
    double seconds = (double)(now_ns() - start) / 1e9;
    printf("%.0f\n", (double)count / seconds);
    return 0;
}
