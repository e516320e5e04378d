/* See door.h. */
#include "door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct event_reading door_usual = { .create_names = true,
                                          .origin = ORIGIN_IMPORT,
                                          .now = DOOR_NOW };

struct passing {
    struct account *account;
    const struct event_reading *how;
    struct arena *arena;
    const char *line;
    struct visit visit;
};

static void die(const char *line, const char *why)
{
    fprintf(stderr, "test door: %s: %s\n", line, why ? why : "");
    exit(1);
}

static enum outcome pass(struct db *db, void *context)
{
    struct passing *passing = context;
    struct visit *visit = &passing->visit;
    const char *line = passing->line;
    (void)db;
    visit->error = NULL;
    struct json *object = json_parse(passing->arena, line, strlen(line), NULL, &visit->error);
    if (!object)
        die(line, visit->error);
    enum outcome got = event_from_json(passing->account, object, line, strlen(line), passing->how,
                                       passing->arena, &visit->event, &visit->error);
    if (got != OK)
        return got;
    return event_happened(passing->account, &visit->event, passing->arena);
}

/* Without `at`, with one. */
static const char *dated(struct arena *arena, char *line)
{
    for (char *quote = line; (quote = strchr(quote, '\''));)
        *quote = '"';
    if (strstr(line, "\"at\"") || *line != '{')
        return line;
    return arena_printf(arena, "{\"at\":\"2026-03-05T12:00:00Z\"%s%s", line[1] == '}' ? "" : ",",
                        line + 1);
}

struct visit door_send_as(struct account *account, const struct event_reading *how,
                          struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *line = dated(arena, arena_vprintf(arena, format, args));
    va_end(args);
    struct passing passing = { .account = account, .how = how, .arena = arena, .line = line };
    struct gate_item item = { .run = pass, .context = &passing };
    gate_commit(account->gate, &item, 1);
    passing.visit.got = item.got;
    if (item.got == UNAVAILABLE)
        passing.visit.error = gate_trouble(account->gate);
    return passing.visit;
}
