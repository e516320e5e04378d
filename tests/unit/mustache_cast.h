/* What the tests of rendering share: a set of templates, and a way to add one. */
#ifndef WEIR_MUSTACHE_CAST_H
#define WEIR_MUSTACHE_CAST_H

#include <string.h>

#include "mustache.h"

static struct arena *arena;
static struct templates *set;
static const char *error;

static inline int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    set = templates_new(NULL);
    error = NULL;
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    templates_free(set);
    arena_free(arena);
    return 0;
}

static inline void add(const char *name, const char *source)
{
    if (!templates_add(set, name, source, strlen(source), arena, &error))
        fail_msg("%s", error);
}

#endif
