/* A contact's passage through one funnel: how far they came, and when they took each step. */
#ifndef WEIR_LEAD_H
#define WEIR_LEAD_H

#include "contact.h"
#include "kinds.h"

struct lead {
    struct held held; /* key.a = contact id, key.b = funnel id */
    int64_t id;
    bool begins_anew; /* where the lead came from is to be written, too */
    enum funnel_stage stage;
    int64_t watch_pct, watch_secs;
    enum origin origin;
    int64_t source_id, registration_page_id, workspace_id;
    int64_t first_event_at, last_event_at;
    /* 0: not yet */
    int64_t registered_at, confirmed_at, viewed_at, played_at, replayed_at, offer_viewed_at;
};

/* NULL when nothing was watched (no_show is for settling to find). */
const char *watch_band_name(int64_t watch_pct);

void lead_apply(struct account *account, struct contact *contact, const struct event *event);
/* Back to before the first event: of all leads of the contact. */
void lead_reset(struct account *account, struct contact *contact);

#endif
