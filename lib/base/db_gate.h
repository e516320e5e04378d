/* What the gate and those behind it (migrations, restore) need of a connection; nobody else
 * includes this file. */
#ifndef WEIR_DB_GATE_H
#define WEIR_DB_GATE_H

#include "db.h"

/* The two forms of checkpoint of R-2: PASSIVE while a second connection holds the write lock, and
 * TRUNCATE, after which nothing erased is left in the log.  A failure is logged and is not a fault:
 * the log stays whole. */
bool db_checkpoint(struct db *db);
bool db_truncate_wal(struct db *db, int64_t patience_ms);
int64_t db_wal_bytes(const struct db *db); /* frames in use after our last commit, in bytes */

/* While held, whatever would commit rolls back and faults. */
void db_hold_commit(struct db *db, bool held);
int64_t db_rollbacks(const struct db *db); /* transactions that this connection has rolled back */
/* Rows that all its statements have changed so far.  A change of the schema or of a pragma counts
 * none. */
int64_t db_changed_rows(const struct db *db);
/* In a transaction: a write that changes nothing, so that COMMIT writes to the log. */
void db_touch(struct db *db);

/* A writer keeps changed pages in memory until COMMIT.  For changes larger than memory (a
 * migration, a restore) they may spill into the log, but after a spill ROLLBACK TO must not be
 * followed by COMMIT: see db_wal.c. */
void db_allow_spill(struct db *db, bool allowed);
int64_t db_spills(const struct db *db); /* pages spilled since the file was opened */

#endif
