/* Reads events back in the order in which they count.  Both questions select the same columns, so
 * that one reader fills the struct. */
#include "history.h"

#include <string.h>

#include "kinds.h"
#include "personal.h"
#include "session.h"

#define EVENT_COLUMNS                                                                              \
    "SELECT e.seq, e.uuid, e.at, e.received_at, e.kind, e.origin, e.visitor_id, e.contact_id,"     \
    " e.workspace_id, e.funnel_id, e.page_id, p.kind, e.offer_id, e.source_id, e.agent_id,"        \
    " e.watch_pct, e.watch_secs, e.bot_class, e.detail_sealed"                                     \
    " FROM event e LEFT JOIN page p ON p.id = e.page_id"

static struct event event_read(struct account *account, struct db_rows *rows, struct arena *arena)
{
    struct event event = {
        .seq = db_get_int(rows, 0),
        .uuid = db_get_uuid(rows, 1),
        .at = db_get_int(rows, 2),
        .received_at = db_get_int(rows, 3),
        .kind = db_get_text(rows, 4, arena),
        .origin = origin_of(db_get_text(rows, 5, NULL)),
        .visitor_id = db_get_int(rows, 6),
        .contact_id = db_get_int(rows, 7),
        .workspace_id = db_get_int(rows, 8),
        .funnel_id = db_get_int(rows, 9),
        .page_id = db_get_int(rows, 10),
        .page_kind = db_get_text(rows, 11, arena),
        .offer_id = db_get_int(rows, 12),
        .source_id = db_get_int(rows, 13),
        .agent_id = db_get_int(rows, 14),
        .has_watch_pct = !db_is_null(rows, 15),
        .watch_pct = db_get_int(rows, 15),
        .has_watch_secs = !db_is_null(rows, 16),
        .watch_secs = db_get_int(rows, 16),
        .bot_class = db_get_text(rows, 17, arena),
    };
    event.means = kind_find(event.kind);
    size_t len = 0;
    const void *sealed = db_get_blob(rows, 18, &len, NULL);
    if (sealed)
        event.personal = personal_unseal(account, &event.uuid, sealed, len, arena);
    return event;
}

static struct event *history_read(struct account *account, struct db_rows *rows, bool sessions_only,
                                  struct arena *arena, size_t *count)
{
    size_t capacity = 64;
    struct event *events = arena_alloc_array(arena, capacity, sizeof *events);
    *count = 0;
    while (db_next(rows)) {
        if (*count == capacity) {
            events =
                arena_grow(arena, events, capacity * sizeof *events, 2 * capacity * sizeof *events);
            capacity *= 2;
        }
        events[*count] = event_read(account, rows, arena);
        *count += !sessions_only || event_forms_session(&events[*count]);
    }
    return events;
}

bool event_follows(const struct event *event, int64_t at, struct uuid uuid)
{
    return event->at != at ? event->at > at : uuid_compare(event->uuid, uuid) >= 0;
}

struct event *history_of_visitor(struct account *account, int64_t visitor_id, int64_t from_at,
                                 int64_t to_at, struct arena *arena, size_t *count)
{
    struct db_rows *rows =
        db_query(gate_db(account->gate),
                 EVENT_COLUMNS " WHERE e.visitor_id = :visitor_id"
                               " AND e.at BETWEEN :from_at AND :to_at ORDER BY e.at, e.uuid",
                 BIND(visitor_id), BIND(from_at), BIND(to_at));
    return history_read(account, rows, true, arena, count);
}

struct event *history_of_contact(struct account *account, int64_t contact_id, struct arena *arena,
                                 size_t *count)
{
    struct db_rows *rows = db_query(
        gate_db(account->gate),
        EVENT_COLUMNS " WHERE e.contact_id = :contact_id ORDER BY e.at, e.uuid", BIND(contact_id));
    return history_read(account, rows, false, arena, count);
}
