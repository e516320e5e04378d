/* Visitors, their days and their sessions.  A session is a fold over one visitor's events in (at,
 * uuid) order: it ends after more than 30 minutes of silence, not at midnight and not on a change
 * of campaign (GA4). */
#ifndef WEIR_SESSION_H
#define WEIR_SESSION_H

#include "event.h"
#include "state.h"

enum { SESSION_GAP_MS = 1800 * 1000 };

struct session {
    int64_t start_at, end_at; /* start_at 0: no session */
    struct uuid last_event_uuid;
    int64_t contact_id, funnel_id, page_id, source_id, last_source_id, agent_id;
    int64_t page_count, event_count;
    bool interactive;
    int unclaimed;              /* its touchpoints that are nobody's yet; -1: not known */
    struct uuid unclaimed_uuid; /* the newest of them */
    bool is_new;      /* not in its table yet */
    bool refers_anew; /* contact, funnel, page, source or agent is to be written, too */
};

/* A visitor in hand: its newest session, and the day and funnel it was last counted for. */
struct visitor {
    struct held held; /* key.a = id */
    struct session open;
    bool source_changed; /* by the newest event: it brought a source, or another one */
    int32_t counted_day;
    int64_t counted_funnel_id;
};

struct visitor *visitor_get(struct account *account, int64_t id);
void visitor_made(struct account *account, int64_t id); /* just now: there is nothing to read */

/* Browsers tell the time; what they tell over a day late is an event that forms no session. */
bool event_forms_session(const struct event *event);

void visitor_day_apply(struct account *account, struct visitor *visitor, const struct event *event);
void session_apply(struct account *account, struct visitor *visitor, const struct event *event);

bool visitor_is_newest(struct account *account, const struct event *event);
/* Takes back the sessions (and their touchpoints) that this older event may change; the events to
 * apply anew, in order, this one among them; *count of them. */
struct event *visitor_rewind(struct account *account, const struct event *event,
                             struct arena *arena, size_t *count);
/* After they were applied: the newest session is the open one again. */
void visitor_resume(struct account *account, int64_t visitor_id);

#endif
