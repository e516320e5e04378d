/* An arena for each test. */
#ifndef WEIR_ARENA_HOME_H
#define WEIR_ARENA_HOME_H

#include "arena.h"

static struct arena *arena;

static inline int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

#endif
