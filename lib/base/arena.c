/* The arena: a chain of blocks filled from the front.  Blocks double from 16 KiB to 1 MiB, so a
 * small request touches one block and a large page a dozen.  See arena.h for the contract. */
#include "arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

enum { FIRST_BLOCK = 16 * 1024, LARGEST_BLOCK = 1024 * 1024, ALIGN = _Alignof(max_align_t) };

struct block {
    struct block *older;
    size_t size, used;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
    struct deferred *older;
    void (*call)(void *);
    void *object;
};

struct arena {
    struct block *newest;
    struct deferred *deferred;
    size_t used;
};

static struct block *block_new(size_t size, struct block *older)
{
    struct block *block = malloc(sizeof *block + size);
    if (!block)
        log_abort("out of memory: %zu bytes", size);
    *block = (struct block){ .older = older, .size = size };
    return block;
}

struct arena *arena_new(void)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        log_abort("out of memory: arena");
    arena->newest = block_new(FIRST_BLOCK, NULL);
    return arena;
}

static void arena_run_deferred(struct arena *arena)
{
    while (arena->deferred) {
        struct deferred *last = arena->deferred;
        arena->deferred = last->older;
        last->call(last->object);
    }
}

void arena_reset(struct arena *arena)
{
    arena_run_deferred(arena);
    while (arena->newest->older) {
        struct block *spare = arena->newest;
        arena->newest = spare->older;
        free(spare);
    }
    arena->newest->used = 0;
    arena->used = 0;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    arena_reset(arena);
    free(arena->newest);
    free(arena);
}

static size_t rounded(size_t size)
{
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4)
        log_abort("arena: impossible size %zu", size);
    size_t need = rounded(size ? size : 1);
    struct block *block = arena->newest;
    if (need > block->size - block->used) {
        size_t next = block->size < LARGEST_BLOCK ? block->size * 2 : LARGEST_BLOCK;
        block = arena->newest = block_new(need > next ? need : next, block);
    }
    void *memory = block->bytes + block->used;
    block->used += need;
    arena->used += need;
    return memset(memory, 0, need);
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        log_abort("arena: impossible size %zu x %zu", count, size);
    return arena_alloc(arena, total);
}

void *arena_copy(struct arena *arena, const void *from, size_t size)
{
    void *copy = arena_alloc(arena, size);
    if (size)
        memcpy(copy, from, size);
    return copy;
}

void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size)
{
    struct block *block = arena->newest;
    size_t held = rounded(old_size ? old_size : 1), need = rounded(new_size ? new_size : 1);
    bool is_last = old && block->used >= held &&
                   (unsigned char *)old == block->bytes + block->used - held;
    if (is_last && need >= held && need - held <= block->size - block->used) {
        memset(block->bytes + block->used, 0, need - held);
        block->used += need - held;
        arena->used += need - held;
        return old;
    }
    void *fresh = arena_alloc(arena, new_size);
    if (old && old_size)
        memcpy(fresh, old, old_size < new_size ? old_size : new_size);
    return fresh;
}

char *arena_strndup(struct arena *arena, const char *s, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);
    if (len)
        memcpy(copy, s, len);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *s)
{
    return s ? arena_strndup(arena, s, strlen(s)) : NULL;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0)
        log_abort("arena_printf: bad format");
    char *s = arena_alloc(arena, (size_t)len + 1);
    vsnprintf(s, (size_t)len + 1, format, args);
    return s;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *s = arena_vprintf(arena, format, args);
    va_end(args);
    return s;
}

void arena_defer(struct arena *arena, void (*call)(void *), void *object)
{
    struct deferred *entry = arena_alloc(arena, sizeof *entry);
    *entry = (struct deferred){ .older = arena->deferred, .call = call, .object = object };
    arena->deferred = entry;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
