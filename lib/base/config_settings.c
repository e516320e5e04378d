/* The table of settings, and how the text of each becomes a value or a complaint that says how to
 * mend it.  A new setting is one row here and one member of struct config. */
#include "config_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

const struct home_folder home_of_state = { "XDG_STATE_HOME", "/.local/state" };
const struct home_folder home_of_config = { "XDG_CONFIG_HOME", "/.config" };

static const char *store_path(struct arena *arena, const struct setting *setting, const char *text,
                              void *slot)
{
    (void)setting;
    if (*text != '/')
        return arena_printf(arena, "\"%s\" is not an absolute path: begin it with /", text);
    char *path = arena_alloc(arena, strlen(text) + 2), *end = path;
    for (const char *part = text; *part;) {
        part += strspn(part, "/");
        size_t len = strcspn(part, "/");
        if (len == 2 && strncmp(part, "..", 2) == 0)
            return arena_printf(arena, "\"%s\" climbs with \"..\": write the path without it",
                                text);
        if (len > 0 && !(len == 1 && *part == '.'))
            end += sprintf(end, "/%.*s", (int)len, part);
        part += len;
    }
    if (end > path && end[-1] == ' ')
        return arena_printf(arena, "\"%s\" ends in a blank: take it away", text);
    *(const char **)slot = *path ? path : "/";
    return NULL;
}

static const char *store_optional_path(struct arena *arena, const struct setting *setting,
                                       const char *text, void *slot)
{
    *(const char **)slot = "";
    return *text ? store_path(arena, setting, text, slot) : NULL;
}

static const char *store_url(struct arena *arena, const struct setting *setting, const char *text,
                             void *slot)
{
    (void)setting;
    size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                    : strncmp(text, "http://", 7) == 0 ? 7
                                                       : 0;
    char host = text[scheme];
    if (!scheme || host == '\0' || host == '/' || text[strcspn(text, " \"'<>?#\\`")])
        return arena_printf(arena, "\"%s\" is no base address: give one like https://weir.example",
                            text);
    size_t len = strlen(text);
    while (text[len - 1] == '/')
        len--;
    *(const char **)slot = arena_strndup(arena, text, len);
    return NULL;
}

static const char *store_level(struct arena *arena, const struct setting *setting, const char *text,
                               void *slot)
{
    (void)setting;
    enum log_level level;
    if (!log_level_parse(text, &level))
        return arena_printf(arena, "\"%s\" is no level: give debug, info, warn or error", text);
    *(const char **)slot = arena_strdup(arena, text);
    return NULL;
}

static const char *store_int(struct arena *arena, const struct setting *setting, const char *text,
                             void *slot)
{
    size_t len = strlen(text);
    bool is_number = len > 0 && len <= 18 && strspn(text, "0123456789") == len;
    int64_t number = is_number ? strtoll(text, NULL, 10) : -1;
    if (number < setting->least || number > setting->most)
        return arena_printf(arena, "\"%s\" is out of range: give a whole number from %lld to %lld",
                            text, (long long)setting->least, (long long)setting->most);
    *(int64_t *)slot = number;
    return NULL;
}

#define SETTING(member_, env_)                                                                     \
    .key = #member_, .env = env_, .offset = offsetof(struct config, member_)

const struct setting config_settings[CONFIG_SETTINGS] = {
    { SETTING(state_dir, "WEIR_STATE_DIR"), .store = store_path, .system = SYSTEM_STATE,
      .home = &home_of_state, .user = "/weir", .help = "accounts, run files and backups" },
    { SETTING(master_key, "WEIR_MASTER_KEY"), .store = store_path,
      .system = WEIR_SYSCONFDIR "/weir/master.key", .home = &home_of_config,
      .user = "/weir/master.key",
      .help = "file of the master key, outside state_dir and every backup" },
    { SETTING(www_dir, "WEIR_WWW_DIR"), .store = store_path, .system = SYSTEM_STATE "-www",
      .home = &home_of_state, .user = "/weir-www",
      .help = "generated pages, the only folder that nginx reads" },
    { SETTING(templates, "WEIR_TEMPLATES"), .store = store_path,
      .system = WEIR_DATADIR "/templates", .help = "folder of the Mustache templates" },
    { SETTING(base_url, "WEIR_BASE_URL"), .store = store_url, .system = "http://127.0.0.1:8080",
      .help = "the address that links begin with" },
    { SETTING(log_file, "WEIR_LOG_FILE"), .store = store_optional_path, .system = "",
      .help = "log file, empty for standard error" },
    { SETTING(log_level, "WEIR_LOG_LEVEL"), .store = store_level, .system = "info",
      .help = "least level that is logged: debug, info, warn or error" },
    { SETTING(open_accounts, "WEIR_OPEN_ACCOUNTS"), .store = store_int, .system = "64", .least = 1,
      .most = 4096, .help = "how many accounts a program keeps open" },
};

const struct setting *config_setting(const char *key)
{
    for (size_t i = 0; i < CONFIG_SETTINGS; i++)
        if (strcmp(config_settings[i].key, key) == 0)
            return &config_settings[i];
    return NULL;
}
