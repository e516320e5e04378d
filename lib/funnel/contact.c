/* Contacts as a fold: seen from the first event to the last, in the order in which events count,
 * whatever order they arrived in.  Their personal columns: contact_fill.c. */
#include "contact.h"

#include <string.h>

#include "contact_fill.h"
#include "kinds.h"
#include "personal.h"

static bool contact_load(struct account *account, struct held *row)
{
    struct contact *contact = (struct contact *)row;
    int64_t id = row->key.a;
    struct db_rows *rows =
        db_query(gate_db(account->gate),
                 "SELECT uuid, first_seen_at, last_seen_at, last_event_at, last_event_uuid,"
                 " visit_count FROM contact WHERE id = :id",
                 BIND(id));
    bool found = db_next(rows);
    if (found) {
        contact->uuid = db_get_uuid(rows, 0);
        contact->first_seen_at = db_get_int(rows, 1);
        contact->last_seen_at = db_get_int(rows, 2);
        contact->last_event_at = db_get_int(rows, 3);
        contact->last_event_uuid = db_get_uuid(rows, 4);
        contact->visit_count = db_get_int(rows, 5);
    }
    db_done(rows);
    return found;
}

static void contact_save(struct account *account, struct held *row)
{
    const struct contact *contact = (const struct contact *)row;
    db_run(gate_db(account->gate),
           "UPDATE contact SET first_seen_at = :first_seen_at, last_seen_at = :last_seen_at,"
           " last_event_at = :last_event_at, last_event_uuid = :last_event_uuid,"
           " visit_count = :visit_count WHERE id = :id",
           BINDM(contact, first_seen_at), BINDM(contact, last_seen_at),
           BINDM(contact, last_event_at), BINDAS(last_event_uuid, &contact->last_event_uuid),
           BINDM(contact, visit_count), BINDAS(id, row->key.a));
}

static const struct held_type contact_type = { sizeof(struct contact), contact_load, contact_save };

struct contact *contact_get(struct account *account, int64_t id)
{
    return state_get(account->state, &contact_type, id, 0);
}

static int64_t contact_by_key(struct db *db, struct account *account, const char *key)
{
    uint8_t blind[BLIND_SIZE];
    account_blind(account, "email", key, blind);
    return db_int(db,
                  "SELECT contact_id FROM identity WHERE kind = 'email' AND value_blind = :blind",
                  BINDBLOB(blind, blind, sizeof blind));
}

int64_t contact_by_email(struct db *db, struct account *account, const char *email)
{
    struct arena *arena = arena_new();
    const char *key = email_key(arena, email);
    int64_t id = key ? contact_by_key(db, account, key) : 0;
    arena_free(arena);
    return id;
}

int64_t contact_by_uuid(struct db *db, const struct uuid *uuid)
{
    return db_int(db, "SELECT id FROM contact WHERE uuid = :uuid", BIND(uuid));
}

static int64_t contact_insert(struct account *account, const struct event *event, const char *key,
                              struct arena *arena)
{
    struct db *db = gate_db(account->gate);
    struct uuid uuid = uuid_new(event->received_at);
    uint8_t blind[BLIND_SIZE];
    account_blind(account, "email", key, blind);
    size_t len;
    void *email = account_seal(account, SEAL_CONTACT_EMAIL, &uuid, key, strlen(key), arena, &len);
    db_run(db,
           "INSERT INTO contact (uuid, first_seen_at, last_seen_at, last_event_at,"
           " last_event_uuid, created_at, email_sealed)"
           " VALUES (:uuid, :at, :at, :at, :event_uuid, :received_at, :email)",
           BINDAS(uuid, &uuid), BINDM(event, at), BINDAS(event_uuid, &event->uuid),
           BINDM(event, received_at), BINDBLOB(email, email, len));
    int64_t id = db_last_id(db);
    db_run(db,
           "INSERT INTO identity (kind, value_blind, contact_id, created_at)"
           " VALUES ('email', :blind, :id, :received_at)",
           BINDBLOB(blind, blind, sizeof blind), BIND(id), BINDM(event, received_at));
    struct contact *contact = state_add(account->state, &contact_type, id, 0);
    contact->uuid = uuid;
    contact->first_seen_at = contact->last_seen_at = contact->last_event_at = event->at;
    contact->last_event_uuid = event->uuid;
    return id;
}

int64_t contact_of_email(struct account *account, const char *email, const struct event *event,
                         struct arena *arena)
{
    const char *key = email_key(arena, email);
    if (!key)
        return 0;
    size_t len = strlen(key);
    int64_t id = state_name(account->state, 'e', key, len, NULL);
    if (id)
        return id;
    id = contact_by_key(gate_db(account->gate), account, key);
    id = id ? id : contact_insert(account, event, key, arena);
    state_name_add(account->state, 'e', key, len, id, 0);
    return id;
}

void contact_apply(struct account *account, struct contact *contact, const struct event *event)
{
    state_change(account->state, contact);
    if (contact->first_seen_at > event->at)
        contact->first_seen_at = contact->last_seen_at = event->at;
    if (event_is_human(event))
        contact->last_seen_at = event->at;
    contact->last_event_at = event->at;
    contact->last_event_uuid = event->uuid;
    if (event->personal)
        contact_fill(account, contact, event->personal);
}

void contact_reset(struct account *account, struct contact *contact)
{
    contact_empty(account, contact);
    state_change(account->state, contact);
    contact->first_seen_at = INT64_MAX;
}

void contact_visited(struct account *account, int64_t id, int sessions)
{
    struct contact *contact = contact_get(account, id);
    if (!contact)
        return;
    state_change(account->state, contact);
    contact->visit_count += sessions;
}
