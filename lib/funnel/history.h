/* A person's own events, read back for a fold: by (at, uuid), the order in which they count. */
#ifndef WEIR_HISTORY_H
#define WEIR_HISTORY_H

#include "event.h"

/* Whether the event comes after the position (at, uuid), or is the very one that set it. */
bool event_follows(const struct event *event, int64_t at, struct uuid uuid);

/* The visitor's events within [from_at, to_at] that form sessions. */
struct event *history_of_visitor(struct account *account, int64_t visitor_id, int64_t from_at,
                                 int64_t to_at, struct arena *arena, size_t *count);
/* All events of a contact, personal parts opened. */
struct event *history_of_contact(struct account *account, int64_t contact_id, struct arena *arena,
                                 size_t *count);

#endif
