/* Slugs: how people and addresses name an account.  slugs/<slug> holds the uuid of the account's
 * directory and is only a way to find it: the truth is account.slug in the database.  So a file
 * that a crash left behind names nothing, and a rename needs no transaction over two places. */
#ifndef WEIR_SLUG_H
#define WEIR_SLUG_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "crypto.h"

enum { SLUG_LEAST = 2, SLUG_MOST = 40, SLUG_SIZE = SLUG_MOST + 1 };

/* [a-z0-9-], 2 to 40, no dash at the ends: safe as a file name. */
bool slug_is_valid(const char *slug);

/* The uuid in slugs/<slug>.  False: errno is ENOENT when nothing has that name, EBADMSG when
 * the file is damaged (`weir doctor --fix` writes it anew), else what the system says. */
bool slug_read(const char *state_dir, const char *slug, struct uuid *uuid);

/* Changes of slugs/ happen one at a time: hold the lock from looking to writing.  -1: errno says
 * why. */
int slug_lock(const char *state_dir);
void slug_unlock(int lock);
/* Never over another file. */
bool slug_write(const char *state_dir, const char *slug, struct uuid uuid);
bool slug_remove(const char *state_dir, const char *slug);

/* The names in slugs/ that are valid slugs, in order; *count of them. */
const char **slug_list(const char *state_dir, struct arena *arena, size_t *count);

#endif
