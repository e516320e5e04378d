/* Events through the front door, one at a time, as a test tells them. */
#ifndef WEIR_TEST_DOOR_H
#define WEIR_TEST_DOOR_H

#include "event.h"

static const int64_t DOOR_NOW = 1772712000000; /* 2026-03-05T12:00:00Z */

/* How an event is read when a test does not say: names are made, origin import, at DOOR_NOW. */
extern const struct event_reading door_usual;

struct visit {
    enum outcome got;
    const char *error; /* NULL, or why it was refused */
    struct event event;
};

/* One line of the canonical form, in a group of its own.  It gets an `at` of DOOR_NOW when it has
 * none, and ' stands for ", to be read more easily. */
struct visit door_send_as(struct account *account, const struct event_reading *how,
                          struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define door_send(account, arena, ...) door_send_as((account), &door_usual, (arena), __VA_ARGS__)

#endif
