/* Inside config only: what a setting is.  config_settings.c holds the table and the readers of
 * values, config.c finds the values and says where each came from. */
#ifndef WEIR_CONFIG_SETTINGS_H
#define WEIR_CONFIG_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "config.h"

/* The Makefile says where things are installed; these serve a program compiled by hand. */
#ifndef WEIR_SYSCONFDIR
#define WEIR_SYSCONFDIR "/etc"
#endif
#ifndef WEIR_LOCALSTATEDIR
#define WEIR_LOCALSTATEDIR "/var"
#endif
#ifndef WEIR_DATADIR
#define WEIR_DATADIR "/usr/local/share/weir"
#endif

#define SYSTEM_STATE WEIR_LOCALSTATEDIR "/lib/weir"

/* A folder of the person who runs Weir (XDG base directories). */
struct home_folder {
    const char *variable, *below;
};
extern const struct home_folder home_of_state, home_of_config;

struct setting {
    const char *key, *env;
    /* Stores what `text` means at `slot`.  NULL, or what is wrong with it and how to mend it. */
    const char *(*store)(struct arena *arena, const struct setting *setting, const char *text,
                         void *slot);
    size_t offset;
    const char *system; /* default, unless a person has a `home` for it: then `user` below that */
    const struct home_folder *home;
    const char *user;
    int64_t least, most; /* of a number; 0 and 0 for text */
    const char *help;
};

extern const struct setting config_settings[CONFIG_SETTINGS]; /* in the order of struct config */

const struct setting *config_setting(const char *key); /* NULL: there is none */

#endif
