/* The canonical form of an event (docs/events.md): one flat JSON object.  A table says which members there are
 * and of what type; what is not in it is refused by name, so that a typing error loses nothing silently. */
#include <string.h>

#include "contact.h"
#include "event.h"
#include "kinds.h"
#include "names.h"

enum { TEXT_MOST = 4096, NAME_MOST = 64, FUTURE_MS = 24 * 3600 * 1000 };

enum field_type { F_TEXT, F_NAME, F_TIME, F_MONEY, F_SECONDS, F_PERCENT, F_OBJECT, F_CONTACT };

/* What was read, before names are rows. */
struct reading {
    const char *id, *event, *at, *received_at, *origin, *visitor, *funnel, *page, *page_kind, *video, *offer, *workspace;
    const char *contact_uuid, *currency, *external_id, *bot_class, *user_agent;
    int64_t at_ms, received_ms, contact_id, watch_pct, watch_secs, value_minor;
    bool has_watch_pct, has_watch_secs, has_value;
    struct source source;
    struct personal personal;
};

#define AT(member) offsetof(struct reading, member)
static const struct field {
    const char *name;
    enum field_type type;
    size_t offset, flag; /* where the value goes; for numbers also where "it was given" goes */
} fields[] = { /* sorted by name */
    { "at", F_TIME, AT(at), AT(at_ms) },
    { "bot_class", F_NAME, AT(bot_class), 0 },
    { "click_kind", F_NAME, AT(source.click_kind), 0 },
    { "contact", F_CONTACT, AT(contact_uuid), AT(contact_id) },
    { "currency", F_NAME, AT(currency), 0 },
    { "custom", F_OBJECT, AT(personal.custom), 0 },
    { "email", F_TEXT, AT(personal.email), 0 },
    { "event", F_NAME, AT(event), 0 },
    { "external_id", F_TEXT, AT(external_id), 0 },
    { "first_name", F_TEXT, AT(personal.first_name), 0 },
    { "funnel", F_NAME, AT(funnel), 0 },
    { "id", F_NAME, AT(id), 0 },
    { "ip", F_NAME, AT(personal.ip), 0 },
    { "last_name", F_TEXT, AT(personal.last_name), 0 },
    { "offer", F_NAME, AT(offer), 0 },
    { "origin", F_NAME, AT(origin), 0 },
    { "page", F_NAME, AT(page), 0 },
    { "page_kind", F_NAME, AT(page_kind), 0 },
    { "phone", F_TEXT, AT(personal.phone), 0 },
    { "props", F_OBJECT, AT(personal.props), 0 },
    { "received_at", F_TIME, AT(received_at), AT(received_ms) },
    { "referral_code", F_TEXT, AT(source.referral_code), 0 },
    { "referrer", F_TEXT, AT(source.referrer), 0 },
    { "user_agent", F_TEXT, AT(user_agent), 0 },
    { "utm_campaign", F_TEXT, AT(source.utm_campaign), 0 },
    { "utm_content", F_TEXT, AT(source.utm_content), 0 },
    { "utm_medium", F_TEXT, AT(source.utm_medium), 0 },
    { "utm_source", F_TEXT, AT(source.utm_source), 0 },
    { "utm_term", F_TEXT, AT(source.utm_term), 0 },
    { "value_minor", F_MONEY, AT(value_minor), AT(has_value) },
    { "video", F_NAME, AT(video), 0 },
    { "visitor", F_TEXT, AT(visitor), 0 },
    { "watch_percentage", F_PERCENT, AT(watch_pct), AT(has_watch_pct) },
    { "watch_seconds", F_SECONDS, AT(watch_secs), AT(has_watch_secs) },
    { "workspace", F_NAME, AT(workspace), 0 },
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

static enum outcome refuse(const char **error, struct arena *arena, const char *field, const char *remedy)
{
    *error = arena_printf(arena, "%s: %s", field, remedy);
    return INVALID;
}

static const char *read_text(const struct json *value, char *place, size_t most)
{
    const char *s = NULL;
    if (!json_text(value, &s))
        return "must be a string";
    if (strlen(s) > most)
        return most == NAME_MOST ? "is longer than 64 bytes" : "is longer than 4096 bytes";
    if (*s)
        memcpy(place, &s, sizeof s);
    return NULL;
}

/* Numbers and their range, in the order of enum field_type from F_MONEY. */
static const struct range {
    int64_t least, most;
    const char *wrong;
} ranges[] = {
    { -1000000000000000, 1000000000000000, "must be a whole number of minor units (cents)" },
    { 0, 366 * 24 * 3600, "must be a whole number of seconds" },
    { 0, 100, "must be a whole number from 0 to 100" },
};

static const char *read_int(const struct json *value, char *place, char *flag, const struct range *range)
{
    int64_t number = 0;
    if (!json_int(value, &number) || number < range->least || number > range->most)
        return range->wrong;
    memcpy(place, &number, sizeof number);
    *(bool *)flag = true;
    return NULL;
}

static const char *read_contact(const struct json *value, char *place, char *flag)
{
    int64_t id = 0;
    if (json_int(value, &id) && id > 0) {
        memcpy(flag, &id, sizeof id);
        return NULL;
    }
    return read_text(value, place, NAME_MOST) ? "must be a contact's number or uuid" : NULL;
}

static const char *read_time(const struct json *value, char *place, char *flag)
{
    int64_t at = 0;
    const char *s = NULL;
    if (!json_text(value, &s) || !clock_parse(s, &at) || at <= 0)
        return "must be an RFC 3339 time after 1970, like 2026-03-01T09:30:00Z";
    memcpy(place, &s, sizeof s);
    memcpy(flag, &at, sizeof at);
    return NULL;
}

static const char *read_object(const struct json *value, char *place)
{
    if (json_type(value) != JSON_OBJECT)
        return "must be an object";
    if (json_count(value))
        memcpy(place, &value, sizeof value);
    return NULL;
}

/* NULL, or what is wrong with the value. */
static const char *field_read(const struct field *field, const struct json *value, struct reading *reading)
{
    char *place = (char *)reading + field->offset, *flag = (char *)reading + field->flag;
    if (json_type(value) == JSON_NULL)
        return NULL;
    switch (field->type) {
    case F_TEXT:
        return read_text(value, place, TEXT_MOST);
    case F_NAME:
        return read_text(value, place, NAME_MOST);
    case F_TIME:
        return read_time(value, place, flag);
    case F_MONEY:
    case F_SECONDS:
    case F_PERCENT:
        return read_int(value, place, flag, &ranges[field->type - F_MONEY]);
    case F_OBJECT:
        return read_object(value, place);
    case F_CONTACT:
        return read_contact(value, place, flag);
    }
    return NULL;
}

static enum outcome fields_read(const struct json *object, struct reading *reading, struct arena *arena, const char **error)
{
    if (json_type(object) != JSON_OBJECT)
        return refuse(error, arena, "event", "must be one JSON object");
    for (const struct json *member = json_first(object); member; member = json_next(member)) {
        const struct field *field = field_find(json_key(member));
        if (!field)
            return refuse(error, arena, json_key(member), "is no field of an event; put the sender's own under props");
        const char *wrong = field_read(field, member, reading);
        if (wrong)
            return refuse(error, arena, field->name, wrong);
    }
    if (!reading->event)
        return refuse(error, arena, "event", "is missing: the name of what happened");
    if (!reading->at)
        return refuse(error, arena, "at", "is missing: when it happened");
    return OK;
}

static struct uuid event_uuid(const struct reading *reading, const char *line, size_t len)
{
    struct uuid id;
    if (!reading->id)
        return uuid_of_name(reading->at_ms, "line", line, len);
    if (!uuid_parse(reading->id, strlen(reading->id), &id))
        id = uuid_of_name(reading->at_ms, "event", reading->id, strlen(reading->id));
    return id;
}

static enum outcome kind_read(struct reading *reading, struct arena *arena, const char **error)
{
    if (reading->page_kind && !page_kind_is_known(reading->page_kind))
        return refuse(error, arena, "page_kind", "must be registration, watch, offer, thanks or other");
    if (!kind_resolve(&reading->event, &reading->page_kind, reading->offer != NULL))
        return refuse(error, arena, "event", "must be a name of a-z 0-9 _ . - (docs/events.md lists those with a meaning)");
    return OK;
}

static bool is_currency(const char *s)
{
    return strlen(s) == 3 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

static const char *const bot_classes[] = { "proxy", "machine", "suspect", NULL };
static const char *const click_kinds[] = { "gclid", "msclkid", "fbclid", "ttclid", "li_fat_id", "twclid", NULL };

static bool is_listed(const char *s, const char *const *list)
{
    while (*list && strcmp(*list, s) != 0)
        list++;
    return *list != NULL;
}

static bool is_slug(const char *s)
{
    while ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || *s == '_' || *s == '-')
        s++;
    return *s == '\0';
}

/* A name that leads to a row: the row, or why not. */
struct named_field {
    const char *field, *slug;
    int64_t (*row)(struct account *account, const char *slug, bool create, int64_t now);
    int64_t *id;
};

static int64_t workspace_row(struct account *account, const char *slug, bool create, int64_t now)
{
    (void)create, (void)now;
    return workspace_named(account, slug);
}

static enum outcome unknown(const struct named_field *name, struct arena *arena, const char **error)
{
    *error = arena_printf(arena, "%s: there is no %s named \"%s\"", name->field, name->field, name->slug);
    return NOT_FOUND;
}

static enum outcome names_read(struct account *account, const struct reading *reading, const struct event_reading *how,
                               struct event *event, struct arena *arena, const char **error)
{
    const struct named_field names[] = {
        { "funnel", reading->funnel, funnel_named, &event->funnel_id },
        { "video", reading->video, video_named, &event->video_id },
        { "offer", reading->offer, offer_named, &event->offer_id },
        { "workspace", reading->workspace, workspace_row, &event->workspace_id },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!names[i].slug)
            continue;
        if (!is_slug(names[i].slug))
            return refuse(error, arena, names[i].field, "must be a slug of letters, digits, _ and -");
        *names[i].id = names[i].row(account, names[i].slug, how->create_names, how->now);
        if (!*names[i].id)
            return unknown(&names[i], arena, error);
    }
    return OK;
}

static enum outcome page_read(struct account *account, const struct reading *reading, const struct event_reading *how,
                              struct event *event, struct arena *arena, const char **error)
{
    event->page_kind = reading->page_kind;
    if (!reading->page && !reading->page_kind)
        return OK;
    if (!reading->funnel)
        return refuse(error, arena, "page", "needs the funnel that it belongs to");
    const char *slug = reading->page ? reading->page : reading->page_kind;
    if (!is_slug(slug))
        return refuse(error, arena, "page", "must be a slug of letters, digits, _ and -");
    event->page_id = page_named(account, event->funnel_id, slug, &event->page_kind, how->create_names, how->now);
    const struct named_field name = { "page", slug, NULL, NULL };
    return event->page_id ? OK : unknown(&name, arena, error);
}

static enum outcome contact_read(struct account *account, const struct reading *reading, struct event *event,
                                 struct arena *arena, const char **error)
{
    struct db *db = gate_db(account->gate);
    struct uuid uuid;
    if (reading->contact_id)
        event->contact_id = contact_get(account, reading->contact_id) ? reading->contact_id : 0;
    else if (reading->contact_uuid && uuid_parse(reading->contact_uuid, strlen(reading->contact_uuid), &uuid))
        event->contact_id = contact_by_uuid(db, &uuid);
    else if (reading->personal.email)
        event->contact_id = contact_of_email(account, reading->personal.email, event, arena);
    if (event->contact_id)
        return OK;
    if (reading->contact_id || reading->contact_uuid)
        return refuse(error, arena, "contact", "there is no such contact");
    if (reading->personal.email)
        return refuse(error, arena, "email", "cannot be an e-mail address");
    if (strcmp(event->kind, "registration") == 0)
        return refuse(error, arena, "email", "is missing: a registration needs one");
    return OK;
}

/* What is kept sealed with the event.  The spelling of an address and the IP are a registration's alone: other events need no more than whose they are. */
static const struct personal *personal_kept(struct reading *reading)
{
    struct personal *p = &reading->personal;
    if (strcmp(reading->event, "registration") != 0)
        p->email = p->ip = NULL;
    bool any = p->ip || p->email || p->first_name || p->last_name || p->phone || p->custom || p->props;
    return any ? p : NULL;
}

static enum outcome times_read(const struct reading *reading, const struct event_reading *how, struct event *event,
                               struct arena *arena, const char **error)
{
    event->at = reading->at_ms;
    event->received_at = reading->received_at ? reading->received_ms : how->now;
    if (event->at > how->now + FUTURE_MS)
        return refuse(error, arena, "at", "lies more than a day in the future");
    event->origin = how->origin;
    if (reading->origin && !origin_find(reading->origin, &event->origin))
        return refuse(error, arena, "origin", "must be web, api, hook, import or system");
    if (reading->currency && !is_currency(reading->currency))
        return refuse(error, arena, "currency", "must be an ISO 4217 code like USD");
    if (reading->has_value && !reading->currency)
        return refuse(error, arena, "currency", "is missing: a value needs one");
    if (reading->bot_class && !is_listed(reading->bot_class, bot_classes))
        return refuse(error, arena, "bot_class", "must be proxy, machine or suspect");
    if (reading->source.click_kind && !is_listed(reading->source.click_kind, click_kinds))
        return refuse(error, arena, "click_kind", "must be gclid, msclkid, fbclid, ttclid, li_fat_id or twclid");
    return OK;
}

enum outcome event_from_json(struct account *account, const struct json *object, const char *line, size_t len,
                             const struct event_reading *how, struct arena *arena, struct event *event, const char **error)
{
    struct reading *reading = arena_alloc(arena, sizeof *reading);
    enum outcome got = fields_read(object, reading, arena, error);
    if (got == OK)
        got = kind_read(reading, arena, error);
    *event = (struct event){
        .uuid = event_uuid(reading, line, len),
        .kind = reading->event,
        .has_watch_pct = reading->has_watch_pct,
        .watch_pct = reading->watch_pct,
        .has_watch_secs = reading->has_watch_secs,
        .watch_secs = reading->watch_secs,
        .has_value = reading->has_value,
        .value_minor = reading->value_minor,
        .currency = reading->currency,
        .external_id = reading->external_id,
        .bot_class = reading->bot_class,
    };
    if (got == OK)
        got = times_read(reading, how, event, arena, error);
    if (got == OK)
        got = names_read(account, reading, how, event, arena, error);
    if (got == OK)
        got = page_read(account, reading, how, event, arena, error);
    if (got == OK)
        got = contact_read(account, reading, event, arena, error);
    if (got != OK)
        return got;
    if (reading->visitor)
        event->visitor_id = visitor_row(account, reading->visitor, event->origin, event->received_at);
    event->source_id = source_row(account, &reading->source, arena);
    if (reading->user_agent)
        event->agent_id = agent_row(account, reading->user_agent, event->received_at, arena);
    event->personal = personal_kept(reading);
    return OK;
}
