/* The two ways into the file that wal_reset.c compares: connections of SQLite, and the gate. */
#ifndef WEIR_WAL_RESET_DOOR_H
#define WEIR_WAL_RESET_DOOR_H

#include "faults.h"
#include "gate.h"

#define INSERT "INSERT INTO leaf (name, body) VALUES (hex(randomblob(8)), hex(randomblob(:bytes)))"

struct door {
    const char *name;
    int patience_ms; /* how long the checkpointer is held for a writer that does not come through */
    void *(*open)(const char *path);
    bool (*commit)(void *store, int bytes);
    bool (*checkpoint)(void *store);
    bool (*truncate)(void *store);
};

static void *plain_open(const char *path)
{
    sqlite3 *db;
    if (sqlite3_open(path, &db) != SQLITE_OK)
        stop("sqlite3_open");
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_busy_timeout(db, 3000);
    sqlite3_exec(db, "PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = FULL", NULL, NULL, NULL);
    return db;
}

static bool plain_commit(void *store, int bytes)
{
    sqlite3_stmt *insert;
    if (sqlite3_prepare_v2(store, INSERT, -1, &insert, NULL) != SQLITE_OK)
        return false;
    sqlite3_bind_int(insert, 1, bytes);
    int rc = sqlite3_step(insert);
    sqlite3_finalize(insert);
    return rc == SQLITE_DONE;
}

static bool plain_checkpoint(void *store)
{
    return sqlite3_wal_checkpoint_v2(store, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) ==
           SQLITE_OK;
}

static bool plain_truncate(void *store)
{
    return sqlite3_wal_checkpoint_v2(store, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) ==
           SQLITE_OK;
}

static void *gated_open(const char *path)
{
    const char *error;
    struct gate *gate = gate_open(path, 0, &error);
    if (!gate) {
        fprintf(stderr, "%s\n", error);
        exit(2);
    }
    gate_min_free(gate, 0, 0); /* not what this is about */
    return gate;
}

static enum outcome gated_insert(struct db *db, void *context)
{
    const int *bytes = context;
    db_run(db, INSERT, BINDAS(bytes, *bytes));
    return CREATED;
}

static bool gated_commit(void *store, int bytes)
{
    struct gate_item item = { .run = gated_insert, .context = &bytes };
    return gate_commit(store, &item, 1) && item.got == CREATED;
}

static bool gated_checkpoint(void *store)
{
    return gate_checkpoint(store);
}

static bool gated_truncate(void *store)
{
    return gate_truncate(store);
}

static const struct door plain = {
    .name = "plain",
    .patience_ms = 10000,
    .open = plain_open,
    .commit = plain_commit,
    .checkpoint = plain_checkpoint,
    .truncate = plain_truncate,
};

static const struct door gated = {
    .name = "gated",
    .patience_ms = 3,
    .open = gated_open,
    .commit = gated_commit,
    .checkpoint = gated_checkpoint,
    .truncate = gated_truncate,
};

#endif
