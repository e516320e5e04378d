/* One arena per request, job item or page.  Domain code allocates and never frees: the owner of the
 * loop resets the arena in one place.  Memory is zeroed and aligned for any type.  Running out of
 * memory aborts with a log line; the supervisor restarts and SQLite rolls back. */
#ifndef WEIR_ARENA_H
#define WEIR_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
/* Runs the deferred calls, then releases everything; NULL is fine. */
void arena_free(struct arena *arena);

/* Back to empty: deferred calls run newest first; one block is kept for the next round. */
void arena_reset(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);                     /* zeroed */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size); /* aborts on overflow */
void *arena_copy(struct arena *arena, const void *from, size_t size);

/* Grows `old` of `old_size` bytes: in place when it was the last allocation, else by copying. */
void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size);

char *arena_strdup(struct arena *arena, const char *s);              /* NULL stays NULL */
char *arena_strndup(struct arena *arena, const char *s, size_t len); /* always terminated */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args);

/* Hands a foreign object (a cJSON tree, a curl handle) to the arena: call(object) runs at reset. */
void arena_defer(struct arena *arena, void (*call)(void *object), void *object);

size_t arena_used(const struct arena *arena); /* bytes handed out since the last reset */

#endif
