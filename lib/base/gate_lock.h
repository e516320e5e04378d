/* The lock of the write gate: a file of its own, because closing any descriptor of the database
 * file would drop SQLite's locks.  Waiting is blocking and fair, and ends after a patience in
 * milliseconds. */
#ifndef WEIR_GATE_LOCK_H
#define WEIR_GATE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct gate_lock {
    char *path;
    int fd;
};

bool gate_lock_open(struct gate_lock *lock, const char *path); /* false: errno says why */
void gate_lock_close(struct gate_lock *lock);
/* False: errno says why; EINTR: patience is over. */
bool gate_lock_take(struct gate_lock *lock, int64_t patience_ms);
void gate_lock_drop(struct gate_lock *lock);

#endif
