/* The one way to write.  SQLite has one writer; the gate makes that a feature: a blocking advisory
 * lock on a file of its own, in front of BEGIN IMMEDIATE, waited for at most 3 s; whoever brings
 * items brings so few that it is held for some 50 ms at most.  Whoever holds it checks that the
 * path is still the open database, that the schema version is its own, and checkpoints a WAL over
 * 16 MiB; nothing writes or checkpoints outside, which also closes the WAL-reset race of SQLite
 * before 3.51.3.  Many items commit together: each as if inside its SAVEPOINT, one COMMIT for
 * all. */
#ifndef WEIR_GATE_H
#define WEIR_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "db.h"
#include "outcome.h"

struct gate;

/* Opens <path> for writing behind <dir of path>/gate.  version: the user_version that this program
 * writes; 0 = any (migrate, restore).  NULL: *error says why. */
struct gate *gate_open(const char *path, int64_t version, const char **error);
void gate_close(struct gate *gate);
struct db *gate_db(struct gate *gate); /* the same object for the gate's whole life */
/* How long to wait for the lock; answers the former wait. */
int64_t gate_patience(struct gate *gate, int64_t ms);
/* A disk with less free than `bytes` or `percent` refuses groups before they start; 200 MiB
 * and 5 % when not set. */
void gate_min_free(struct gate *gate, int64_t bytes, int percent);

/* What lives beside the database and must follow its fate: state folded in memory.  All may be
 * NULL. */
struct gate_follower {
    void *context;
    /* Transaction open.  changed: others wrote, the file is another, or this is the first group
     * after the gate was opened, a group was dropped or gate_alone() ran. */
    void (*begin)(void *context, bool changed);
    void (*item)(void *context);  /* an item begins: remember */
    void (*undo)(void *context);  /* the item is rolled back: forget what it did */
    void (*flush)(void *context); /* before COMMIT: write what is pending (may fault) */
    void (*drop)(void *context);  /* the transaction is gone, and may begin again: forget all */
};
void gate_follow(struct gate *gate, const struct gate_follower *follower);

struct gate_item {
    /* Called once, or twice when its group runs again: what the first call left in the context must
     * not show.  It changes rows; a change of the schema or of a pragma is a group of its own. */
    enum outcome (*run)(struct db *db, void *context);
    void *context;
    /* Valid after gate_commit(): OK and CREATED are stored durably, nothing else is.  That has one
     * limit: when the sync of COMMIT fails and the disk then refuses every further write, the log
     * holds a whole group that was answered UNAVAILABLE, and the next start may find it stored. */
    enum outcome got;
};

/* Runs the items in order in one transaction.  An outcome other than OK and CREATED rolls back its
 * own item.  After a fault: if SQLite has rolled everything back, no further statement runs and all
 * items are UNAVAILABLE; else the item alone is rolled back and is UNAVAILABLE.  A failing COMMIT,
 * a gate not reached in 3 s, a changed schema version: all UNAVAILABLE.  False when all are. */
bool gate_commit(struct gate *gate, struct gate_item *items, size_t count);
/* What refused the last group or an item of it; "" if nothing did. */
const char *gate_trouble(const struct gate *gate);

/* One statement or a few outside groups (vacuum): run(db) with the lock held, no transaction around
 * it; what run leaves open is rolled back.  The schema version is not asked.  False also after a
 * fault; gate_trouble() says which. */
bool gate_alone(struct gate *gate, bool (*run)(struct db *db, void *context), void *context);

/* The routine form, under the gate: PASSIVE behind our own write lock. */
bool gate_checkpoint(struct gate *gate);
/* Daily, after erasure, WAL over 64 MiB; waits 100 ms for readers. */
bool gate_truncate(struct gate *gate);
/* By the backup API, under the gate; refuses what is not a healthy Weir database or is newer. */
bool gate_restore(struct gate *gate, const char *from_path, const char **error);

struct gate_stats { /* since gate_open(): groups that were tried, items that were stored */
    int64_t groups, items, faults, checkpoints, longest_wait_ms, longest_hold_ms;
};
struct gate_stats gate_stats(const struct gate *gate);

#endif
