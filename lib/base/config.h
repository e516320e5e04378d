/* Settings: flag > WEIR_* environment > INI file > default.  One table names every setting, its
 * type, its default and one line of help; unknown keys are errors with file and line, and so is a
 * line that inih would silently cut at 200 bytes. */
#ifndef WEIR_CONFIG_H
#define WEIR_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "text.h"

enum { CONFIG_SETTINGS = 8 };

struct config {
    const char *state_dir;  /* accounts, run files, backups */
    const char *master_key; /* file of the master key, outside state_dir and backups */
    const char *www_dir;    /* generated pages: the only part nginx reads */
    const char *templates;  /* folder of the Mustache templates */
    const char *base_url;   /* links use it, never the Host header; without a slash at its end */
    const char *log_file;   /* "" = stderr */
    const char *log_level;  /* debug, info, warn, error */
    int64_t open_accounts;  /* how many accounts a program keeps open */
    const char *source;     /* the INI file that was read, or NULL */
    const char *origins[CONFIG_SETTINGS]; /* where each value came from, in the order above */
};

/* `flag_file` is --config's argument or NULL; then $WEIR_CONFIG, then
 * $XDG_CONFIG_HOME/weir/weir.ini or ~/.config/weir/weir.ini, then <sysconfdir>/weir/weir.ini; only
 * a file that was named must exist. `overrides`: NULL, or "key=value" strings ended by NULL, from
 * flags. False: *error says file, line, key and remedy. */
bool config_load(struct arena *arena, const char *flag_file, const char *const *overrides,
                 struct config *config, const char **error);

/* The same with the INI text at hand; `file` names it in messages.  NULL text: no file. */
bool config_load_text(struct arena *arena, const char *file, const char *text, size_t len,
                      const char *const *overrides, struct config *config, const char **error);

/* Effective values as INI, each with its help and where it came from. */
/* Where a setting came from: "default", "$WEIR_STATE_DIR", the file, "flag". */
const char *config_origin(const struct config *config, const char *key);
void config_print(const struct config *config, struct text *out);

#endif
