/* The persons in hand.  A group of events touches the same visitors, contacts and leads again and
 * again: each is read once, folded in memory and written once, just before COMMIT.  State follows
 * the gate: an item that is rolled back takes its changes with it, a lost transaction takes
 * everything, and what another process may have changed is read anew. */
#ifndef WEIR_STATE_H
#define WEIR_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account.h"

struct held;

/* A group that begins with more rows or names in hand, or with more memory, begins anew. */
enum { STATE_MOST = 1 << 16, STATE_BYTES = 32 << 20 };

/* A type of row that can be held.  load(): false when there is no such row.  save(): writes what
 * fold changed. */
struct held_type {
    size_t size; /* of the struct, whose first member is a struct held */
    bool (*load)(struct account *account, struct held *row);
    void (*save)(struct account *account, struct held *row);
};

struct held_key {
    const struct held_type *type;
    int64_t a, b;
};

struct held {
    struct held_key key;
    bool dirty;
    uint64_t remembered; /* the item that has its earlier content for undo */
    struct held *next;   /* in its bucket */
};

struct state *state_new(struct account *account); /* follows account->gate */
void state_free(struct state *state);

/* The row of that key, read when it is not in hand; NULL when there is none. */
void *state_get(struct state *state, const struct held_type *type, int64_t a, int64_t b);
/* A row that was just inserted: zeroed but for its key. */
void *state_add(struct state *state, const struct held_type *type, int64_t a, int64_t b);
/* To be called before a row is changed: remembers it for undo, and that it must be written. */
void state_change(struct state *state, void *row);
/* Writes everything pending: before a question that must see it. */
void state_flush(struct state *state);

/* Names to row ids (slugs, visitor keys, sources), so that a million events do not ask a million
 * times. `kind` parts the name spaces.  0: not known.  `note` is the caller's own. */
int64_t state_name(struct state *state, char kind, const void *name, size_t len, int *note);
void state_name_add(struct state *state, char kind, const void *name, size_t len, int64_t id,
                    int note);

#endif
