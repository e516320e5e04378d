/* Schema versions.  Steps are embedded SQL files, numbered from 1; user_version counts those
 * done and table schema_step keeps each one's SHA-256, so that an edited step is found.  Each step
 * is one gated transaction; before the first one a backup is written beside the database.  Forward
 * only; a schema newer than the program is refused.  Never run by a request: `weir migrate` and the
 * worker's start only. */
#ifndef WEIR_MIGRATE_H
#define WEIR_MIGRATE_H

#include <stdbool.h>

#include "gate.h"

struct migration {
    const char *name; /* "0001_ground" */
    const char *sql;
};

/* Generated from schema/migrations; ended by name NULL. */
extern const struct migration migrations[];
int migration_count(const struct migration *steps);

/* Brings the database behind the gate (opened for any version) to the newest step.  False: *error
 * says which step and why; what was done before it stays.  backup_dir NULL: no backup (a new, empty
 * file); else before-0002-<UTC>.db is written there before the first step on a file in use. */
bool migrate(struct gate *gate, const struct migration *steps, const char *backup_dir,
             struct arena *arena, const char **error);

#endif
