/* The canonical form of an event (docs/events.md): one flat JSON object.  A table says which
 * members there are and of what type; what is not in it is refused by name, so that a typing error
 * loses nothing silently. */
#include "event_fields.h"

#include <string.h>

enum { TEXT_MOST = 4096, NAME_MOST = 64 };

struct field {
    const char *name;
    /* NULL, or what is wrong with the value. */
    const char *(*read)(const struct field *field, const struct json *value, char *reading);
    size_t offset; /* of what is read */
    size_t also;   /* of what else tells that it was given */
};

static const char *put_text(const struct field *field, const struct json *value, char *reading,
                            size_t most)
{
    const char *s = NULL;
    if (!json_text(value, &s))
        return "must be a string";
    if (strlen(s) > most)
        return most == NAME_MOST ? "is longer than 64 bytes" : "is longer than 4096 bytes";
    if (*s)
        memcpy(reading + field->offset, &s, sizeof s);
    return NULL;
}

static const char *read_text(const struct field *field, const struct json *value, char *reading)
{
    return put_text(field, value, reading, TEXT_MOST);
}

static const char *read_name(const struct field *field, const struct json *value, char *reading)
{
    return put_text(field, value, reading, NAME_MOST);
}

static bool put_int(const struct field *field, const struct json *value, char *reading,
                    int64_t least, int64_t most)
{
    int64_t number = 0;
    const bool given = true;
    if (!json_int(value, &number) || number < least || number > most)
        return false;
    memcpy(reading + field->offset, &number, sizeof number);
    memcpy(reading + field->also, &given, sizeof given);
    return true;
}

static const char *read_money(const struct field *field, const struct json *value, char *reading)
{
    const int64_t most = 1000000000000000;
    return put_int(field, value, reading, -most, most)
               ? NULL
               : "must be a whole number of minor units (cents), at most 10^15";
}

static const char *read_seconds(const struct field *field, const struct json *value, char *reading)
{
    return put_int(field, value, reading, 0, 366 * 24 * 3600)
               ? NULL
               : "must be a whole number of seconds, at most a year of them";
}

static const char *read_percent(const struct field *field, const struct json *value, char *reading)
{
    return put_int(field, value, reading, 0, 100) ? NULL : "must be a whole number from 0 to 100";
}

/* A row's number, or its uuid. */
static const char *read_contact(const struct field *field, const struct json *value, char *reading)
{
    int64_t id = 0;
    if (json_int(value, &id) && id > 0) {
        memcpy(reading + field->also, &id, sizeof id);
        return NULL;
    }
    return put_text(field, value, reading, NAME_MOST) ? "must be a contact's number or uuid" : NULL;
}

static const char *read_time(const struct field *field, const struct json *value, char *reading)
{
    int64_t at = 0;
    const char *s = NULL;
    if (!json_text(value, &s) || !clock_parse(s, &at) || at <= 0)
        return "must be an RFC 3339 time after 1970, like 2026-03-01T09:30:00Z";
    memcpy(reading + field->offset, &at, sizeof at);
    return NULL;
}

static const char *read_object(const struct field *field, const struct json *value, char *reading)
{
    if (json_type(value) != JSON_OBJECT)
        return "must be an object";
    if (json_count(value))
        memcpy(reading + field->offset, &value, sizeof value);
    return NULL;
}

#define AT(member) offsetof(struct reading, member)
static const struct field fields[] = {
    /* sorted by name */
    { "at", read_time, AT(at), 0 },
    { "bot_class", read_name, AT(bot_class), 0 },
    { "click_kind", read_name, AT(source.click_kind), 0 },
    { "contact", read_contact, AT(contact_uuid), AT(contact_id) },
    { "currency", read_name, AT(currency), 0 },
    { "custom", read_object, AT(personal.custom), 0 },
    { "email", read_text, AT(personal.email), 0 },
    { "event", read_name, AT(event), 0 },
    { "external_id", read_text, AT(external_id), 0 },
    { "first_name", read_text, AT(personal.first_name), 0 },
    { "funnel", read_name, AT(funnel), 0 },
    { "id", read_name, AT(id), 0 },
    { "ip", read_name, AT(personal.ip), 0 },
    { "last_name", read_text, AT(personal.last_name), 0 },
    { "offer", read_name, AT(offer), 0 },
    { "origin", read_name, AT(origin), 0 },
    { "page", read_name, AT(page), 0 },
    { "page_kind", read_name, AT(page_kind), 0 },
    { "phone", read_text, AT(personal.phone), 0 },
    { "props", read_object, AT(personal.props), 0 },
    { "received_at", read_time, AT(received_at), 0 },
    { "referral_code", read_text, AT(source.referral_code), 0 },
    { "referrer", read_text, AT(source.referrer), 0 },
    { "user_agent", read_text, AT(user_agent), 0 },
    { "utm_campaign", read_text, AT(source.utm_campaign), 0 },
    { "utm_content", read_text, AT(source.utm_content), 0 },
    { "utm_medium", read_text, AT(source.utm_medium), 0 },
    { "utm_source", read_text, AT(source.utm_source), 0 },
    { "utm_term", read_text, AT(source.utm_term), 0 },
    { "value_minor", read_money, AT(value_minor), AT(has_value) },
    { "video", read_name, AT(video), 0 },
    { "visitor", read_text, AT(visitor), 0 },
    { "watch_percentage", read_percent, AT(watch_pct), AT(has_watch_pct) },
    { "watch_seconds", read_seconds, AT(watch_secs), AT(has_watch_secs) },
    { "workspace", read_name, AT(workspace), 0 },
};
enum { FIELDS = sizeof fields / sizeof *fields };

static const struct field *field_find(const char *name)
{
    size_t low = 0, high = FIELDS;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = *name - *fields[middle].name;
        order = order ? order : strcmp(name, fields[middle].name);
        if (order == 0)
            return &fields[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static const char *member_read(const struct json *member, struct reading *reading,
                               struct arena *arena)
{
    const char *name = json_key(member);
    const struct field *field = field_find(name);
    if (!field)
        return arena_printf(
            arena, "%.64s: is no field of an event; put the sender's own under props", name);
    if (json_type(member) == JSON_NULL)
        return NULL;
    const char *wrong = field->read(field, member, (char *)reading);
    return wrong ? arena_printf(arena, "%s: %s", name, wrong) : NULL;
}

const char *fields_read(const struct json *object, struct reading *reading, struct arena *arena)
{
    if (json_type(object) != JSON_OBJECT)
        return "event: must be one JSON object";
    for (const struct json *member = json_first(object); member; member = json_next(member)) {
        const char *wrong = member_read(member, reading, arena);
        if (wrong)
            return wrong;
    }
    if (!reading->event)
        return "event: is missing: the name of what happened";
    return reading->at ? NULL : "at: is missing: when it happened";
}
