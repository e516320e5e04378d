/* What the gate*.c files share. */
#ifndef WEIR_GATE_PRIVATE_H
#define WEIR_GATE_PRIVATE_H

#include "db_gate.h"
#include "gate.h"
#include "gate_lock.h"

struct gate {
    char *path, *folder;
    struct gate_lock lock;
    struct db *db;
    int64_t version, patience_ms, taken_at;
    struct gate_follower follower;
    struct gate_stats stats;

    int64_t free_bytes, disk_checked_at;
    int free_percent;
    bool disk_is_low;

    int64_t data_version;      /* as the last group saw it */
    bool changed;              /* tell the follower so, whatever data_version says */
    bool begun;                /* the follower has seen the transaction of this group */
    int64_t spills, rollbacks; /* of the connection, when the group began */
    int careful;               /* so many large groups to come run with savepoints at once */
    bool in_doubt;             /* a COMMIT failed whose frames may lie whole in the log */
    int64_t wal_copied_at;     /* length of the log at its last checkpoint */

    char trouble[640], logged[640];
};

bool gate_refuse(struct gate *gate, const char *format, ...)
    __attribute__((format(printf, 2, 3))); /* false */
bool gate_take(struct gate *gate);         /* the lock, and the right file behind it */
void gate_release(struct gate *gate);
bool gate_disk_is_low(struct gate *gate);
void gate_note_fault(struct gate *gate);
void gate_roll_back(struct gate *gate);
void gate_checkpoint_if_due(struct gate *gate);

void group_bury(struct gate *gate);

#endif
