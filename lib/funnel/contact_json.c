/* A contact told whole and opened, as an authorised caller sees it.  Names on the wire are the
 * seeds' names. */
#include "contact_fill.h"

struct opened_column {
    const char *member;
    enum sealed_column seal;
    int column;
};

static const struct opened_column opened[] = {
    { "email", SEAL_CONTACT_EMAIL, 1 },
    { "first_name", SEAL_CONTACT_FIRST_NAME, 2 },
    { "last_name", SEAL_CONTACT_LAST_NAME, 3 },
    { "phone", SEAL_CONTACT_PHONE, 4 },
};

static const char *column_open(struct account *account, struct db_rows *rows, int column,
                               enum sealed_column seal, struct arena *arena)
{
    size_t len;
    struct uuid uuid = db_get_uuid(rows, 0);
    const void *sealed = db_get_blob(rows, column, &len, arena);
    return sealed ? account_unseal(account, seal, &uuid, sealed, len, arena) : NULL;
}

static void set_time(struct json *object, const char *member, struct db_rows *rows, int column)
{
    char at[CLOCK_TEXT];
    if (db_is_null(rows, column)) {
        json_set_text(object, member, NULL);
        return;
    }
    clock_format(db_get_int(rows, column), at);
    json_set_text(object, member, at);
}

static struct json *stages_json(struct account *account, int64_t lead_id, struct arena *arena)
{
    struct json *list = json_array(arena);
    struct db_rows *rows = db_query(account_reader(account),
                                    "SELECT dimension, stage, entered_at FROM stage_history"
                                    " WHERE lead_id = :lead_id ORDER BY entered_at, dimension",
                                    BIND(lead_id));
    while (db_next(rows)) {
        struct json *stage = json_object(arena);
        json_set_text(stage, "dimension", db_get_text(rows, 0, NULL));
        json_set_text(stage, "stage", db_get_text(rows, 1, NULL));
        set_time(stage, "entered_at", rows, 2);
        json_append(list, stage);
    }
    return list;
}

static struct json *leads_json(struct account *account, int64_t contact_id, struct arena *arena)
{
    struct json *list = json_array(arena);
    struct db_rows *rows = db_query(
        account_reader(account),
        "SELECT l.id, f.slug, l.funnel_stage, l.watch_pct, l.watch_band, l.pipeline_stage,"
        " l.registered_at, l.confirmed_at, l.last_event_at,"
        " nullif(s.utm_source, '') AS utm_source, nullif(s.utm_medium, '') AS utm_medium,"
        " nullif(s.utm_campaign, '') AS utm_campaign, nullif(s.utm_content, '') AS utm_content,"
        " nullif(s.utm_term, '') AS utm_term, nullif(s.referrer_host, '') AS referrer_host,"
        " nullif(s.referral_code, '') AS referral_code"
        " FROM lead l JOIN funnel f ON f.id = l.funnel_id LEFT JOIN source s ON s.id = l.source_id"
        " WHERE l.contact_id = :contact_id ORDER BY l.id",
        BIND(contact_id));
    while (db_next(rows)) {
        struct json *lead = json_object(arena);
        json_set_int(lead, "lead_id", db_get_int(rows, 0));
        json_set_text(lead, "funnel", db_get_text(rows, 1, NULL));
        json_set_text(lead, "funnel_stage", db_get_text(rows, 2, NULL));
        json_set_int(lead, "watch_percentage", db_get_int(rows, 3));
        json_set_text(lead, "watch_band", db_get_text(rows, 4, NULL));
        json_set_text(lead, "pipeline_stage", db_get_text(rows, 5, NULL));
        set_time(lead, "registered_at", rows, 6);
        set_time(lead, "confirmed_at", rows, 7);
        set_time(lead, "last_event_at", rows, 8);
        for (int i = 9; i <= 15; i++)
            json_set_text(lead, db_column_name(rows, i), db_get_text(rows, i, NULL));
        json_set(lead, "stages", stages_json(account, db_get_int(rows, 0), arena));
        json_append(list, lead);
    }
    return list;
}

struct json *contact_json(struct account *account, int64_t id, struct arena *arena)
{
    struct json *contact = NULL;
    struct db_rows *rows = db_query(
        account_reader(account),
        "SELECT uuid, email_sealed, first_name_sealed, last_name_sealed, phone_sealed,"
        " custom_sealed, first_seen_at, last_seen_at, visit_count FROM contact WHERE id = :id",
        BIND(id));
    if (db_next(rows)) {
        char uuid[UUID_TEXT];
        uuid_format(db_get_uuid(rows, 0), uuid);
        contact = json_object(arena);
        json_set_int(contact, "contact_id", id);
        json_set_text(contact, "uuid", uuid);
        for (size_t i = 0; i < sizeof opened / sizeof *opened; i++)
            json_set_text(contact, opened[i].member,
                          column_open(account, rows, opened[i].column, opened[i].seal, arena));
        const char *custom = column_open(account, rows, 5, SEAL_CONTACT_CUSTOM, arena);
        json_set(contact, "custom", custom ? custom_parse(custom, arena) : NULL);
        set_time(contact, "first_seen", rows, 6);
        set_time(contact, "last_seen", rows, 7);
        json_set_int(contact, "visit_count", db_get_int(rows, 8));
    }
    db_done(rows);
    if (contact)
        json_set(contact, "leads", leads_json(account, id, arena));
    return contact;
}
