/* One table turns outcomes into statuses; one function prints every answer, so that no answer lacks
 * the headers that keep a browser from guessing. */
#include "respond.h"

#include <string.h>

static const struct {
    int status;
    const char *title;
} outcomes[] = {
    [OK] = { 200, "OK" },
    [CREATED] = { 201, "Created" },
    [INVALID] = { 400, "The request cannot be accepted as it is" },
    [FORBIDDEN] = { 403, "Not allowed" },
    [NOT_FOUND] = { 404, "There is no such thing" },
    [CONFLICT] = { 409, "It quarrels with what is there" },
    [TOO_LARGE] = { 413, "Too large" },
    [UNAVAILABLE] = { 503, "Not stored: try again in a moment" },
};

static const char json_policy[] =
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
static const char html_policy[] =
    "Content-Security-Policy: default-src 'none'; style-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n";

/* Every status that is answered here; RFC 9112 wants at least a blank behind the number. */
static const struct {
    int status;
    const char *reason;
} reasons[] = {
    { 200, "OK" },
    { 201, "Created" },
    { 204, "No Content" },
    { 303, "See Other" },
    { 400, "Bad Request" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 409, "Conflict" },
    { 413, "Content Too Large" },
    { 415, "Unsupported Media Type" },
    { 501, "Not Implemented" },
    { 503, "Service Unavailable" },
    { 0, "" },
};

static const char *status_reason(int status)
{
    int i = 0;
    while (reasons[i].status && reasons[i].status != status)
        i++;
    return reasons[i].reason;
}

int outcome_status(enum outcome outcome)
{
    return outcomes[outcome].status;
}

void respond_header(struct request *request, const char *name, const char *value)
{
    if (strpbrk(value, "\r\n"))
        return;
    struct answer *answer = &request->answer;
    if (!answer->head)
        answer->head = text_new(request->arena);
    text_add_format(answer->head, "%s: %s\r\n", name, value);
}

static void respond_body(struct request *request, int status, const char *type, const char *body)
{
    struct answer *answer = &request->answer;
    answer->status = status;
    answer->type = type;
    answer->body = text_new(request->arena);
    text_add(answer->body, body);
}

void respond_json(struct request *request, int status, const struct json *body)
{
    respond_body(request, status, "application/json", json_print(request->arena, body));
}

void respond_html(struct request *request, int status, const char *html)
{
    respond_body(request, status, "text/html; charset=utf-8", html);
}

void respond_empty(struct request *request, int status)
{
    request->answer.status = status;
    request->answer.type = NULL;
}

void respond_redirect(struct request *request, const char *location)
{
    respond_header(request, "Location", location);
    respond_empty(request, 303);
}

static void respond_problem_body(struct request *request, int status, const char *title,
                                 const char *field, const char *detail)
{
    struct json *problem = json_object(request->arena);
    json_set_text(problem, "type", "about:blank");
    json_set_text(problem, "title", title);
    json_set_int(problem, "status", status);
    if (field)
        json_set_text(problem, "field", field);
    if (detail)
        json_set_text(problem, "detail", detail);
    json_set_text(problem, "request_id", request->id);
    respond_body(request, status, "application/problem+json", json_print(request->arena, problem));
    if (status == 503)
        respond_header(request, "Retry-After", "2");
}

enum outcome respond_problem(struct request *request, enum outcome outcome, const char *field,
                             const char *detail)
{
    respond_problem_body(request, outcome_status(outcome), outcomes[outcome].title, field, detail);
    return outcome;
}

enum outcome respond_refusal(struct request *request, int status, const char *detail)
{
    respond_problem_body(request, status, "The request is refused", NULL, detail);
    return INVALID;
}

struct text *answer_print(struct request *request)
{
    const struct answer *answer = &request->answer;
    struct text *out = text_new(request->arena);
    text_add_format(out, "Status: %d %s\r\nX-Request-Id: %s\r\n", answer->status,
                    status_reason(answer->status), request->id);
    text_add(out, "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: "
                  "no-referrer\r\n");
    if (answer->head)
        text_add_n(out, text_str(answer->head), text_len(answer->head));
    if (answer->type) {
        text_add(out, strncmp(answer->type, "text/html", 9) == 0 ? html_policy : json_policy);
        text_add_format(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", answer->type,
                        text_len(answer->body));
    } else if (answer->status != 204)
        text_add(out, "Content-Length: 0\r\n");
    text_add(out, "\r\n");
    if (answer->type && !request->is_head)
        text_add_n(out, text_str(answer->body), text_len(answer->body));
    return out;
}
