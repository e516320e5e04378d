/* Contacts as a fold: seen from the first event to the last; of every personal field the first value that was
 * given, in the order in which events count, whatever order they arrived in. */
#include "contact.h"

#include <string.h>

#include "kinds.h"
#include "personal.h"

static bool contact_load(struct account *account, struct held *row)
{
    struct contact *contact = (struct contact *)row;
    int64_t id = row->key.a;
    struct db_rows *rows = db_query(gate_db(account->gate),
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
           " last_event_at = :last_event_at, last_event_uuid = :last_event_uuid, visit_count = :visit_count"
           " WHERE id = :id",
           BINDM(contact, first_seen_at), BINDM(contact, last_seen_at), BINDM(contact, last_event_at),
           BINDAS(last_event_uuid, &contact->last_event_uuid), BINDM(contact, visit_count), BINDAS(id, row->key.a));
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
    return db_int(db, "SELECT contact_id FROM identity WHERE kind = 'email' AND value_blind = :blind",
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
           "INSERT INTO contact (uuid, first_seen_at, last_seen_at, last_event_at, last_event_uuid, created_at,"
           " email_sealed) VALUES (:uuid, :at, :at, :at, :event_uuid, :received_at, :email)",
           BINDAS(uuid, &uuid), BINDM(event, at), BINDAS(event_uuid, &event->uuid), BINDM(event, received_at),
           BINDBLOB(email, email, len));
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

int64_t contact_of_email(struct account *account, const char *email, const struct event *event, struct arena *arena)
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

/* The sealed personal columns, and where their first value comes from. */
struct column {
    enum sealed_column seal;
    size_t offset; /* in struct personal; unused for custom */
};

static const struct column columns[] = {
    { SEAL_CONTACT_EMAIL, offsetof(struct personal, email) },
    { SEAL_CONTACT_FIRST_NAME, offsetof(struct personal, first_name) },
    { SEAL_CONTACT_LAST_NAME, offsetof(struct personal, last_name) },
    { SEAL_CONTACT_PHONE, offsetof(struct personal, phone) },
    { SEAL_CONTACT_CUSTOM, 0 },
};
enum { COLUMNS = sizeof columns / sizeof *columns, EMAIL = 0, CUSTOM = COLUMNS - 1 };

struct sealed {
    const void *data;
    size_t len;
};

static void contact_read_sealed(struct account *account, int64_t id, struct sealed sealed[COLUMNS], struct arena *arena)
{
    struct db_rows *rows = db_query(gate_db(account->gate),
                                    "SELECT email_sealed, first_name_sealed, last_name_sealed, phone_sealed,"
                                    " custom_sealed FROM contact WHERE id = :id",
                                    BIND(id));
    if (db_next(rows))
        for (int i = 0; i < COLUMNS; i++)
            sealed[i].data = db_get_blob(rows, i, &sealed[i].len, arena);
    db_done(rows);
}

static void contact_write_sealed(struct account *account, int64_t id, const struct sealed sealed[COLUMNS])
{
    db_run(gate_db(account->gate),
           "UPDATE contact SET email_sealed = :email, first_name_sealed = :first_name,"
           " last_name_sealed = :last_name, phone_sealed = :phone, custom_sealed = :custom WHERE id = :id",
           BINDBLOB(email, sealed[0].data, sealed[0].len), BINDBLOB(first_name, sealed[1].data, sealed[1].len),
           BINDBLOB(last_name, sealed[2].data, sealed[2].len), BINDBLOB(phone, sealed[3].data, sealed[3].len),
           BINDBLOB(custom, sealed[4].data, sealed[4].len), BIND(id));
}

static struct json *json_twin(struct arena *arena, const struct json *value)
{
    const char *print = json_print(arena, value);
    return json_parse(arena, print, strlen(print), NULL, NULL);
}

/* Adds the members that are not there yet; the text of the whole object. */
static const char *custom_fill(struct account *account, const struct contact *contact, const struct sealed *sealed,
                               const struct json *custom, struct arena *arena)
{
    const char *known = account_unseal(account, SEAL_CONTACT_CUSTOM, &contact->uuid, sealed->data, sealed->len, arena);
    struct json *object = known ? json_parse(arena, known, strlen(known), NULL, NULL) : NULL;
    if (!object)
        return json_print(arena, custom);
    for (const struct json *member = json_first(custom); member; member = json_next(member))
        if (!json_get(object, json_key(member)))
            json_set(object, json_key(member), json_twin(arena, member));
    return json_print(arena, object);
}

/* An address is known in its compared form from the start; the first spelling that differs is kept. */
static const char *email_fill(struct account *account, const struct contact *contact, const struct sealed *sealed,
                              const char *email, struct arena *arena)
{
    const char *known = account_unseal(account, SEAL_CONTACT_EMAIL, &contact->uuid, sealed->data, sealed->len, arena);
    const char *key = known ? email_key(arena, known) : NULL;
    bool spelled = key && strcmp(key, known) != 0;
    return spelled || (known && strcmp(known, email) == 0) ? NULL : email;
}

/* What the column is to hold now; NULL: what it holds. */
static const char *column_fill(struct account *account, const struct contact *contact, int i, const struct sealed *sealed,
                               const struct personal *personal, struct arena *arena)
{
    const char *given = i == CUSTOM ? NULL : *(const char *const *)((const char *)personal + columns[i].offset);
    if (i == CUSTOM)
        return personal->custom ? custom_fill(account, contact, sealed, personal->custom, arena) : NULL;
    if (i == EMAIL)
        return given ? email_fill(account, contact, sealed, given, arena) : NULL;
    return sealed->data ? NULL : given;
}

static void contact_fill(struct account *account, const struct contact *contact, const struct personal *personal,
                         struct arena *arena)
{
    struct sealed sealed[COLUMNS] = { 0 };
    bool changed = false;
    contact_read_sealed(account, contact->held.key.a, sealed, arena);
    for (int i = 0; i < COLUMNS; i++) {
        const char *plain = column_fill(account, contact, i, &sealed[i], personal, arena);
        if (!plain)
            continue;
        sealed[i].data = account_seal(account, columns[i].seal, &contact->uuid, plain, strlen(plain), arena, &sealed[i].len);
        changed = true;
    }
    if (changed)
        contact_write_sealed(account, contact->held.key.a, sealed);
}

void contact_apply(struct account *account, struct contact *contact, const struct event *event, struct arena *arena)
{
    state_change(account->state, contact);
    if (contact->first_seen_at > event->at)
        contact->first_seen_at = contact->last_seen_at = event->at;
    if (event_is_human(event))
        contact->last_seen_at = event->at;
    contact->last_event_at = event->at;
    contact->last_event_uuid = event->uuid;
    if (event->personal)
        contact_fill(account, contact, event->personal, arena);
}

void contact_reset(struct account *account, struct contact *contact, struct arena *arena)
{
    struct sealed sealed[COLUMNS] = { 0 };
    contact_read_sealed(account, contact->held.key.a, sealed, arena);
    struct sealed email = sealed[EMAIL];
    const char *known = account_unseal(account, SEAL_CONTACT_EMAIL, &contact->uuid, email.data, email.len, arena);
    const char *key = known ? email_key(arena, known) : NULL;
    if (key)
        email.data = account_seal(account, SEAL_CONTACT_EMAIL, &contact->uuid, key, strlen(key), arena, &email.len);
    contact_write_sealed(account, contact->held.key.a, (struct sealed[COLUMNS]){ [EMAIL] = email });
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
