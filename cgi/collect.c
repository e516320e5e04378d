/* weir-collect: what the public reaches without a credential.  Its routes are one of the six tables
 * that are the architecture. */
#include "collect.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "clock.h"
#include "log.h"
#include "mustache.h"
#include "serve.h"

enum { FORM_BODY = 64 * 1024 };

static const struct route routes[] = {
    /* method      path                           kind         auth    body       open
     *             check           run */
    { METHOD_POST, "/c/:account/:funnel/register", ROUTE_WRITE, "none", FORM_BODY, true,
                   register_check, register_run },
    { 0 },
};

static const char program[] = "weir-collect";

struct options {
    const char *config, *listen;
    bool print_routes;
};

static const struct argp_option options[] = {
    { "config", 'c', "FILE", 0, "read settings from FILE", 0 },
    { "listen", 'l', "SOCKET", 0,
      "a path, or :PORT on this machine; else the socket on standard input, else plain CGI", 0 },
    { "routes", 'r', 0, 0, "print the route table as JSON and exit", 0 },
    { 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *chosen = state->input;
    switch (key) {
    case 'c':
        chosen->config = argument;
        return 0;
    case 'l':
        chosen->listen = argument;
        return 0;
    case 'r':
        chosen->print_routes = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int routes_print(struct arena *arena)
{
    puts(json_print_pretty(arena, routes_json(routes, arena)));
    return EX_OK;
}

static int collect(struct arena *arena, const struct config *config, const char *listen)
{
    const char *error;
    struct templates *templates = templates_new(NULL);
    const char *folder = arena_printf(arena, "%s/public", config->templates);
    int code = EX_CONFIG;
    if (templates_load(templates, folder, arena, &error))
        code = serve(&(struct service){ program, routes, templates }, config, listen);
    else
        fprintf(stderr, "%s: %s\n", program, error);
    templates_free(templates);
    return code;
}

int main(int argc, char **argv)
{
    const struct argp argp = { .options = options, .parser = parse,
                               .doc = "The public door of Weir: registrations of funnels." };
    struct options chosen = { 0 };
    struct config config;
    struct arena *arena = arena_new();
    const char *error;
    argp_parse(&argp, argc, argv, 0, NULL, &chosen);
    log_program(program);
    clock_start();
    if (chosen.print_routes)
        return routes_print(arena);
    if (!config_load(arena, chosen.config, NULL, &config, &error)) {
        fprintf(stderr, "%s: %s\n", program, error);
        return EX_CONFIG;
    }
    log_open(config.log_file);
    int code = collect(arena, &config, chosen.listen);
    arena_free(arena);
    return code;
}
