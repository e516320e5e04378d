/* The reactions: one of the six tables that are the architecture.  A reaction is a step of a fold:
 * it takes a person in hand and one event, and never records another event (one event, one pass, no
 * cascades).  Order matters, and shows: a session exists before its touchpoint, a contact before
 * the lead.  What a fold anew reads lives no longer than that fold: a group may hold thousands. */
#include "react.h"

#include "contact.h"
#include "history.h"
#include "lead.h"
#include "session.h"
#include "touchpoint.h"

struct reaction {
    const char *name;
    void (*of_visitor)(struct account *, struct visitor *, const struct event *);
    void (*of_contact)(struct account *, struct contact *, const struct event *);
};

static const struct reaction reactions[] = {
    /* name         of the visitor       of the contact */
    { "visitor_day", visitor_day_apply, NULL },
    { "session", session_apply, NULL },
    { "touchpoint", touchpoint_of_visit, touchpoint_of_act },
    { "contact", NULL, contact_apply },
    { "lead", NULL, lead_apply },
    { 0 },
};

static void visitor_step(struct account *account, const struct event *event)
{
    struct visitor *visitor = visitor_get(account, event->visitor_id);
    for (const struct reaction *reaction = reactions; reaction->name; reaction++)
        if (reaction->of_visitor)
            reaction->of_visitor(account, visitor, event);
}

static void visitor_fold_anew(struct account *account, const struct event *event)
{
    size_t count;
    struct arena *arena = arena_new();
    const struct event *history = visitor_rewind(account, event, arena, &count);
    for (size_t i = 0; i < count; i++)
        visitor_step(account, &history[i]);
    visitor_resume(account, event->visitor_id);
    arena_free(arena);
}

static void visitor_fold(struct account *account, const struct event *event)
{
    if (visitor_is_newest(account, event))
        visitor_step(account, event);
    else
        visitor_fold_anew(account, event);
}

static void contact_step(struct account *account, struct contact *contact,
                         const struct event *event)
{
    for (const struct reaction *reaction = reactions; reaction->name; reaction++)
        if (reaction->of_contact)
            reaction->of_contact(account, contact, event);
}

static void contact_fold_anew(struct account *account, struct contact *contact)
{
    size_t count;
    struct arena *arena = arena_new();
    const struct event *history = history_of_contact(account, contact->held.key.a, arena, &count);
    touchpoint_reset(account, contact);
    lead_reset(account, contact);
    contact_reset(account, contact);
    for (size_t i = 0; i < count; i++)
        contact_step(account, contact, &history[i]);
    arena_free(arena);
}

static void contact_fold(struct account *account, const struct event *event)
{
    struct contact *contact = contact_get(account, event->contact_id);
    if (!contact)
        return; /* a fault is on its way: nothing of this leaves */
    if (event_follows(event, contact->last_event_at, contact->last_event_uuid))
        contact_step(account, contact, event);
    else
        contact_fold_anew(account, contact);
}

void react(struct account *account, const struct event *event)
{
    if (event->visitor_id && event_forms_session(event))
        visitor_fold(account, event);
    if (event->contact_id)
        contact_fold(account, event);
}
