/* The state directory: where things lie in it, and whether the place can be trusted with them.
 *     accounts/<uuid>/{weir.db,gate}    slugs/<slug>    backups/<uuid>/<UTC time>.db
 * Nobody but the service user may write here, it must not be reachable through a link or a web
 * server, and it must lie on a file system whose locks and syncs SQLite can rely on. */
#ifndef WEIR_STATE_DIR_H
#define WEIR_STATE_DIR_H

#include <stdbool.h>

#include "arena.h"
#include "config.h"
#include "crypto.h"
#include "file.h"

enum { STATE_DIR_MODE = 0700, STATE_FILE_MODE = 0600, OPEN_TO_WRITERS = 022, OPEN_TO_ANYONE = 077 };

extern const char *const state_dir_parts[]; /* "", "accounts", "slugs", "backups", NULL */

/* name may be NULL. */
char *state_path(struct arena *arena, const char *state_dir, const char *part, const char *name);
char *state_account_dir(struct arena *arena, const char *state_dir, struct uuid uuid);
char *state_backup_dir(struct arena *arena, const char *state_dir, struct uuid uuid);

/* Makes what is missing (0700) and leaves what is there. */
bool state_dir_make(const char *state_dir, struct arena *arena, const char **error);

/* False: *error names the path and the remedy. */
bool state_dir_check(const struct config *config, struct arena *arena, const char **error);

enum footing state_dir_footing(const char *path, const char **name);

#endif
