/* A registration is never lost: only a missing or impossible e-mail refuses.  What a form sends
 * beyond the known fields becomes custom fields; a browser that is refused gets its form back with
 * what it typed.  The JSON door is strict: an unknown or ill-typed member is named. */
#include <string.h>

#include "clock.h"
#include "collect.h"
#include "contact.h"
#include "event.h"
#include "lead_token.h"
#include "log.h"
#include "mustache.h"
#include "names.h"
#include "personal.h"
#include "respond.h"
#include "salt.h"

enum { CUSTOM_MOST = 50, TEXT_MOST = 4096 };

struct registration {
    struct personal personal;
    struct source source;
    const char *page, *next;
    struct json *custom;
    size_t custom_count;
};

#define AT(member) offsetof(struct registration, member)
/* The names that a registration knows; the first value given to a place stays. */
static const struct known {
    const char *name;
    size_t at;
} known[] = {
    { "email", AT(personal.email) },
    { "first_name", AT(personal.first_name) },
    { "last_name", AT(personal.last_name) },
    { "phone", AT(personal.phone) },
    { "utm_source", AT(source.utm_source) },
    { "utm_medium", AT(source.utm_medium) },
    { "utm_campaign", AT(source.utm_campaign) },
    { "utm_content", AT(source.utm_content) },
    { "utm_term", AT(source.utm_term) },
    { "ref", AT(source.utm_source) },
    { "referral_code", AT(source.referral_code) },
    { "rc", AT(source.referral_code) },
    { "referrer", AT(source.referrer) },
    { "page", AT(page) },
    { "registration_page_id", AT(page) },
    { "next", AT(next) },
    { 0 },
};

static const char **known_place(struct registration *registration, const char *name)
{
    for (const struct known *field = known; field->name; field++)
        if (strcmp(field->name, name) == 0)
            return (const char **)((char *)registration + field->at);
    return NULL;
}

/* Values that would decide who somebody is must not come twice. */
static const char *form_doubled(const struct form *form)
{
    static const char *const deciding[] = { "email", "phone", NULL };
    for (const char *const *name = deciding; *name; name++)
        if (form_occurrences(form, *name) > 1)
            return *name;
    return NULL;
}

static void custom_keep(struct registration *registration, const char *name, const char *value)
{
    if (registration->custom_count == CUSTOM_MOST || json_get(registration->custom, name))
        return;
    json_set_text(registration->custom, name, value);
    registration->custom_count++;
}

static enum outcome form_take(struct request *request, struct registration *registration)
{
    const char *doubled = form_doubled(&request->form);
    if (doubled)
        return respond_problem(request, INVALID, doubled, "came twice");
    for (const struct form_pair *pair = request->form.first; pair; pair = pair->next) {
        const char **place = known_place(registration, pair->name);
        if (!place)
            custom_keep(registration, pair->name, pair->value);
        else if (!*place && *pair->value)
            *place = pair->value;
    }
    return OK;
}

static enum outcome json_custom_take(struct request *request, struct registration *registration,
                                     const struct json *custom)
{
    if (json_type(custom) != JSON_OBJECT || json_count(custom) > CUSTOM_MOST)
        return respond_problem(request, INVALID, "custom",
                               "must be an object of at most 50 members");
    if (json_count(custom))
        registration->personal.custom = custom;
    return OK;
}

static enum outcome json_member_take(struct request *request, struct registration *registration,
                                     const struct json *member)
{
    const char *name = json_key(member), *value;
    if (strcmp(name, "custom") == 0)
        return json_custom_take(request, registration, member);
    const char **place = known_place(registration, name);
    if (!place)
        return respond_problem(request, INVALID, name,
                               "is no field of a registration; put your own under custom");
    if (json_type(member) == JSON_NULL)
        return OK;
    if (!json_text(member, &value) || strlen(value) > TEXT_MOST)
        return respond_problem(request, INVALID, name, "must be a string of at most 4096 bytes");
    if (!*place && *value)
        *place = value;
    return OK;
}

static enum outcome json_take(struct request *request, struct registration *registration)
{
    for (const struct json *member = json_first(request->json); member;
         member = json_next(member)) {
        enum outcome got = json_member_take(request, registration, member);
        if (got != OK)
            return got;
    }
    return OK;
}

static const char *const shown[] = { "email", "first_name", "last_name", "phone", NULL };

static bool is_shown(const char *name)
{
    const char *const *one = shown;
    while (*one && strcmp(*one, name) != 0)
        one++;
    return *one != NULL;
}

/* What was typed: the fields that the page shows, and the others, which it carries along unseen. */
static struct json *form_view(struct request *request, const char *message)
{
    struct json *view = json_object(request->arena), *others = json_array(request->arena);
    json_set_text(view, "message", message);
    json_set_text(view, "action", request->path);
    for (const char *const *name = shown; *name; name++)
        json_set_text(view, *name, form_value(&request->form, *name));
    for (const struct form_pair *pair = request->form.first; pair; pair = pair->next) {
        if (is_shown(pair->name))
            continue;
        struct json *other = json_object(request->arena);
        json_set_text(other, "name", pair->name);
        json_set_text(other, "value", pair->value);
        json_append(others, other);
    }
    json_set(view, "others", others);
    return view;
}

static bool respond_page(struct request *request, int status, const char *name,
                         const struct json *view)
{
    struct text *page = text_new(request->arena);
    const char *error = NULL;
    if (!mustache_render(request->templates, name, view, page, request->arena, &error)) {
        log_write(LOG_ERROR, "a public page cannot be rendered", LOG_TEXT("error", error));
        return false;
    }
    respond_html(request, status, text_str(page));
    return true;
}

/* A browser gets its form again with what it typed; a program gets a problem. */
static enum outcome email_refuse(struct request *request, const char *message)
{
    if (!request->json && request_wants_html(request) &&
        respond_page(request, outcome_status(INVALID), "register", form_view(request, message)))
        return INVALID;
    return respond_problem(request, INVALID, "email", message);
}

/* A path of this host, and nothing that a browser would take for another one. */
static bool is_path_here(const char *next)
{
    bool plain = next[0] == '/' &&
                 ((next[1] >= 'a' && next[1] <= 'z') || (next[1] >= 'A' && next[1] <= 'Z') ||
                  (next[1] >= '0' && next[1] <= '9'));
    for (const char *c = next; plain && *c; c++)
        plain = *c > ' ' && *c < 0x7f && *c != '\\' && !(c[0] == '/' && c[1] == '/');
    return plain;
}

enum outcome register_check(struct request *request)
{
    struct registration *registration = arena_alloc(request->arena, sizeof *registration);
    registration->custom = json_object(request->arena);
    enum outcome got =
        request->json ? json_take(request, registration) : form_take(request, registration);
    if (got != OK)
        return got;
    if (registration->custom_count)
        registration->personal.custom = registration->custom;
    if (registration->next && !is_path_here(registration->next))
        registration->next = NULL;
    if (!registration->personal.email)
        return email_refuse(request, "is missing");
    if (!email_key(request->arena, registration->personal.email))
        return email_refuse(request, "cannot be an e-mail address");
    registration->personal.ip = request_param(request, "REMOTE_ADDR");
    request->checked = registration;
    return OK;
}

static void browser_read(struct request *request, struct event *event)
{
    const char *agent = request_param(request, "HTTP_USER_AGENT");
    struct account *account = request->account;
    const char *key = visitor_key(account, zone_day(account->zone, request->now),
                                  request_param(request, "REMOTE_ADDR"), agent, request->arena);
    if (key)
        event->visitor_id = visitor_row(account, key, event->origin, request->now);
    if (agent && *agent)
        event->agent_id = agent_row(account, agent, request->now, request->arena);
}

static struct event registration_event(struct request *request,
                                       const struct registration *registration, int64_t funnel_id)
{
    struct event event = { .uuid = uuid_new(request->now),
                           .at = request->now,
                           .received_at = request->now,
                           .kind = "registration",
                           .origin = ORIGIN_WEB,
                           .funnel_id = funnel_id,
                           .page_kind = "registration",
                           .personal = &registration->personal };
    if (registration->page && named_slug_is_valid(registration->page))
        event.page_id = page_named(request->account, funnel_id, registration->page,
                                   &event.page_kind, true, request->now);
    event.source_id = source_row(request->account, &registration->source, request->arena);
    event.contact_id =
        contact_of_email(request->account, registration->personal.email, &event, request->arena);
    browser_read(request, &event);
    return event;
}

/* Alike for new and for known people. */
static void register_answer(struct request *request, const struct registration *registration,
                            const struct event *event)
{
    const struct contact *contact = contact_get(request->account, event->contact_id);
    struct lead_token token = { .contact = contact->uuid, .funnel_id = event->funnel_id };
    const char *text = lead_token_write(request->account, &token, request->arena),
               *next = registration->next;
    struct json *told = json_object(request->arena);
    json_set_bool(told, "ok", true);
    json_set_text(told, "next", next);
    json_set_text(told, "lead_token", text);
    if (request->json || (!next && !request_wants_html(request)))
        respond_json(request, outcome_status(OK), told);
    else if (next)
        respond_redirect(request, arena_printf(request->arena, "%s%swt=%s", next,
                                               strchr(next, '?') ? "&" : "?", text));
    else if (!respond_page(request, outcome_status(OK), "registered", told))
        respond_json(request, outcome_status(OK), told);
}

enum outcome register_run(struct request *request)
{
    const struct registration *registration = request->checked;
    int64_t funnel_id = funnel_named(request->account, request->part[1], false, request->now);
    if (!funnel_id)
        return respond_problem(request, NOT_FOUND, NULL, NULL);
    struct event event = registration_event(request, registration, funnel_id);
    enum outcome got = event_happened(request->account, &event, request->arena);
    if (db_fault(gate_db(request->account->gate)) != DB_FINE)
        return UNAVAILABLE;
    register_answer(request, registration, &event);
    return got;
}
