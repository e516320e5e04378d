/* From the members of one JSON object to an event whose names are rows: what they mean together,
 * and what does not go together.  Each step looks at one side of it; the first that refuses ends.
 */
#include <string.h>

#include "contact.h"
#include "event_fields.h"
#include "kinds.h"

enum { FUTURE_MS = 24 * 3600 * 1000 };

/* An object on its way to an event. */
struct passage {
    struct account *account;
    const struct event_reading *how;
    struct reading said;
    struct event *event;
    struct arena *arena;
    const char *error;
};

static enum outcome refuse(struct passage *passage, const char *field, const char *remedy)
{
    passage->error = arena_printf(passage->arena, "%s: %s", field, remedy);
    return INVALID;
}

static enum outcome unknown(struct passage *passage, const char *field, const char *slug)
{
    passage->error =
        arena_printf(passage->arena, "%s: there is no %s named \"%s\"", field, field, slug);
    return NOT_FOUND;
}

static enum outcome kind_read(struct passage *passage)
{
    struct reading *said = &passage->said;
    if (said->page_kind && !page_kind_is_known(said->page_kind))
        return refuse(passage, "page_kind", "must be registration, watch, offer, thanks or other");
    if (!kind_resolve(&said->event, &said->page_kind, said->offer))
        return refuse(
            passage, "event",
            "must be a name of a-z 0-9 _ . - (docs/events.md lists those with a meaning)");
    passage->event->kind = said->event;
    passage->event->page_kind = said->page_kind;
    return OK;
}

static enum outcome times_read(struct passage *passage)
{
    const struct reading *said = &passage->said;
    int64_t now = passage->how->now;
    passage->event->at = said->at;
    passage->event->received_at = said->received_at ? said->received_at : now;
    if (said->at > now + FUTURE_MS)
        return refuse(passage, "at", "lies more than a day in the future");
    if (said->received_at > now + FUTURE_MS)
        return refuse(passage, "received_at", "lies more than a day in the future");
    return OK;
}

static const char *const bot_classes[] = { "proxy", "machine", "suspect", NULL };
static const char *const click_kinds[] = { "gclid",     "msclkid", "fbclid", "ttclid",
                                           "li_fat_id", "twclid",  NULL };

static bool is_listed(const char *s, const char *const *list)
{
    while (*list && strcmp(*list, s) != 0)
        list++;
    return *list != NULL;
}

static enum outcome words_read(struct passage *passage)
{
    const struct reading *said = &passage->said;
    struct event *event = passage->event;
    event->origin = passage->how->origin;
    if (said->origin && !origin_find(said->origin, &event->origin))
        return refuse(passage, "origin", "must be web, api, hook, import or system");
    if (said->currency && !currency_is_valid(said->currency))
        return refuse(passage, "currency", "must be an ISO 4217 code like USD");
    if (said->has_value && !said->currency)
        return refuse(passage, "currency", "is missing: a value needs one");
    if (said->bot_class && !is_listed(said->bot_class, bot_classes))
        return refuse(passage, "bot_class", "must be proxy, machine or suspect");
    if (said->source.click_kind && !is_listed(said->source.click_kind, click_kinds))
        return refuse(passage, "click_kind",
                      "must be gclid, msclkid, fbclid, ttclid, li_fat_id or twclid");
    return OK;
}

static const char slug_rule[] = "must be a slug of letters, digits, _ and -";

static enum outcome names_read(struct passage *passage)
{
    const struct reading *said = &passage->said;
    struct event *event = passage->event;
    const struct {
        const char *field, *slug;
        row_named *named;
        int64_t *id;
    } names[] = {
        { "funnel", said->funnel, funnel_named, &event->funnel_id },
        { "video", said->video, video_named, &event->video_id },
        { "offer", said->offer, offer_named, &event->offer_id },
        { "workspace", said->workspace, workspace_named, &event->workspace_id },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!names[i].slug)
            continue;
        if (!named_slug_is_valid(names[i].slug))
            return refuse(passage, names[i].field, slug_rule);
        *names[i].id = names[i].named(passage->account, names[i].slug, passage->how->create_names,
                                      passage->how->now);
        if (!*names[i].id)
            return unknown(passage, names[i].field, names[i].slug);
    }
    return OK;
}

/* A page that is known tells its kind, and what the event is may hang on that. */
static enum outcome page_read(struct passage *passage)
{
    const struct reading *said = &passage->said;
    struct event *event = passage->event;
    const char *slug = said->page ? said->page : said->page_kind;
    if (!slug)
        return OK;
    if (!said->funnel)
        return refuse(passage, "page", "needs the funnel that it belongs to");
    if (!named_slug_is_valid(slug))
        return refuse(passage, "page", slug_rule);
    event->page_id = page_named(passage->account, event->funnel_id, slug, &event->page_kind,
                                passage->how->create_names, passage->how->now);
    if (!event->page_id)
        return unknown(passage, "page", slug);
    kind_resolve(&event->kind, &event->page_kind, said->offer);
    return OK;
}

static int64_t contact_named(struct passage *passage)
{
    const struct reading *said = &passage->said;
    struct account *account = passage->account;
    struct uuid uuid;
    if (said->contact_id)
        return contact_get(account, said->contact_id) ? said->contact_id : 0;
    if (uuid_parse(said->contact_uuid, strlen(said->contact_uuid), &uuid))
        return contact_by_uuid(gate_db(account->gate), &uuid);
    return 0;
}

static bool is_registration(const struct event *event)
{
    return strcmp(event->kind, "registration") == 0;
}

static enum outcome contact_read(struct passage *passage)
{
    const struct reading *said = &passage->said;
    struct event *event = passage->event;
    const char *email = said->personal.email;
    bool named = said->contact_id || said->contact_uuid;
    if (named && email)
        return refuse(passage, "contact", "and email are two answers to one question: give one");
    if (named)
        event->contact_id = contact_named(passage);
    else if (email)
        event->contact_id = contact_of_email(passage->account, email, event, passage->arena);
    if (event->contact_id)
        return OK;
    if (named)
        return refuse(passage, "contact", "there is no such contact");
    if (email)
        return refuse(passage, "email", "cannot be an e-mail address");
    if (is_registration(event))
        return refuse(passage, "email", "is missing: a registration needs one");
    return OK;
}

/* What is kept sealed with the event.  The spelling of an address and the IP are a registration's
 * alone: other events need no more than whose they are. */
static const struct personal *personal_kept(struct passage *passage)
{
    struct personal *p = &passage->said.personal;
    if (!is_registration(passage->event))
        p->email = p->ip = NULL;
    bool any =
        p->ip || p->email || p->first_name || p->last_name || p->phone || p->custom || p->props;
    return any ? p : NULL;
}

/* Rows that are made when they are new, so after all that may refuse. */
static enum outcome rest_read(struct passage *passage)
{
    const struct reading *said = &passage->said;
    struct account *account = passage->account;
    struct event *event = passage->event;
    if (said->visitor)
        event->visitor_id = visitor_row(account, said->visitor, event->origin, event->received_at);
    event->source_id = source_row(account, &said->source, passage->arena);
    if (said->user_agent)
        event->agent_id = agent_row(account, said->user_agent, event->received_at, passage->arena);
    event->personal = personal_kept(passage);
    return OK;
}

static enum outcome (*const steps[])(struct passage *passage) = {
    kind_read, times_read, words_read, names_read, page_read, contact_read, rest_read,
};

static struct uuid event_uuid(const struct reading *said, const char *line, size_t len)
{
    struct uuid id;
    if (!said->id)
        return uuid_of_name(said->at, "line", line, len);
    if (!uuid_parse(said->id, strlen(said->id), &id))
        id = uuid_of_name(said->at, "event", said->id, strlen(said->id));
    return id;
}

static struct event event_begin(const struct reading *said, const char *line, size_t len)
{
    return (struct event){
        .uuid = event_uuid(said, line, len),
        .has_watch_pct = said->has_watch_pct,
        .watch_pct = said->watch_pct,
        .has_watch_secs = said->has_watch_secs,
        .watch_secs = said->watch_secs,
        .has_value = said->has_value,
        .value_minor = said->value_minor,
        .currency = said->currency,
        .external_id = said->external_id,
        .bot_class = said->bot_class,
    };
}

enum outcome event_from_json(struct account *account, const struct json *object, const char *line,
                             size_t len, const struct event_reading *how, struct arena *arena,
                             struct event *event, const char **error)
{
    struct passage *passage = arena_alloc(arena, sizeof *passage);
    *passage = (struct passage){ .account = account, .how = how, .event = event, .arena = arena };
    enum outcome got = OK;
    *error = fields_read(object, &passage->said, arena);
    if (*error)
        return INVALID;
    *event = event_begin(&passage->said, line, len);
    for (size_t i = 0; got == OK && i < sizeof steps / sizeof *steps; i++)
        got = steps[i](passage);
    *error = passage->error;
    return got;
}
