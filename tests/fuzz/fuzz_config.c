/* Any bytes as a settings file: accepted ones, printed and read again, must mean the same; and no
 * value may be one that the rules forbid. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "config.h"
#include "text.h"

enum { INIH_LINE = 198 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool lines_fit(const char *s)
{
    for (; *s; s += strcspn(s, "\n") + 1)
        if (strcspn(s, "\n") > INIH_LINE)
            return false;
    return true;
}

static void check_values(const struct config *c)
{
    const char *const paths[] = { c->state_dir, c->master_key, c->www_dir, c->templates };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert(paths[i][0] == '/' && !strstr(paths[i], "//") && !strstr(paths[i], "/../"));
    assert(c->log_file[0] == '/' || c->log_file[0] == '\0');
    assert(strncmp(c->base_url, "http", 4) == 0 && c->base_url[strlen(c->base_url) - 1] != '/');
    assert(c->open_accounts >= 1 && c->open_accounts <= 4096);
    assert(strncmp(c->state_dir, c->www_dir, strlen(c->www_dir) + 1) != 0);
}

static const char *printed(struct arena *arena, const struct config *config)
{
    struct text *out = text_new(arena);
    config_print(config, out);
    return text_str(out);
}

/* The same but for the notes, which name lines. */
static void check_equal(const struct config *a, const struct config *b)
{
    assert(strcmp(a->state_dir, b->state_dir) == 0 && strcmp(a->www_dir, b->www_dir) == 0);
    assert(strcmp(a->master_key, b->master_key) == 0 && strcmp(a->templates, b->templates) == 0);
    assert(strcmp(a->base_url, b->base_url) == 0 && strcmp(a->log_file, b->log_file) == 0);
    assert(strcmp(a->log_level, b->log_level) == 0 && a->open_accounts == b->open_accounts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct config config, again;
    const char *error;
    bool ok = config_load_text(arena, "w", (const char *)data, size, NULL, &config, &error);
    assert(ok == !error);
    if (ok) {
        check_values(&config);
        const char *text = printed(arena, &config);
        if (lines_fit(text)) {
            if (!config_load_text(arena, "w", text, strlen(text), NULL, &again, &error))
                abort();
            check_equal(&config, &again);
        }
    }
    arena_free(arena);
    return 0;
}
