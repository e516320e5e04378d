/* Visitor-days and sessions as folds.  The newest session of a visitor is held open in memory and
 * written once per group; an event that comes late makes the one or two sessions around it be
 * folded anew. */
#include "session.h"

#include "contact.h"
#include "history.h"
#include "kinds.h"

enum { LATE_WEB_MS = 24 * 3600 * 1000 };

static void session_insert(struct db *db, int64_t visitor_id, const struct session *s)
{
    db_run(db,
           "INSERT INTO session (visitor_id, start_at, end_at, last_event_uuid, contact_id,"
           " funnel_id, page_id, source_id, last_source_id, agent_id, page_count, event_count,"
           " interactive)"
           " VALUES (:visitor_id, :start_at, :end_at, :last_event_uuid, :contact_id, :funnel_id,"
           " :page_id, :source_id, :last_source_id, :agent_id, :page_count, :event_count,"
           " :interactive)",
           BIND(visitor_id), BINDM(s, start_at), BINDM(s, end_at),
           BINDAS(last_event_uuid, &s->last_event_uuid), BINDREF(contact_id, s->contact_id),
           BINDREF(funnel_id, s->funnel_id), BINDREF(page_id, s->page_id),
           BINDREF(source_id, s->source_id), BINDREF(last_source_id, s->last_source_id),
           BINDREF(agent_id, s->agent_id), BINDM(s, page_count), BINDM(s, event_count),
           BINDM(s, interactive));
}

/* As in lead.c: references are written when they changed, because each costs a look-up. */
static void session_update_references(struct db *db, int64_t visitor_id, const struct session *s)
{
    db_run(
        db,
        "UPDATE session SET contact_id = :contact_id, funnel_id = :funnel_id, page_id = :page_id,"
        " source_id = :source_id, last_source_id = :last_source_id, agent_id = :agent_id"
        " WHERE visitor_id = :visitor_id AND start_at = :start_at",
        BINDREF(contact_id, s->contact_id), BINDREF(funnel_id, s->funnel_id),
        BINDREF(page_id, s->page_id), BINDREF(source_id, s->source_id),
        BINDREF(last_source_id, s->last_source_id), BINDREF(agent_id, s->agent_id),
        BIND(visitor_id), BINDM(s, start_at));
}

static void session_update(struct db *db, int64_t visitor_id, const struct session *s)
{
    if (s->refers_anew)
        session_update_references(db, visitor_id, s);
    db_run(db,
           "UPDATE session SET end_at = :end_at, last_event_uuid = :last_event_uuid,"
           " page_count = :page_count, event_count = :event_count, interactive = :interactive"
           " WHERE visitor_id = :visitor_id AND start_at = :start_at",
           BINDM(s, end_at), BINDAS(last_event_uuid, &s->last_event_uuid), BINDM(s, page_count),
           BINDM(s, event_count), BINDM(s, interactive), BIND(visitor_id), BINDM(s, start_at));
}

static void session_save(struct db *db, int64_t visitor_id, struct session *s)
{
    if (s->is_new)
        session_insert(db, visitor_id, s);
    else
        session_update(db, visitor_id, s);
    s->is_new = s->refers_anew = false;
}

static struct session session_newest(struct db *db, int64_t visitor_id)
{
    struct session s = { 0 };
    struct db_rows *rows =
        db_query(db,
                 "SELECT start_at, end_at, last_event_uuid, contact_id, funnel_id, page_id,"
                 " source_id, last_source_id, agent_id, page_count, event_count, interactive"
                 " FROM session WHERE visitor_id = :visitor_id ORDER BY start_at DESC LIMIT 1",
                 BIND(visitor_id));
    if (db_next(rows))
        s = (struct session){
            .unclaimed = -1,
            .start_at = db_get_int(rows, 0),
            .end_at = db_get_int(rows, 1),
            .last_event_uuid = db_get_uuid(rows, 2),
            .contact_id = db_get_int(rows, 3),
            .funnel_id = db_get_int(rows, 4),
            .page_id = db_get_int(rows, 5),
            .source_id = db_get_int(rows, 6),
            .last_source_id = db_get_int(rows, 7),
            .agent_id = db_get_int(rows, 8),
            .page_count = db_get_int(rows, 9),
            .event_count = db_get_int(rows, 10),
            .interactive = db_get_int(rows, 11) != 0,
        };
    db_done(rows);
    return s;
}

static bool visitor_load(struct account *account, struct held *row)
{
    struct visitor *visitor = (struct visitor *)row;
    visitor->open = session_newest(gate_db(account->gate), row->key.a);
    visitor->counted_funnel_id = -1;
    return true;
}

static void visitor_save(struct account *account, struct held *row)
{
    struct visitor *visitor = (struct visitor *)row;
    if (visitor->open.start_at)
        session_save(gate_db(account->gate), row->key.a, &visitor->open);
}

static const struct held_type visitor_type = { sizeof(struct visitor), visitor_load, visitor_save };

void visitor_made(struct account *account, int64_t id)
{
    struct visitor *visitor = state_add(account->state, &visitor_type, id, 0);
    visitor->counted_funnel_id = -1;
}

struct visitor *visitor_get(struct account *account, int64_t id)
{
    return state_get(account->state, &visitor_type, id, 0);
}

bool event_forms_session(const struct event *event)
{
    return event->origin != ORIGIN_WEB || event->received_at - event->at <= LATE_WEB_MS;
}

void visitor_day_apply(struct account *account, struct visitor *visitor, const struct event *event)
{
    int32_t day = zone_day(account->zone, event->at);
    if (visitor->counted_day == day && visitor->counted_funnel_id == event->funnel_id)
        return;
    db_run(gate_db(account->gate),
           "INSERT INTO visitor_day (visitor_id, day, funnel_id, opens_day, seq)"
           " VALUES (:visitor_id, :day, :funnel_id, NOT EXISTS (SELECT 1 FROM visitor_day"
           " WHERE visitor_id = :visitor_id AND day = :day), :seq) ON CONFLICT DO NOTHING",
           BINDM(event, visitor_id), BIND(day), BINDM(event, funnel_id), BINDM(event, seq));
    state_change(account->state, visitor);
    visitor->counted_day = day;
    visitor->counted_funnel_id = event->funnel_id;
}

static bool is_after_gap(const struct session *session, const struct event *event)
{
    return event->at - session->end_at > SESSION_GAP_MS;
}

/* The first known value of a dimension stays. */
static bool fill(int64_t *known, int64_t value)
{
    bool news = *known == 0 && value != 0;
    if (news)
        *known = value;
    return news;
}

static bool session_source(struct session *session, const struct event *event)
{
    if (!event->source_id || event->source_id == session->last_source_id)
        return false;
    session->last_source_id = event->source_id;
    fill(&session->source_id, event->source_id);
    return session->refers_anew = true;
}

static void session_add(struct account *account, struct visitor *visitor, const struct event *event)
{
    struct session *session = &visitor->open;
    visitor->source_changed = session_source(session, event);
    session->end_at = event->at;
    session->last_event_uuid = event->uuid;
    session->event_count++;
    session->page_count += event_sort(event) == SORT_VIEW;
    session->interactive |= event_sort(event) >= SORT_ACT;
    session->refers_anew |= fill(&session->funnel_id, event->funnel_id);
    session->refers_anew |= fill(&session->page_id, event->page_id);
    session->refers_anew |= fill(&session->agent_id, event->agent_id);
    if (fill(&session->contact_id, event->contact_id)) {
        session->refers_anew = true;
        contact_visited(account, event->contact_id, 1);
    }
}

void session_apply(struct account *account, struct visitor *visitor, const struct event *event)
{
    struct session *open = &visitor->open;
    bool pending = visitor->held.dirty;
    state_change(account->state, visitor);
    if (!open->start_at || is_after_gap(open, event)) {
        if (open->start_at && pending)
            session_save(gate_db(account->gate), visitor->held.key.a, open);
        *open = (struct session){ .start_at = event->at, .is_new = true };
    }
    session_add(account, visitor, event);
}

bool visitor_is_newest(struct account *account, const struct event *event)
{
    const struct session *open = &visitor_get(account, event->visitor_id)->open;
    return open->start_at == 0 || event_follows(event, open->end_at, open->last_event_uuid);
}

struct span {
    int64_t from_at, to_at;
};

static void session_delete(struct account *account, int64_t visitor_id, const struct session *s)
{
    struct db *db = gate_db(account->gate);
    db_run(db,
           "DELETE FROM touchpoint"
           " WHERE visitor_id = :visitor_id AND at BETWEEN :start_at AND :end_at",
           BIND(visitor_id), BINDM(s, start_at), BINDM(s, end_at));
    db_run(db, "DELETE FROM session WHERE visitor_id = :visitor_id AND start_at = :start_at",
           BIND(visitor_id), BINDM(s, start_at));
    if (s->contact_id)
        contact_visited(account, s->contact_id, -1);
}

static bool session_near(struct db *db, const struct event *event, struct session *s)
{
    struct db_rows *rows =
        db_query(db,
                 "SELECT start_at, end_at, contact_id FROM session"
                 " WHERE visitor_id = :visitor_id AND start_at <= :at + :gap"
                 " AND end_at >= :at - :gap LIMIT 1",
                 BINDM(event, visitor_id), BINDM(event, at), BINDAS(gap, SESSION_GAP_MS));
    bool found = db_next(rows);
    if (found)
        *s = (struct session){ .start_at = db_get_int(rows, 0),
                               .end_at = db_get_int(rows, 1),
                               .contact_id = db_get_int(rows, 2) };
    db_done(rows);
    return found;
}

/* Takes back the sessions that the event may join, extend or bridge: those within one gap of it. */
static struct span visitor_take_back(struct account *account, const struct event *event)
{
    struct span span = { event->at, event->at };
    struct session near;
    while (session_near(gate_db(account->gate), event, &near)) {
        span.from_at = near.start_at < span.from_at ? near.start_at : span.from_at;
        span.to_at = near.end_at > span.to_at ? near.end_at : span.to_at;
        session_delete(account, event->visitor_id, &near);
    }
    return span;
}

struct event *visitor_rewind(struct account *account, const struct event *event,
                             struct arena *arena, size_t *count)
{
    struct visitor *visitor = visitor_get(account, event->visitor_id);
    state_flush(account->state);
    struct span span = visitor_take_back(account, event);
    state_change(account->state, visitor);
    visitor->open = (struct session){ 0 };
    return history_of_visitor(account, event->visitor_id, span.from_at, span.to_at, arena, count);
}

void visitor_resume(struct account *account, int64_t visitor_id)
{
    struct visitor *visitor = visitor_get(account, visitor_id);
    state_flush(account->state);
    state_change(account->state, visitor);
    visitor->open = session_newest(gate_db(account->gate), visitor_id);
}
