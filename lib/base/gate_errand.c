/* Behind the gate but outside groups: what needs the lock without a transaction around it. */
#include "gate_private.h"

#include <stddef.h>

enum {
    READER_PATIENCE_MS = 100,
    WAL_ENOUGH = 16 << 20, /* over this the log is copied back */
    WAL_STEP = 4 << 20, /* and again after so much more, when a reader kept it from starting anew */
};

static bool alone(struct gate *gate, bool (*run)(struct db *db, void *context), void *context)
{
    gate->trouble[0] = '\0';
    if (!gate_take(gate))
        return false;
    bool done = run(gate->db, context);
    db_close_rows(gate->db);
    done = done && db_fault(gate->db) == DB_FINE;
    gate_note_fault(gate);
    gate_roll_back(gate);
    db_clear_fault(gate->db);
    gate_release(gate);
    return done;
}

bool gate_alone(struct gate *gate, bool (*run)(struct db *db, void *context), void *context)
{
    gate->changed = true;
    db_allow_spill(gate->db, true);
    bool done = alone(gate, run, context);
    db_allow_spill(gate->db, false);
    return done;
}

static bool run_checkpoint(struct db *db, void *context)
{
    (void)context;
    return db_checkpoint(db);
}

static bool run_truncate(struct db *db, void *context)
{
    (void)context;
    return db_truncate_wal(db, READER_PATIENCE_MS);
}

bool gate_checkpoint(struct gate *gate)
{
    bool done = alone(gate, run_checkpoint, NULL);
    gate->stats.checkpoints += done;
    return done;
}

bool gate_truncate(struct gate *gate)
{
    bool done = alone(gate, run_truncate, NULL);
    gate->stats.checkpoints += done;
    return done;
}

void gate_checkpoint_if_due(struct gate *gate)
{
    int64_t wal = db_wal_bytes(gate->db);
    if (wal < gate->wal_copied_at)
        gate->wal_copied_at = 0;
    if (wal <= WAL_ENOUGH || (gate->wal_copied_at && wal - gate->wal_copied_at < WAL_STEP))
        return;
    gate->stats.checkpoints += db_checkpoint(gate->db);
    gate->wal_copied_at = wal;
}

struct restore {
    const char *from;
    const char **error;
};

static bool run_restore(struct db *db, void *context)
{
    struct restore *restore = context;
    if (!db_restore(db, restore->from, restore->error))
        return false;
    db_truncate_wal(db, READER_PATIENCE_MS); /* the former content is in the log still */
    return true;
}

static bool version_is_known(const struct gate *gate, const char *from, const char **error)
{
    struct db *source = gate->version ? db_open(from, DB_READ, error) : NULL;
    if (!source)
        return gate->version == 0;
    int64_t version = db_user_version(source);
    db_close(source);
    if (version > gate->version)
        return db_explain(error,
                          "%s has schema version %lld, this program knows %lld:"
                          " install the newer Weir first",
                          from, (long long)version, (long long)gate->version);
    return true;
}

bool gate_restore(struct gate *gate, const char *from_path, const char **error)
{
    if (!version_is_known(gate, from_path, error))
        return false;
    *error = NULL;
    if (gate_alone(gate, run_restore, &(struct restore){ from_path, error }))
        return true;
    return *error ? false
                  : db_explain(error, "%s was not restored: %s", from_path, gate_trouble(gate));
}
