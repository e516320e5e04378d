/* Stores an event once and lets the reactions run.  See event.h: this is the one way in. */
#include "event.h"

#include <string.h>

#include "kinds.h"
#include "personal.h"
#include "react.h"

static const int64_t address_kept_ms = 30LL * 24 * 3600 * 1000;

static const char *const origins[] = { "web", "api", "hook", "import", "system" };

const char *origin_name(enum origin origin)
{
    return origins[origin];
}

bool origin_find(const char *name, enum origin *origin)
{
    for (int i = ORIGIN_WEB; i <= ORIGIN_SYSTEM; i++)
        if (strcmp(origins[i], name) == 0) {
            *origin = (enum origin)i;
            return true;
        }
    return false;
}

enum origin origin_of(const char *name)
{
    enum origin origin = ORIGIN_WEB;
    if (name)
        origin_find(name, &origin);
    return origin;
}

static bool event_insert(struct account *account, struct event *event, struct arena *arena)
{
    size_t len = 0;
    const void *detail =
        event->personal ? personal_seal(account, &event->uuid, event->personal, arena, &len) : NULL;
    struct db *db = gate_db(account->gate);
    int64_t rows = db_run(
        db,
        "INSERT INTO event (uuid, at, received_at, kind, origin, visitor_id, contact_id,"
        " workspace_id, funnel_id, page_id, video_id, offer_id, source_id, agent_id, watch_pct,"
        " watch_secs, value_minor, currency, external_id, bot_class, detail_sealed)"
        " VALUES (:uuid, :at, :received_at, :kind, :origin, :visitor_id, :contact_id,"
        " :workspace_id, :funnel_id, :page_id, :video_id, :offer_id, :source_id, :agent_id,"
        " :watch_pct, :watch_secs, :value_minor, :currency, :external_id, :bot_class, :detail)"
        " ON CONFLICT (uuid) DO NOTHING",
        BINDAS(uuid, &event->uuid), BINDM(event, at), BINDM(event, received_at), BINDM(event, kind),
        BINDAS(origin, origin_name(event->origin)), BINDREF(visitor_id, event->visitor_id),
        BINDREF(contact_id, event->contact_id), BINDREF(workspace_id, event->workspace_id),
        BINDREF(funnel_id, event->funnel_id), BINDREF(page_id, event->page_id),
        BINDREF(video_id, event->video_id), BINDREF(offer_id, event->offer_id),
        BINDREF(source_id, event->source_id), BINDREF(agent_id, event->agent_id),
        event->has_watch_pct ? BINDM(event, watch_pct) : BINDNULL(watch_pct),
        event->has_watch_secs ? BINDM(event, watch_secs) : BINDNULL(watch_secs),
        event->has_value ? BINDM(event, value_minor) : BINDNULL(value_minor),
        BINDM(event, currency), BINDM(event, external_id), BINDM(event, bot_class),
        BINDBLOB(detail, detail, len));
    event->seq = rows ? db_last_id(db) : 0;
    return rows != 0;
}

/* The same uuid again: the same event sent twice, or two events that quarrel about one. */
static enum outcome event_compare(struct account *account, const struct event *event)
{
    int64_t same =
        db_int(gate_db(account->gate),
               "SELECT count(*) FROM event WHERE uuid = :uuid AND kind = :kind AND at = :at"
               " AND visitor_id IS :visitor_id AND contact_id IS :contact_id",
               BINDAS(uuid, &event->uuid), BINDM(event, kind), BINDM(event, at),
               BINDREF(visitor_id, event->visitor_id), BINDREF(contact_id, event->contact_id));
    return same ? OK : CONFLICT;
}

/* The address of a registration, against abuse, until it expires. */
static void registration_address_insert(struct account *account, const struct event *event,
                                        struct arena *arena)
{
    size_t len;
    const char *ip = event->personal->ip;
    void *sealed =
        account_seal(account, SEAL_ADDRESS_IP, &event->uuid, ip, strlen(ip), arena, &len);
    db_run(gate_db(account->gate),
           "INSERT INTO registration_address (event_seq, ip_sealed, expires_at)"
           " VALUES (:seq, :ip, :expires_at)",
           BINDM(event, seq), BINDBLOB(ip, sealed, len),
           BINDAS(expires_at, event->received_at + address_kept_ms));
}

enum outcome event_happened(struct account *account, struct event *event, struct arena *arena)
{
    event->means = kind_find(event->kind);
    if (!event_insert(account, event, arena))
        return event_compare(account, event);
    if (event->personal && event->personal->ip)
        registration_address_insert(account, event, arena);
    react(account, event);
    return CREATED;
}
