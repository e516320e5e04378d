/* Event kinds: what a name means.  Adding a kind is adding a row in kinds.c; a name without a row
 * is the sender's own: it is stored and listed, and moves nothing. */
#ifndef WEIR_KINDS_H
#define WEIR_KINDS_H

#include <stdbool.h>

#include "event.h"

enum funnel_stage {
    STAGE_NONE,
    STAGE_LEAD,
    STAGE_ENGAGED,
    STAGE_WATCHING,
    STAGE_OFFER_VIEWED,
    STAGE_CONVERTED
};
const char *funnel_stage_name(enum funnel_stage stage); /* NULL for STAGE_NONE */
enum funnel_stage funnel_stage_of(const char *name);

/* What an event dates in a lead, when it is the first of its kind. */
enum mark { MARK_NOTHING, MARK_REGISTERED, MARK_CONFIRMED, MARK_REPLAYED };

/* What somebody did; a name of the sender's own counts as an act. */
enum sort {
    SORT_REPORT,  /* it befell them: a mail sent, a delivery report */
    SORT_VIEW,    /* they looked at a page: a session of one such thing is a bounce */
    SORT_ACT,     /* they did something */
    SORT_PLAY,    /* they watched, however little */
    SORT_INBOUND, /* they came to us, a touchpoint of itself: a reply, a click in a mail */
};

struct kind {
    const char *name;
    enum sort sort;
    enum funnel_stage raises; /* the lead is at least here afterwards */
    enum mark marks;
};

const struct kind *kind_find(const char *name); /* NULL: the sender's own */

/* What a lead's stage must at least be after this event: the kind's own, the kind of page that was
 * viewed, the percentage that was watched. */
enum funnel_stage event_stage(const struct event *event);
enum sort event_sort(const struct event *event);
bool event_marks(const struct event *event, enum mark mark);
/* Whether it is a sign of life: done by a person, by all we know. */
bool event_is_human(const struct event *event);
/* The percentage of the video that this event proves watched; 0 when none. */
int event_watch_pct(const struct event *event);
/* The kind of page that was viewed; "" when none. */
const char *event_viewed(const struct event *event);

/* Replaces an accepted name by the canonical kind (domain words: docs/events.md).  page_kind: the
 * page's kind or NULL; an alias may imply one.  False: not a name at all ([a-z0-9_.-], 1 to 64). */
bool kind_resolve(const char **name, const char **page_kind, bool has_offer);

#endif
