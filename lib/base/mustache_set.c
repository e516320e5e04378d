/* The set of templates: reading folders, finding by name, reading again.  Loading a folder is a
 * reload with one folder more, and a reload does everything that was asked of the set once more,
 * beside the templates in use, and puts the new ones in their place only when all are whole. */
#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "mustache_node.h"

static const char ending[] = ".mustache";
static const off_t largest_file = 16 * 1024 * 1024;
static const struct mustache_limits defaults = { 64, 4 * 1024 * 1024, 10 * 1000 * 1000, false };

/* One call of templates_load() or of templates_add(). */
struct origin {
    struct origin *next;
    const char *dir;          /* templates_load() */
    struct template template; /* templates_add() */
};

struct templates *templates_new(const struct mustache_limits *limits)
{
    struct arena *keep = arena_new();
    struct templates *set = arena_alloc(keep, sizeof *set);
    *set = (struct templates){ .limits = limits ? *limits : defaults, .escape = text_add_html };
    set->keep = keep;
    set->arena = arena_new();
    set->next_origin = &set->origins;
    if (!set->limits.depth)
        set->limits.depth = defaults.depth;
    if (!set->limits.output)
        set->limits.output = defaults.output;
    if (!set->limits.steps)
        set->limits.steps = defaults.steps;
    return set;
}

void templates_free(struct templates *set)
{
    if (!set)
        return;
    arena_free(set->arena);
    arena_free(set->keep); /* and with it the set */
}

void templates_escape(struct templates *set, mustache_escape *escape)
{
    set->escape = escape;
}

static struct template *find(struct template *first, const char *name)
{
    while (first && strcmp(first->name, name) != 0)
        first = first->next;
    return first;
}

const struct template *template_find(const struct templates *set, const char *name)
{
    return find(set->first, name);
}

/* A name the set has gets the new text. */
static bool template_put(struct templates *set, struct template template, struct arena *arena,
                         const char **error)
{
    if (!template_parse(&template, set->limits.guarded, set->arena, arena, error))
        return false;
    struct template *slot = find(set->first, template.name);
    if (slot) {
        template.next = slot->next;
    } else {
        slot = arena_alloc(set->arena, sizeof *slot);
        template.next = set->first;
        set->first = slot;
    }
    *slot = template;
    return true;
}

static bool file_fail(const char *path, int problem, struct arena *arena, const char **error)
{
    *error = arena_printf(arena, "%s: cannot be read: %s", path, strerror(problem));
    return false;
}

static bool file_put(struct templates *set, const FTSENT *file, size_t dir_len, struct arena *arena,
                     const char **error)
{
    if (file->fts_statp->st_size > largest_file)
        return file_fail(file->fts_path, EFBIG, arena, error);
    struct template template = { 0 };
    template.source.s = file_read(set->arena, file->fts_path, (size_t)file->fts_statp->st_size,
                                  &template.source.len);
    if (!template.source.s)
        return file_fail(file->fts_path, errno, arena, error);
    const char *name = file->fts_path + dir_len;
    name += strspn(name, "/");
    template.name = arena_strndup(set->arena, name, strlen(name) - strlen(ending));
    return template_put(set, template, arena, error);
}

static bool is_template(const FTSENT *entry)
{
    size_t len = entry->fts_namelen, tail = strlen(ending);
    return len > tail && strcmp(entry->fts_name + len - tail, ending) == 0;
}

static bool entry_put(struct templates *set, FTS *walk, FTSENT *entry, size_t dir_len,
                      struct arena *arena, const char **error)
{
    if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
        fts_set(walk, entry, FTS_SKIP);
        return true;
    }
    switch (entry->fts_info) {
    case FTS_F:
        if (entry->fts_level == 0)
            return file_fail(entry->fts_path, ENOTDIR, arena, error);
        return !is_template(entry) || file_put(set, entry, dir_len, arena, error);
    case FTS_DNR:
    case FTS_ERR:
        return file_fail(entry->fts_path, entry->fts_errno, arena, error);
    case FTS_NS:
    case FTS_SLNONE:
        if (entry->fts_level == 0 || is_template(entry))
            return file_fail(entry->fts_path, entry->fts_errno ? entry->fts_errno : ENOENT, arena,
                             error);
        return true;
    default:
        return true;
    }
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool folder_put(struct templates *set, const char *dir, struct arena *arena,
                       const char **error)
{
    char *const roots[] = { arena_strdup(arena, dir), NULL };
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    if (!walk)
        return file_fail(dir, errno, arena, error);
    bool good = true;
    FTSENT *entry;
    for (errno = 0; good && (entry = fts_read(walk)); errno = 0)
        good = entry_put(set, walk, entry, strlen(dir), arena, error);
    if (good && errno)
        good = file_fail(dir, errno, arena, error);
    fts_close(walk);
    return good;
}

static bool origin_put(struct templates *set, const struct origin *origin, struct arena *arena,
                       const char **error)
{
    if (origin->dir)
        return folder_put(set, origin->dir, arena, error);
    return template_put(set, origin->template, arena, error);
}

bool templates_reload(struct templates *set, struct arena *arena, const char **error)
{
    struct templates fresh = *set;
    fresh.arena = arena_new();
    fresh.first = NULL;
    bool good = true;
    for (const struct origin *origin = set->origins; good && origin; origin = origin->next)
        good = origin_put(&fresh, origin, arena, error);
    arena_free(good ? set->arena : fresh.arena);
    if (good) {
        set->arena = fresh.arena;
        set->first = fresh.first;
    }
    return good;
}

bool templates_load(struct templates *set, const char *dir, struct arena *arena, const char **error)
{
    struct origin *origin = arena_alloc(set->keep, sizeof *origin);
    origin->dir = arena_strdup(set->keep, dir);
    *set->next_origin = origin;
    if (!templates_reload(set, arena, error)) {
        *set->next_origin = NULL;
        return false;
    }
    set->next_origin = &origin->next;
    return true;
}

bool templates_add(struct templates *set, const char *name, const char *source, size_t len,
                   struct arena *arena, const char **error)
{
    struct origin *origin = arena_alloc(set->keep, sizeof *origin);
    origin->template.name = arena_strdup(set->keep, name);
    origin->template.source = (struct slice){ arena_strndup(set->keep, source, len), len };
    if (!template_put(set, origin->template, arena, error))
        return false;
    *set->next_origin = origin;
    set->next_origin = &origin->next;
    return true;
}

bool template_error(const struct template *template, const char *at, const char *reason,
                    struct arena *arena, const char **error)
{
    struct text_place place = text_place_of(template->source.s, (size_t)(at - template->source.s));
    *error = arena_printf(arena, "%s.mustache:%zu:%zu: %s", template->name, place.line,
                          place.column, reason);
    return false;
}

static bool template_check(const struct templates *set, const struct template *template,
                           struct arena *arena, const char **error)
{
    for (const struct node *node = template->nodes; node < template->end; node++) {
        bool partial = node->kind == NODE_PARTIAL;
        if ((!partial && node->kind != NODE_PARENT) || template_find(set, node->name))
            continue;
        const char *reason = arena_printf(arena, "%s \"%s\" does not exist",
                                          partial ? "partial" : "parent", node->name);
        return template_error(template, node->at, reason, arena, error);
    }
    return true;
}

bool templates_check(const struct templates *set, struct arena *arena, const char **error)
{
    bool good = true;
    for (const struct template *t = set->first; good && t; t = t->next)
        good = template_check(set, t, arena, error);
    return good;
}
