/* Loading the settings.  inih splits the file; our reader stands before it, counts the lines for
 * the messages and refuses those that inih would cut silently.  config_settings.c says what there
 * is to set. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_settings.h"
#include "file.h"

enum { LARGEST_FILE = 64 * 1024 };

struct loader {
    struct arena *arena;
    struct config *config;
    const char *error; /* the first one stays */
};

__attribute__((format(printf, 2, 3))) static bool fail(struct loader *loader, const char *format,
                                                       ...)
{
    va_list args;
    va_start(args, format);
    if (!loader->error)
        loader->error = arena_vprintf(loader->arena, format, args);
    va_end(args);
    return false;
}

static bool fail_unknown(struct loader *loader, const char *origin, const char *key)
{
    struct text *known = text_new(loader->arena);
    for (size_t i = 0; i < CONFIG_SETTINGS; i++)
        text_add_format(known, "%s%s", i ? ", " : "", config_settings[i].key);
    return fail(loader, "%s: there is no setting \"%s\": the settings are %s", origin, key,
                text_str(known));
}

const char *config_origin(const struct config *config, const char *key)
{
    return config->origins[config_setting(key) - config_settings];
}

static bool has_control_byte(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            return true;
    return false;
}

static bool setting_store(struct loader *loader, const struct setting *setting, const char *origin,
                          const char *text)
{
    if (has_control_byte(text))
        return fail(loader, "%s: %s holds a control character: remove it", origin, setting->key);
    void *slot = (char *)loader->config + setting->offset;
    const char *problem = setting->store(loader->arena, setting, text, slot);
    if (problem)
        return fail(loader, "%s: %s %s", origin, setting->key, problem);
    loader->config->origins[setting - config_settings] = origin;
    return true;
}

/* The INI text on its way into inih. */
struct ini_source {
    struct loader *loader;
    const char *file, *next, *end;
    int line;
};

static bool fail_line(struct ini_source *source, const char *problem)
{
    return fail(source->loader, "%s:%d: %s", source->file, source->line, problem);
}

static bool is_section(const char *line, const char *end, bool first)
{
    if (first && end - line >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
        line += 3; /* inih skips a byte order mark, too */
    while (line < end && isspace((unsigned char)*line))
        line++;
    return line < end && *line == '[';
}

static bool line_is_sound(struct ini_source *source, const char *line, size_t len, size_t size)
{
    if (len >= size)
        return fail(source->loader, "%s:%d: the line has more than %zu bytes: shorten it",
                    source->file, source->line, size - 2);
    if (memchr(line, '\0', len))
        return fail_line(source, "the line holds a NUL byte: save the file as plain text");
    if (is_section(line, line + len, source->line == 1))
        return fail_line(source, "settings stand in no section: remove the line in brackets");
    return true;
}

/* inih's reader, like fgets(), but a line that does not fit is an error and not two lines. */
static char *ini_next_line(char *out, int size, void *context)
{
    struct ini_source *source = context;
    const char *line = source->next;
    if (line == source->end || source->loader->error)
        return NULL;
    const char *newline = memchr(line, '\n', (size_t)(source->end - line));
    size_t len = (size_t)((newline ? newline + 1 : source->end) - line);
    source->next += len;
    source->line++;
    if (!line_is_sound(source, line, len, (size_t)size))
        return NULL;
    memcpy(out, line, len);
    out[len] = '\0';
    return out;
}

static int ini_take(void *context, const char *section, const char *key, const char *value)
{
    (void)section;
    struct ini_source *source = context;
    struct loader *loader = source->loader;
    const struct setting *setting = config_setting(key);
    const char *origin = arena_printf(loader->arena, "%s:%d", source->file, source->line);
    if (!setting)
        return fail_unknown(loader, origin, key);
    const char *earlier = loader->config->origins[setting - config_settings];
    if (earlier)
        return fail(loader, "%s: %s is set a second time, first at %s: remove one of the lines",
                    origin, key, earlier);
    return setting_store(loader, setting, origin, value);
}

static void load_ini(struct loader *loader, const char *file, const char *text, size_t len)
{
    struct ini_source source = { .loader = loader, .file = file, .next = text, .end = text + len };
    ini_allow_multiline = false; /* an indented line is a setting, not the tail of the last one */
    ini_stop_on_first_error = true;
    if (ini_parse_stream(ini_next_line, &source, ini_take, &source) != 0)
        fail_line(&source,
                  "this is not \"key = value\": mend it, or begin it with # to keep a note");
}

static void load_environment(struct loader *loader)
{
    for (const struct setting *s = config_settings; s < config_settings + CONFIG_SETTINGS; s++) {
        const char *value = getenv(s->env);
        if (value && *value)
            setting_store(loader, s, arena_printf(loader->arena, "$%s", s->env), value);
    }
}

static void load_overrides(struct loader *loader, const char *const *overrides)
{
    static const char origin[] = "command line";
    for (; overrides && *overrides; overrides++) {
        size_t len = strcspn(*overrides, "=");
        const char *key = arena_strndup(loader->arena, *overrides, len);
        const struct setting *setting = config_setting(key);
        if ((*overrides)[len] == '\0')
            fail(loader, "%s: \"%s\" has no value: write %s=VALUE", origin, key, key);
        else if (!setting)
            fail_unknown(loader, origin, key);
        else
            setting_store(loader, setting, origin, *overrides + len + 1);
    }
}

/* A folder of this person; NULL when the process has no home (a service). */
static const char *home_path(struct arena *arena, const struct home_folder *home, const char *path)
{
    const char *named = getenv(home->variable), *user = getenv("HOME");
    if (named && *named == '/')
        return arena_printf(arena, "%s%s", named, path);
    return user && *user == '/' ? arena_printf(arena, "%s%s%s", user, home->below, path) : NULL;
}

/* An ordinary user who runs Weir for themselves, and not the system's service. */
static bool is_personal(void)
{
    return geteuid() != 0 && eaccess(SYSTEM_STATE, W_OK) != 0;
}

/* Who cannot write the system's state folder gets folders of their own. */
static void load_defaults(struct loader *loader)
{
    bool personal = is_personal();
    for (const struct setting *s = config_settings; s < config_settings + CONFIG_SETTINGS; s++) {
        if (loader->config->origins[s - config_settings])
            continue;
        const char *own = personal && s->home ? home_path(loader->arena, s->home, s->user) : NULL;
        setting_store(loader, s, "default", own ? own : s->system);
    }
}

/* What nginx serves holds no state and no key, and what is backed up holds no key. */
static void check_places(struct loader *loader)
{
    const struct config *c = loader->config;
    const struct {
        const char *inner_key, *inner, *outer_key, *outer, *why;
    } rules[] = {
        { "state_dir", c->state_dir, "www_dir", c->www_dir, "nginx serves that folder" },
        { "master_key", c->master_key, "www_dir", c->www_dir, "nginx serves that folder" },
        { "master_key", c->master_key, "state_dir", c->state_dir, "backups copy that folder" },
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0] && !loader->error; i++)
        if (file_is_below(rules[i].inner, rules[i].outer))
            fail(loader, "%s %s (%s) lies below %s %s (%s), and %s: move one of them",
                 rules[i].inner_key, rules[i].inner, config_origin(c, rules[i].inner_key),
                 rules[i].outer_key, rules[i].outer, config_origin(c, rules[i].outer_key),
                 rules[i].why);
}

bool config_load_text(struct arena *arena, const char *file, const char *text, size_t len,
                      const char *const *overrides, struct config *config, const char **error)
{
    *config = (struct config){ .source = text ? arena_strdup(arena, file) : NULL };
    struct loader loader = { .arena = arena, .config = config };
    if (text)
        load_ini(&loader, config->source, text, len);
    load_environment(&loader);
    load_overrides(&loader, overrides);
    load_defaults(&loader);
    check_places(&loader);
    *error = loader.error;
    return !loader.error;
}

/* The first of the usual places that holds a file, else NULL.  A system's folder of settings that is
 * closed to ordinary users is not theirs: they have settings of their own or none. */
static const char *file_usual(struct arena *arena)
{
    const char *places[] = { home_path(arena, &home_of_config, "/weir/weir.ini"),
                             WEIR_SYSCONFDIR "/weir/weir.ini" };
    if (places[0] && (access(places[0], F_OK) == 0 || errno == EACCES))
        return places[0];
    bool there = access(places[1], F_OK) == 0 || (errno == EACCES && !is_personal());
    return there ? places[1] : NULL;
}

bool config_load(struct arena *arena, const char *flag_file, const char *const *overrides,
                 struct config *config, const char **error)
{
    const char *named = getenv("WEIR_CONFIG");
    const char *file = flag_file ? flag_file : named && *named ? named : file_usual(arena);
    size_t len = 0;
    const char *text = file ? file_read(arena, file, LARGEST_FILE, &len) : NULL;
    if (file && !text) {
        *error = arena_printf(arena, "%s: cannot read the settings: %s: mend its path or its mode",
                              file, strerror(errno));
        return false;
    }
    return config_load_text(arena, file, text, len, overrides, config, error);
}

void config_print(const struct config *config, struct text *out)
{
    for (const struct setting *s = config_settings; s < config_settings + CONFIG_SETTINGS; s++) {
        const void *slot = (const char *)config + s->offset;
        text_add_format(out, "# %s (%s)\n%s = ", s->help, config->origins[s - config_settings],
                        s->key);
        if (s->most)
            text_add_format(out, "%lld\n", (long long)*(const int64_t *)slot);
        else
            text_add_format(out, "%s\n", *(const char *const *)slot);
    }
}
