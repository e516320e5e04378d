/* The loop that both FastCGI programs share: epoll parks the connections that the web server keeps
 * open, each turn answers what is ready, and the writes of a turn are one group commit per account.
 * The same binary serves one request as plain CGI.  No threads: state is plain, SIGTERM is a flag
 * that the loop sees. */
#ifndef WEIR_SERVE_H
#define WEIR_SERVE_H

#include "config.h"
#include "route.h"

struct service {
    const char *name; /* weir-collect */
    const struct route *routes;
    const struct templates *templates; /* handed to every request */
};

/* Serves the socket on standard input (as spawn-fcgi, systemd and mod_fcgid hand it over), or
 * `listen` when it is not NULL (a path, or ":port" on loopback), until SIGTERM.  A sysexits code.
 */
int serve(const struct service *service, const struct config *config, const char *listen);

#endif
