/* One human in this account: found by e-mail, folded from the events that name them. */
#ifndef WEIR_CONTACT_H
#define WEIR_CONTACT_H

#include "event.h"
#include "state.h"

struct contact {
    struct held held; /* key.a = id */
    struct uuid uuid;
    int64_t first_seen_at, last_seen_at;
    int64_t last_event_at; /* the fold's position */
    struct uuid last_event_uuid;
    int64_t visit_count;
};

struct contact *contact_get(struct account *account, int64_t id); /* NULL: no such row */

int64_t contact_by_email(struct db *db, struct account *account,
                         const char *email); /* 0: unknown */
/* The contact of that e-mail; made, seen first at this event, when there is none.  0: not an
 * address. */
int64_t contact_of_email(struct account *account, const char *email, const struct event *event,
                         struct arena *arena);
int64_t contact_by_uuid(struct db *db, const struct uuid *uuid);

void contact_apply(struct account *account, struct contact *contact, const struct event *event);
/* Back to before the first event: personal fields emptied, the address in its compared form. */
void contact_reset(struct account *account, struct contact *contact);
void contact_visited(struct account *account, int64_t id, int sessions);

/* Everything known of a contact, opened: for export and `weir contact show`.  NULL: no such
 * contact. */
struct json *contact_json(struct account *account, int64_t id, struct arena *arena);

#endif
