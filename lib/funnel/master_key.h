/* The master key wraps the data key of every account.  It lies in a file of its own, outside the
 * state directory, the web root and every backup: who holds a stolen database without it reads no
 * name. */
#ifndef WEIR_MASTER_KEY_H
#define WEIR_MASTER_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "crypto.h"

/* Made by `weir init` when missing (0400, never over another file): one line of 64 hex digits. */
bool master_key_create(const char *path, struct arena *arena, const char **error);

/* False: *error says what is wrong (place, owner, mode, content) and how to mend it.  A systemd
 * credential is trusted as systemd makes it: root's, readable by its group. */
bool master_key_read(const char *path, const char *state_dir, uint8_t out[KEY_SIZE],
                     struct arena *arena, const char **error);

#endif
