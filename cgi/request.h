/* One request as a handler sees it: routed, its account open, its body decoded.  It knows HTTP and
 * nothing of FastCGI; serve.c fills it and sends its answer.  Everything lives in the request's
 * arena. */
#ifndef WEIR_REQUEST_H
#define WEIR_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account.h"
#include "arena.h"
#include "form.h"
#include "json.h"
#include "outcome.h"
#include "text.h"

enum method {
    METHOD_GET = 1,
    METHOD_POST = 2,
    METHOD_PATCH = 4,
    METHOD_DELETE = 8,
    METHOD_OPTIONS = 16
};

enum { PATH_PARTS = 4 };

struct answer {
    int status;        /* 0: the handler has not answered */
    const char *type;  /* Content-Type; NULL: no body */
    struct text *head; /* further header lines, each ended by CRLF */
    struct text *body;
};

struct route;
struct templates;

struct request {
    struct arena *arena;
    const char *const *params; /* NAME=value, as FastCGI and CGI hand them over; ended by NULL */
    char id[17];               /* in the log line and in X-Request-Id */
    int64_t now;
    enum method method; /* HEAD is read as GET; its answer's body stays away */
    bool is_head;
    const char *path; /* normalised by the web server, decoded once */
    const struct route *route;
    const struct templates *templates; /* of public pages; NULL in programs without */
    void *checked;                     /* what the route's check has read, for its run */
    const char *part[PATH_PARTS];      /* what stood for :name in the route's pattern, in order */
    struct account *account;
    const char *body;
    size_t body_len;
    struct form form;        /* a posted form, else the query */
    const struct json *json; /* a posted JSON object, else NULL */
    struct answer answer;
};

/* A parameter by its CGI name: "REMOTE_ADDR", "HTTP_ACCEPT"; NULL when missing. */
const char *request_param(const struct request *request, const char *name);
/* True unless a header that decides who may do what came twice: nginx hands both on. */
bool request_is_single_minded(const struct request *request, const char **header);
bool request_wants_html(const struct request *request); /* a browser: its Accept names text/html */
/* The media type of the body without parameters, lower case: "application/json"; "" when there is
 * none. */
const char *request_media_type(const struct request *request);

/* Method and path.  False: a method that nobody offers. */
bool request_begin(struct request *request, struct arena *arena, const char *const *params,
                   int64_t now);
/* Reads the body into form or json by its media type.  OK, else the answer is made. */
enum outcome request_decode(struct request *request);

#endif
