/* Touchpoints as a fold.  Within a session a source counts when it is new or differs from the one
 * before; a campaign in the middle of a session is a touchpoint and no new session (GA4).  A
 * registration claims the touchpoints of its session that belong to nobody yet: they led to it. */
#include "touchpoint.h"

#include "kinds.h"

static void touchpoint_insert(struct account *account, int64_t contact_id,
                              const struct event *event)
{
    db_run(gate_db(account->gate),
           "INSERT INTO touchpoint (event_uuid, at, kind, visitor_id, contact_id, funnel_id,"
           " source_id)"
           " VALUES (:event_uuid, :at, :kind, :visitor_id, :contact_id, :funnel_id, :source_id)",
           BINDAS(event_uuid, &event->uuid), BINDM(event, at), BINDM(event, kind),
           BINDREF(visitor_id, event->visitor_id), BINDREF(contact_id, contact_id),
           BINDREF(funnel_id, event->funnel_id), BINDREF(source_id, event->source_id));
}

static void touchpoint_claim_one(struct account *account, const struct uuid *event_uuid,
                                 int64_t contact_id)
{
    db_run(gate_db(account->gate),
           "UPDATE touchpoint SET contact_id = :contact_id WHERE event_uuid = :event_uuid",
           BIND(contact_id), BIND(event_uuid));
}

static void touchpoint_claim_all(struct account *account, const struct session *session,
                                 const struct event *registration)
{
    db_run(gate_db(account->gate),
           "UPDATE touchpoint SET contact_id = :contact_id WHERE visitor_id = :visitor_id"
           " AND at BETWEEN :start_at AND :end_at AND contact_id IS NULL",
           BINDM(registration, contact_id), BINDM(registration, visitor_id),
           BINDM(session, start_at), BINDM(session, end_at));
}

/* Mostly there is one, and it is known: the visit that led to the registration. */
static void touchpoint_claim(struct account *account, struct session *session,
                             const struct event *registration)
{
    if (session->unclaimed == 1)
        touchpoint_claim_one(account, &session->unclaimed_uuid, registration->contact_id);
    else if (session->unclaimed != 0)
        touchpoint_claim_all(account, session, registration);
    session->unclaimed = 0;
}

static void touchpoint_note(struct session *session, const struct event *event)
{
    if (event->contact_id || session->unclaimed < 0)
        return;
    session->unclaimed++;
    session->unclaimed_uuid = event->uuid;
}

void touchpoint_of_visit(struct account *account, struct visitor *visitor,
                         const struct event *event)
{
    struct session *open = &visitor->open;
    if (visitor->source_changed || event_sort(event) == SORT_INBOUND) {
        touchpoint_insert(account, event->contact_id, event);
        touchpoint_note(open, event);
    }
    if (event->contact_id && event_marks(event, MARK_REGISTERED))
        touchpoint_claim(account, open, event);
}

void touchpoint_of_act(struct account *account, struct contact *contact, const struct event *event)
{
    if (!event->visitor_id && (event->source_id || event_sort(event) == SORT_INBOUND))
        touchpoint_insert(account, contact->held.key.a, event);
}

void touchpoint_reset(struct account *account, struct contact *contact)
{
    db_run(gate_db(account->gate),
           "DELETE FROM touchpoint WHERE contact_id = :id AND visitor_id IS NULL",
           BINDAS(id, contact->held.key.a));
}
