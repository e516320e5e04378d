/* Leads as a fold over the contact's events in one funnel.  funnel_stage only rises; each rise is a
 * row of stage_history that carries the event which caused it.  The newest cycle of a lead is the
 * one in hand. */
#include "lead.h"

#include <string.h>

static bool lead_load(struct account *account, struct held *row)
{
    struct lead *lead = (struct lead *)row;
    struct db_rows *rows = db_query(
        gate_db(account->gate),
        "SELECT id, funnel_stage, watch_pct, watch_secs, origin, source_id, registration_page_id,"
        " workspace_id, first_event_at, last_event_at, registered_at, confirmed_at, viewed_at,"
        " played_at, replayed_at, offer_viewed_at FROM lead"
        " WHERE contact_id = :contact_id AND funnel_id = :funnel_id ORDER BY cycle DESC LIMIT 1",
        BINDAS(contact_id, row->key.a), BINDAS(funnel_id, row->key.b));
    bool found = db_next(rows);
    if (found)
        *lead = (struct lead){
            .held = *row,
            .id = db_get_int(rows, 0),
            .stage = funnel_stage_of(db_get_text(rows, 1, NULL)),
            .watch_pct = db_get_int(rows, 2),
            .watch_secs = db_get_int(rows, 3),
            .origin = origin_of(db_get_text(rows, 4, NULL)),
            .source_id = db_get_int(rows, 5),
            .registration_page_id = db_get_int(rows, 6),
            .workspace_id = db_get_int(rows, 7),
            .first_event_at = db_get_int(rows, 8),
            .last_event_at = db_get_int(rows, 9),
            .registered_at = db_get_int(rows, 10),
            .confirmed_at = db_get_int(rows, 11),
            .viewed_at = db_get_int(rows, 12),
            .played_at = db_get_int(rows, 13),
            .replayed_at = db_get_int(rows, 14),
            .offer_viewed_at = db_get_int(rows, 15),
        };
    db_done(rows);
    return found;
}

/* Columns under an index or a foreign key cost a look-up each when they are written, so they are
 * written only when the lead's beginnings changed. */
static void lead_save_beginnings(struct db *db, const struct lead *lead)
{
    db_run(db,
           "UPDATE lead SET origin = :origin, source_id = :source_id,"
           " registration_page_id = :registration_page_id, workspace_id = :workspace_id,"
           " first_event_at = :first_event_at, registered_at = :registered_at WHERE id = :id",
           BINDAS(origin, origin_name(lead->origin)), BINDREF(source_id, lead->source_id),
           BINDREF(registration_page_id, lead->registration_page_id),
           BINDREF(workspace_id, lead->workspace_id), BINDM(lead, first_event_at),
           BINDREF(registered_at, lead->registered_at), BINDM(lead, id));
}

static void lead_save(struct account *account, struct held *row)
{
    struct lead *lead = (struct lead *)row;
    struct db *db = gate_db(account->gate);
    if (lead->begins_anew)
        lead_save_beginnings(db, lead);
    lead->begins_anew = false;
    db_run(
        db,
        "UPDATE lead SET funnel_stage = :stage, watch_pct = :watch_pct, watch_secs = :watch_secs,"
        " watch_band = :band, last_event_at = :last_event_at, confirmed_at = :confirmed_at,"
        " viewed_at = :viewed_at, played_at = :played_at, replayed_at = :replayed_at,"
        " offer_viewed_at = :offer_viewed_at WHERE id = :id",
        BINDAS(stage, funnel_stage_name(lead->stage)), BINDM(lead, watch_pct),
        BINDM(lead, watch_secs), BINDAS(band, watch_band_name(lead->watch_pct)),
        BINDM(lead, last_event_at), BINDREF(confirmed_at, lead->confirmed_at),
        BINDREF(viewed_at, lead->viewed_at), BINDREF(played_at, lead->played_at),
        BINDREF(replayed_at, lead->replayed_at), BINDREF(offer_viewed_at, lead->offer_viewed_at),
        BINDM(lead, id));
}

static const struct held_type lead_type = { sizeof(struct lead), lead_load, lead_save };

const char *watch_band_name(int64_t watch_pct)
{
    static const struct {
        int from;
        const char *name;
    } bands[] = {
        { 75, "hot" }, { 50, "engaged" }, { 25, "sampler" }, { 1, "skimmer" }, { 0, NULL }
    };
    int i = 0;
    while (watch_pct < bands[i].from)
        i++;
    return bands[i].name;
}

static int64_t lead_insert(struct db *db, const struct lead *lead)
{
    db_run(db,
           "INSERT INTO lead (contact_id, funnel_id, funnel_stage, watch_pct, watch_secs,"
           " watch_band, origin, source_id, registration_page_id, workspace_id, first_event_at,"
           " last_event_at, registered_at, confirmed_at, viewed_at, played_at, replayed_at,"
           " offer_viewed_at)"
           " VALUES (:contact_id, :funnel_id, :stage, :watch_pct, :watch_secs, :band, :origin,"
           " :source_id, :registration_page_id, :workspace_id, :first_event_at, :last_event_at,"
           " :registered_at, :confirmed_at, :viewed_at, :played_at, :replayed_at,"
           " :offer_viewed_at)",
           BINDAS(contact_id, lead->held.key.a), BINDAS(funnel_id, lead->held.key.b),
           BINDAS(stage, funnel_stage_name(lead->stage)), BINDM(lead, watch_pct),
           BINDM(lead, watch_secs), BINDAS(band, watch_band_name(lead->watch_pct)),
           BINDAS(origin, origin_name(lead->origin)), BINDREF(source_id, lead->source_id),
           BINDREF(registration_page_id, lead->registration_page_id),
           BINDREF(workspace_id, lead->workspace_id), BINDM(lead, first_event_at),
           BINDM(lead, last_event_at), BINDREF(registered_at, lead->registered_at),
           BINDREF(confirmed_at, lead->confirmed_at), BINDREF(viewed_at, lead->viewed_at),
           BINDREF(played_at, lead->played_at), BINDREF(replayed_at, lead->replayed_at),
           BINDREF(offer_viewed_at, lead->offer_viewed_at));
    return db_last_id(db);
}

static void lead_note_stage(struct db *db, const struct lead *lead, const struct event *event)
{
    db_run(db,
           "INSERT INTO stage_history (lead_id, dimension, entered_at, stage, event_uuid)"
           " VALUES (:id, 'funnel_stage', :at, :stage, :event_uuid)",
           BINDM(lead, id), BINDAS(stage, funnel_stage_name(lead->stage)), BINDM(event, at),
           BINDAS(event_uuid, &event->uuid));
}

/* The first registration tells where the lead came from; later ones count for nothing. */
static void lead_register(struct lead *lead, const struct event *event)
{
    if (lead->registered_at)
        return;
    lead->registered_at = event->at;
    lead->origin = event->origin;
    lead->source_id = event->source_id;
    lead->registration_page_id = event->page_id;
    lead->begins_anew = true;
}

static void lead_begin(struct lead *lead, const struct event *event)
{
    if (lead->first_event_at > event->at) {
        lead->first_event_at = event->at;
        lead->origin = event->origin;
    }
    if (event_marks(event, MARK_REGISTERED))
        lead_register(lead, event);
    if (!lead->workspace_id && event->workspace_id) {
        lead->workspace_id = event->workspace_id;
        lead->begins_anew = true;
    }
}

static void first_time(int64_t *at, bool happened, const struct event *event)
{
    if (happened && *at == 0)
        *at = event->at;
}

static void lead_mark_firsts(struct lead *lead, const struct event *event)
{
    const char *viewed = event_viewed(event);
    bool played = event_sort(event) == SORT_PLAY;
    first_time(&lead->confirmed_at, event_marks(event, MARK_CONFIRMED), event);
    first_time(&lead->viewed_at, played || strcmp(viewed, "watch") == 0, event);
    first_time(&lead->played_at, played, event);
    first_time(&lead->replayed_at, event_marks(event, MARK_REPLAYED), event);
    first_time(&lead->offer_viewed_at, strcmp(viewed, "offer") == 0, event);
}

static void raise_to(int64_t *known, int64_t value)
{
    if (*known < value)
        *known = value;
}

/* One step; whether the stage rose. */
static bool lead_step(struct lead *lead, const struct event *event)
{
    enum funnel_stage stage = event_stage(event), before = lead->stage;
    lead_begin(lead, event);
    lead_mark_firsts(lead, event);
    raise_to(&lead->watch_pct, event_watch_pct(event));
    raise_to(&lead->watch_secs, event->watch_secs);
    lead->last_event_at = event->at;
    lead->stage = stage > before ? stage : before ? before : STAGE_LEAD;
    return lead->stage > before;
}

void lead_apply(struct account *account, struct contact *contact, const struct event *event)
{
    if (!event->funnel_id)
        return;
    struct db *db = gate_db(account->gate);
    struct lead *lead =
        state_get(account->state, &lead_type, contact->held.key.a, event->funnel_id);
    bool is_new = !lead;
    if (is_new) {
        lead = state_add(account->state, &lead_type, contact->held.key.a, event->funnel_id);
        lead->first_event_at = INT64_MAX;
    } else
        state_change(account->state, lead);
    bool rose = lead_step(lead, event);
    if (is_new) {
        lead->id = lead_insert(db, lead);
        lead->begins_anew = false;
    }
    if (rose)
        lead_note_stage(db, lead, event);
}

static void lead_clear(struct account *account, int64_t contact_id, int64_t funnel_id)
{
    struct lead *lead = state_get(account->state, &lead_type, contact_id, funnel_id);
    if (!lead)
        return; /* a fault is on its way: nothing of this leaves */
    db_run(gate_db(account->gate),
           "DELETE FROM stage_history"
           " WHERE lead_id = :id AND dimension = 'funnel_stage' AND event_uuid IS NOT NULL",
           BINDM(lead, id));
    state_change(account->state, lead);
    *lead = (struct lead){
        .held = lead->held, .id = lead->id, .first_event_at = INT64_MAX, .begins_anew = true
    };
}

void lead_reset(struct account *account, struct contact *contact)
{
    struct db_rows *rows =
        db_query(gate_db(account->gate),
                 "SELECT funnel_id FROM lead WHERE contact_id = :id GROUP BY funnel_id",
                 BINDAS(id, contact->held.key.a));
    while (db_next(rows))
        lead_clear(account, contact->held.key.a, db_get_int(rows, 0));
}
