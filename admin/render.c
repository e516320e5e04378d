/* weir render TEMPLATE DATA: what a template makes of a JSON document, without a database or a page
 * around it.  Meant for writing templates, and for trying a template on data one was sent. */
#include "render.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "arena.h"
#include "file.h"
#include "json.h"
#include "mustache.h"
#include "text.h"

enum { LARGEST_INPUT = 16 * 1024 * 1024 };

struct order {
    const char *template, *data, *partials;
};

static const struct argp_option options[] = {
    { "partials", 'p', "DIR", 0, "Folder of partials and layouts (default: where TEMPLATE is)", 0 },
    { 0 },
};

static error_t take(int key, char *arg, struct argp_state *state)
{
    struct order *order = state->input;
    switch (key) {
    case 'p':
        order->partials = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_usage(state);
        *(state->arg_num == 0 ? &order->template : &order->data) = arg;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2)
            argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options,
    .parser = take,
    .args_doc = "TEMPLATE DATA",
    .doc = "Render a Mustache template with a JSON document and print the result.\v"
           "DATA is a file, or - for standard input.  Exit status: 0 rendered, 64 wrong usage, "
           "65 a mistake in TEMPLATE, a partial or DATA, 66 an input cannot be read, 74 the result "
           "cannot be written.",
};

static int stop(int status, const char *what)
{
    fprintf(stderr, "weir render: %s\n", what);
    return status;
}

static int stop_unread(struct arena *arena, const char *path)
{
    return stop(EX_NOINPUT, arena_printf(arena, "%s: cannot be read: %s", path, strerror(errno)));
}

static const char *name_of(struct arena *arena, const char *path)
{
    const char *file = file_last_name(path), *ending = strrchr(file, '.');
    bool usual = ending && strcmp(ending, ".mustache") == 0;
    return usual ? arena_strndup(arena, file, (size_t)(ending - file)) : file;
}

/* 0, or the exit status. */
static int set_fill(struct templates *set, const struct order *order, const char **name,
                    struct arena *arena)
{
    size_t len;
    const char *error, *source = file_read(arena, order->template, LARGEST_INPUT, &len);
    if (!source)
        return stop_unread(arena, order->template);
    const char *dir = order->partials ? order->partials : file_parent(arena, order->template);
    if (access(dir, R_OK | X_OK) != 0)
        return stop_unread(arena, dir);
    *name = name_of(arena, order->template);
    if (!templates_load(set, dir, arena, &error) ||
        !templates_add(set, *name, source, len, arena, &error))
        return stop(EX_DATAERR, error);
    return 0;
}

static int data_read(const char *path, const struct json **data, struct arena *arena)
{
    static const struct json_limits limits = { LARGEST_INPUT, 64, 10 * 1000 * 1000 };
    bool standard = strcmp(path, "-") == 0;
    size_t len;
    const char *error, *s = file_read(arena, standard ? "/dev/stdin" : path, LARGEST_INPUT, &len);
    if (!s)
        return stop_unread(arena, path);
    *data = json_parse(arena, s, len, &limits, &error);
    return *data ? 0 : stop(EX_DATAERR, arena_printf(arena, "%s: %s", path, error));
}

static int print_rendered(struct templates *set, const struct order *order, struct arena *arena)
{
    const char *name, *error;
    const struct json *data;
    int status = set_fill(set, order, &name, arena);
    if (status == 0)
        status = data_read(order->data, &data, arena);
    if (status != 0)
        return status;
    struct text *out = text_new(arena);
    if (!mustache_render(set, name, data, out, arena, &error))
        return stop(EX_DATAERR, error);
    if (fwrite(text_str(out), 1, text_len(out), stdout) != text_len(out) || fflush(stdout) != 0)
        return stop(EX_IOERR,
                    arena_printf(arena, "the result cannot be written: %s", strerror(errno)));
    return 0;
}

int render_main(int argc, char **argv)
{
    struct order order = { 0 };
    argp_parse(&argp, argc, argv, 0, NULL, &order);
    struct arena *arena = arena_new();
    struct templates *set = templates_new(NULL);
    int status = print_rendered(set, &order, arena);
    templates_free(set);
    arena_free(arena);
    return status;
}
