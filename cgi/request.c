/* Reads what the web server hands over.  Nothing here trusts a header that the client wrote: the
 * address comes from the connection, links from the configuration, and what came twice and matters
 * is refused. */
#include "request.h"

#include <string.h>
#include <strings.h>

#include "respond.h"

static const struct {
    const char *name;
    enum method method;
} methods[] = {
    { "GET", METHOD_GET },
    { "HEAD", METHOD_GET },
    { "POST", METHOD_POST },
    { "PATCH", METHOD_PATCH },
    { "DELETE", METHOD_DELETE },
    { "OPTIONS", METHOD_OPTIONS },
    { NULL, 0 },
};

/* Headers that decide who may do what, or what the body is. */
static const char *const deciding[] = {
    "HTTP_COOKIE", "HTTP_AUTHORIZATION",   "HTTP_X_API_KEY",      "HTTP_X_WORKSPACE_ID",
    "HTTP_ORIGIN", "HTTP_IDEMPOTENCY_KEY", "CONTENT_TYPE",        "CONTENT_LENGTH",
    "HTTP_HOST",   "HTTP_CONTENT_TYPE",    "HTTP_CONTENT_LENGTH", NULL,
};

const char *request_param(const struct request *request, const char *name)
{
    size_t len = strlen(name);
    for (const char *const *param = request->params; *param; param++)
        if (strncmp(*param, name, len) == 0 && (*param)[len] == '=')
            return *param + len + 1;
    return NULL;
}

static size_t request_param_count(const struct request *request, const char *name)
{
    size_t len = strlen(name), count = 0;
    for (const char *const *param = request->params; *param; param++)
        count += strncmp(*param, name, len) == 0 && (*param)[len] == '=';
    return count;
}

bool request_is_single_minded(const struct request *request, const char **header)
{
    for (const char *const *name = deciding; *name; name++)
        if (request_param_count(request, *name) > 1) {
            *header = *name;
            return false;
        }
    return true;
}

bool request_wants_html(const struct request *request)
{
    const char *accept = request_param(request, "HTTP_ACCEPT");
    return accept && strstr(accept, "text/html");
}

const char *request_media_type(const struct request *request)
{
    const char *type = request_param(request, "CONTENT_TYPE");
    if (!type)
        return "";
    char *media = arena_strndup(request->arena, type, strcspn(type, "; \t"));
    for (char *c = media; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return media;
}

static bool method_read(struct request *request)
{
    const char *name = request_param(request, "REQUEST_METHOD");
    for (int i = 0; name && methods[i].name; i++)
        if (strcmp(methods[i].name, name) == 0) {
            request->method = methods[i].method;
            request->is_head = strcmp(name, "HEAD") == 0;
            return true;
        }
    return false;
}

/* nginx and Apache put the decoded path in one of these two; PATH_INFO when the program itself has
 * a path. */
static const char *path_read(const struct request *request)
{
    const char *info = request_param(request, "PATH_INFO"),
               *script = request_param(request, "SCRIPT_NAME");
    return info && *info ? info : script ? script : "";
}

bool request_begin(struct request *request, struct arena *arena, const char *const *params,
                   int64_t now)
{
    uint8_t id[8];
    *request = (struct request){ .arena = arena, .params = params, .now = now };
    crypto_random(id, sizeof id);
    memcpy(request->id, hex_encode(arena, id, sizeof id), sizeof request->id);
    request->path = path_read(request);
    return method_read(request);
}

static const struct {
    enum form_verdict verdict;
    const char *detail;
} form_faults[] = {
    { FORM_TOO_MANY, "too many fields: at most 100" },
    { FORM_NAME_LONG, "a field's name is longer than 64 bytes" },
    { FORM_VALUE_LONG, "is longer than 4096 bytes" },
    { FORM_NUL, "holds a NUL byte" },
    { FORM_BROKEN, "the multipart body is broken" },
    { FORM_FILE, "files are not accepted" },
    { FORM_FINE, NULL },
};

static enum outcome form_judge(struct request *request, enum form_verdict verdict,
                               const char *where)
{
    int i = 0;
    if (verdict == FORM_FINE)
        return OK;
    while (form_faults[i].verdict != verdict)
        i++;
    return respond_problem(request, INVALID, where, form_faults[i].detail);
}

static enum outcome json_decode(struct request *request)
{
    const char *error = NULL;
    request->json = json_parse(request->arena, request->body, request->body_len, NULL, &error);
    if (!request->json)
        return respond_problem(request, INVALID, NULL, error);
    if (json_type(request->json) != JSON_OBJECT)
        return respond_problem(request, INVALID, NULL, "the body must be one JSON object");
    return OK;
}

static enum outcome form_decode(struct request *request, const char *type)
{
    static const struct form_limits limits = { .pairs = 100, .name = 64, .value = 4096 };
    const char *where = NULL, *text = request->body,
               *content_type = request_param(request, "CONTENT_TYPE");
    size_t len = request->body_len;
    if (request->method == METHOD_GET) {
        text = request_param(request, "QUERY_STRING");
        text = text ? text : "";
        len = strlen(text);
    }
    enum form_verdict verdict =
        strcmp(type, "multipart/form-data") == 0
            ? form_multipart(request->arena, content_type, text, len, &limits, &request->form,
                             &where)
            : form_urlencoded(request->arena, text, len, &limits, &request->form, &where);
    return form_judge(request, verdict, where);
}

enum outcome request_decode(struct request *request)
{
    static const char *const forms[] = { "", "application/x-www-form-urlencoded",
                                         "multipart/form-data", NULL };
    const char *type = request->method == METHOD_GET ? "" : request_media_type(request);
    if (strcmp(type, "application/json") == 0 || strcmp(type, "text/plain") == 0)
        return json_decode(request);
    for (const char *const *form = forms; *form; form++)
        if (strcmp(*form, type) == 0)
            return form_decode(request, type);
    return respond_refusal(
        request, 415,
        "send application/x-www-form-urlencoded, multipart/form-data or application/json");
}
