/* Routes: method, path, what the path's parts mean and who answers.  A pattern is literal but for
 * parts that begin with a colon: "/c/:account/:funnel/register".  `:account` opens the account. */
#ifndef WEIR_ROUTE_H
#define WEIR_ROUTE_H

#include "request.h"

enum route_kind {
    ROUTE_READ,  /* answered at once, from a connection that cannot write */
    ROUTE_WRITE, /* inside an item of the account's gate; the answer leaves after COMMIT */
};

struct route {
    enum method method;
    const char *pattern;
    enum route_kind kind;
    const char
        *auth; /* what proves the right to call it: "none", for the tables that programs print */
    size_t body_most; /* bytes */
    bool is_open;     /* any origin may read its answers, refusals too */
    /* Before the gate: checks what needs no account's rows.  OK, else the answer is made.  NULL:
     * nothing to check. */
    enum outcome (*check)(struct request *request);
    enum outcome (*run)(struct request *request);
};

/* The route of the request's method and path, its parts filled in.  NULL: none; *allowed: the
 * methods that the path knows, 0 when it knows none. */
const struct route *route_find(const struct route *routes, struct request *request, int *allowed);
const char *methods_list(int methods, struct arena *arena); /* "GET, POST", for Allow */
struct json *routes_json(const struct route *routes,
                         struct arena *arena); /* `weir routes --json` */

#endif
