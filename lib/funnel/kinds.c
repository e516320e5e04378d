/* The table of event kinds, and the other names under which they are accepted.  One of the six
 * tables that are the architecture: what a new kind does to a lead is a row here, not code
 * elsewhere. */
#include "kinds.h"

#include <string.h>

/* clang-format off */
static const struct kind kinds[] = {
    /* name                     sort          raises              marks */
    { "registration",           SORT_ACT,     STAGE_LEAD,         MARK_REGISTERED },
    { "registration_confirmed", SORT_ACT,     STAGE_LEAD,         MARK_CONFIRMED },
    { "page_viewed",            SORT_VIEW,    STAGE_NONE,         MARK_NOTHING },
    { "page_shared",            SORT_ACT,     STAGE_NONE,         MARK_NOTHING },
    { "video_started",          SORT_PLAY,    STAGE_ENGAGED,      MARK_NOTHING },
    { "video_progress",         SORT_PLAY,    STAGE_ENGAGED,      MARK_NOTHING },
    { "video_completed",        SORT_PLAY,    STAGE_ENGAGED,      MARK_NOTHING },
    { "video_replayed",         SORT_PLAY,    STAGE_ENGAGED,      MARK_REPLAYED },
    { "offer_clicked",          SORT_ACT,     STAGE_OFFER_VIEWED, MARK_NOTHING },
    { "purchase_initiated",     SORT_ACT,     STAGE_OFFER_VIEWED, MARK_NOTHING },
    { "purchase_completed",     SORT_ACT,     STAGE_CONVERTED,    MARK_NOTHING },
    { "call_booked",            SORT_INBOUND, STAGE_CONVERTED,    MARK_NOTHING },
    { "call_cancelled",         SORT_ACT,     STAGE_NONE,         MARK_NOTHING },
    { "form_submitted",         SORT_INBOUND, STAGE_NONE,         MARK_NOTHING },
    { "link_clicked",           SORT_ACT,     STAGE_NONE,         MARK_NOTHING },
    { "content_downloaded",     SORT_INBOUND, STAGE_NONE,         MARK_NOTHING },
    { "social_interaction",     SORT_INBOUND, STAGE_NONE,         MARK_NOTHING },
    { "ad_clicked",             SORT_INBOUND, STAGE_NONE,         MARK_NOTHING },
    { "email_sent",             SORT_REPORT,  STAGE_NONE,         MARK_NOTHING },
    { "email_delivered",        SORT_REPORT,  STAGE_NONE,         MARK_NOTHING },
    { "email_bounced",          SORT_REPORT,  STAGE_NONE,         MARK_NOTHING },
    { "email_opened",           SORT_REPORT,  STAGE_NONE,         MARK_NOTHING },
    { "email_clicked",          SORT_INBOUND, STAGE_NONE,         MARK_NOTHING },
    { "email_replied",          SORT_INBOUND, STAGE_NONE,         MARK_NOTHING },
    { "sms_sent",               SORT_REPORT,  STAGE_NONE,         MARK_NOTHING },
    { "sms_delivered",          SORT_REPORT,  STAGE_NONE,         MARK_NOTHING },
    { "sms_failed",             SORT_REPORT,  STAGE_NONE,         MARK_NOTHING },
    { "sms_replied",            SORT_INBOUND, STAGE_NONE,         MARK_NOTHING },
    { "call_made",              SORT_REPORT,  STAGE_NONE,         MARK_NOTHING },
    { "call_completed",         SORT_INBOUND, STAGE_NONE,         MARK_NOTHING },
    { "call_failed",            SORT_REPORT,  STAGE_NONE,         MARK_NOTHING },
    { "lead_rejected",          SORT_REPORT,  STAGE_NONE,         MARK_NOTHING },
    { 0 },
};

/* Accepted at the door, stored as the canonical kind.  A condition narrows an alias to a page of
 * that kind or to events that name an offer; `implies` is the kind of page that the name itself
 * tells. */
static const struct alias {
    const char *name, *kind, *on_page, *implies;
    bool with_offer;
} aliases[] = {
    /* name                      kind                  on_page         implies         with_offer */
    { "registration_page_viewed", "page_viewed",        NULL,           "registration", false },
    { "watch_page_viewed",        "page_viewed",        NULL,           "watch",        false },
    { "enrollment_viewed",        "page_viewed",        NULL,           "offer",        false },
    { "page_view",                "page_viewed",        NULL,           NULL,           false },
    { "event_view",               "page_viewed",        NULL,           NULL,           false },
    { "form_submitted",           "registration",       "registration", NULL,           false },
    { "link_clicked",             "offer_clicked",      NULL,           NULL,           true },
    { "ticket_cta",               "offer_clicked",      NULL,           NULL,           false },
    { "checkout_started",         "purchase_initiated", NULL,           NULL,           false },
    { "purchase_made",            "purchase_completed", NULL,           NULL,           false },
    { "purchase",                 "purchase_completed", NULL,           NULL,           false },
    { "sale",                     "purchase_completed", NULL,           NULL,           false },
    { "meeting_scheduled",        "call_booked",        NULL,           NULL,           false },
    { "appointment",              "call_booked",        NULL,           NULL,           false },
    { "reply_received",           "email_replied",      NULL,           NULL,           false },
    { 0 },
};
/* clang-format on */

static const char *const stage_names[] = {
    [STAGE_LEAD] = "lead",
    [STAGE_ENGAGED] = "engaged",
    [STAGE_WATCHING] = "watching",
    [STAGE_OFFER_VIEWED] = "offer_viewed",
    [STAGE_CONVERTED] = "converted",
};

const char *funnel_stage_name(enum funnel_stage stage)
{
    return stage_names[stage];
}

enum funnel_stage funnel_stage_of(const char *name)
{
    for (int stage = STAGE_CONVERTED; name && stage > STAGE_NONE; stage--)
        if (strcmp(stage_names[stage], name) == 0)
            return (enum funnel_stage)stage;
    return STAGE_NONE;
}

static bool same(const char *a, const char *b)
{
    return *a == *b && strcmp(a, b) == 0;
}

const struct kind *kind_find(const char *name)
{
    for (const struct kind *kind = kinds; kind->name; kind++)
        if (same(kind->name, name))
            return kind;
    return NULL;
}

enum sort event_sort(const struct event *event)
{
    return event->means ? event->means->sort : SORT_ACT;
}

bool event_marks(const struct event *event, enum mark mark)
{
    return event->means && event->means->marks == mark;
}

bool event_is_human(const struct event *event)
{
    return !event->bot_class && event_sort(event) != SORT_REPORT;
}

int event_watch_pct(const struct event *event)
{
    if (event_sort(event) != SORT_PLAY)
        return 0;
    int least = strcmp(event->kind, "video_completed") == 0 && !event->has_watch_pct ? 100 : 1;
    return event->has_watch_pct && event->watch_pct > least ? (int)event->watch_pct : least;
}

const char *event_viewed(const struct event *event)
{
    return event_sort(event) == SORT_VIEW && event->page_kind ? event->page_kind : "";
}

enum funnel_stage event_stage(const struct event *event)
{
    if (event_watch_pct(event) >= 25)
        return STAGE_WATCHING;
    if (strcmp(event_viewed(event), "offer") == 0)
        return STAGE_OFFER_VIEWED;
    return event->means ? event->means->raises : STAGE_NONE;
}

static bool is_name(const char *s)
{
    size_t len = 0;
    while ((s[len] >= 'a' && s[len] <= 'z') || (s[len] >= '0' && s[len] <= '9') ||
           (s[len] && strchr("_.-", s[len])))
        len++;
    return s[len] == '\0' && len >= 1 && len <= 64;
}

bool kind_resolve(const char **name, const char **page_kind, bool has_offer)
{
    for (const struct alias *alias = aliases; alias->name; alias++) {
        if (!same(alias->name, *name))
            continue;
        if (alias->on_page && (!*page_kind || strcmp(alias->on_page, *page_kind) != 0))
            continue;
        if (alias->with_offer && !has_offer)
            continue;
        *name = alias->kind;
        if (alias->implies)
            *page_kind = alias->implies;
        return true;
    }
    return is_name(*name);
}
