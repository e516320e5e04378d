/* What follows from an event, in the same transaction. */
#ifndef WEIR_REACT_H
#define WEIR_REACT_H

#include "event.h"

/* The event is stored; its visitor and its contact are folded on: by one step when it is their
 * newest event, anew from the events it may change when it is older.  Every order of arrival ends
 * in the same state. */
void react(struct account *account, const struct event *event);

#endif
