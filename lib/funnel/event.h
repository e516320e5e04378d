/* The one fact log and its front door.  Every door (form, API, import) ends in event_happened(): it
 * stores an event once, by its uuid, and runs the reactions in the same transaction. */
#ifndef WEIR_EVENT_H
#define WEIR_EVENT_H

#include <stdint.h>

#include "account.h"
#include "json.h"
#include "outcome.h"

enum origin { ORIGIN_WEB, ORIGIN_API, ORIGIN_HOOK, ORIGIN_IMPORT, ORIGIN_SYSTEM };
const char *origin_name(enum origin origin);
enum origin origin_of(const char *name); /* one of the five; ORIGIN_WEB for NULL */
bool origin_find(const char *name, enum origin *origin);

/* The personal part of an event, as sent; NULL where nothing was. */
struct personal {
    const char *email, *first_name, *last_name, *phone;
    const char *ip;            /* of a registration: kept sealed for 30 days */
    const struct json *custom; /* object: the form's own fields; they become the contact's */
    const struct json *props;  /* object: whatever else the sender tells of this event */
};

struct kind; /* kinds.h */

/* An event as the fold sees it.  References are row ids, 0 = none. */
struct event {
    int64_t seq;
    struct uuid uuid;
    int64_t at, received_at;
    const char *kind;
    const struct kind *means; /* NULL: the sender's own.  event_happened() fills it in */
    enum origin origin;
    int64_t visitor_id, contact_id, workspace_id, funnel_id, page_id, video_id, offer_id;
    int64_t source_id, agent_id;
    const char *page_kind; /* of page_id; NULL without page */
    bool has_watch_pct, has_watch_secs, has_value;
    int64_t watch_pct; /* 0..100 */
    int64_t watch_secs;
    int64_t value_minor;
    const char *currency, *external_id;
    const char *bot_class; /* NULL: nothing speaks against a person */
    const struct personal *personal;
};

/* Inside an item of the account's gate.  OK: stored before, nothing changed; CREATED: stored now;
 * CONFLICT: the uuid is taken by another event (other kind, time or person). */
enum outcome event_happened(struct account *account, struct event *event, struct arena *arena);

/* The canonical form (docs/events.md): one JSON object -> one event, names resolved to rows. */
struct event_reading {
    bool create_names;  /* funnels, pages, videos, offers named for the first time are created */
    enum origin origin; /* when the object does not say */
    int64_t now;        /* received_at when the object does not say */
};
/* Inside an item.  INVALID or NOT_FOUND: *error names the field and the remedy. */
enum outcome event_from_json(struct account *account, const struct json *object, const char *line,
                             size_t len, const struct event_reading *reading, struct arena *arena,
                             struct event *event, const char **error);

#endif
