/* The start checks of the state directory (security.md section 5, "Files").  Each is one rule with
 * one sentence; they run once per program start, before a key is read or a database is opened. */
#include "state_dir.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"

const char *const state_dir_parts[] = { "", "accounts", "slugs", "backups", NULL };

char *state_path(struct arena *arena, const char *state_dir, const char *part, const char *name)
{
    return arena_printf(arena, "%s%s%s%s%s", state_dir, *part ? "/" : "", part, name ? "/" : "",
                        name ? name : "");
}

static char *path_of_uuid(struct arena *arena, const char *state_dir, const char *part,
                          struct uuid uuid)
{
    char name[UUID_TEXT];
    uuid_format(uuid, name);
    return state_path(arena, state_dir, part, name);
}

char *state_account_dir(struct arena *arena, const char *state_dir, struct uuid uuid)
{
    return path_of_uuid(arena, state_dir, "accounts", uuid);
}

char *state_backup_dir(struct arena *arena, const char *state_dir, struct uuid uuid)
{
    return path_of_uuid(arena, state_dir, "backups", uuid);
}

bool state_dir_make(const char *state_dir, struct arena *arena, const char **error)
{
    for (const char *const *part = state_dir_parts; *part; part++) {
        const char *path = state_path(arena, state_dir, *part, NULL);
        if (!dir_make(path, STATE_DIR_MODE)) {
            *error = arena_printf(arena,
                                  "%s cannot be made: %s; make it yourself, owned by this user "
                                  "with mode 0700, or give another --state-dir",
                                  path, strerror(errno));
            return false;
        }
    }
    return true;
}

/* A link on the way, or a folder above in which anybody may rename, would let somebody else put
 * another directory in our place. */
static const char *distrust_way(struct arena *arena, const char *path)
{
    struct stat is;
    for (const char *above = file_parent(arena, path);; above = file_parent(arena, above)) {
        if (stat(above, &is) == 0 && (is.st_mode & S_IWOTH) && !(is.st_mode & S_ISVTX))
            return arena_printf(arena,
                                "%s, above the state directory, can be written by everybody: "
                                "chmod o-w %s",
                                above, above);
        if (strcmp(above, "/") == 0)
            return NULL;
    }
}

static const char *distrust_parts(struct arena *arena, const char *state_dir)
{
    for (const char *const *part = state_dir_parts; *part; part++) {
        const char *path = state_path(arena, state_dir, *part, NULL);
        const char *complaint = file_distrust(arena, path, S_IFDIR, OPEN_TO_WRITERS);
        if (complaint && errno == ENOENT)
            return arena_printf(arena,
                                "%s is not there: run weir init, or name the right place with"
                                " --state-dir",
                                path);
        if (complaint)
            return arena_printf(arena, "state directory: %s", complaint);
    }
    return NULL;
}

static const char *distrust_place(struct arena *arena, const struct config *config)
{
    const char *name;
    if (file_is_below(config->state_dir, config->www_dir))
        return arena_printf(arena,
                            "the state directory %s lies below the web root %s, where a web server "
                            "could hand it out: move one of them",
                            config->state_dir, config->www_dir);
    if (file_footing(config->state_dir, &name) == FOOTING_REMOTE)
        return arena_printf(arena,
                            "%s lies on %s, whose locks SQLite cannot rely on: use a disk of this "
                            "machine",
                            config->state_dir, name);
    return NULL;
}

bool state_dir_check(const struct config *config, struct arena *arena, const char **error)
{
    const char *complaint = distrust_parts(arena, config->state_dir);
    if (!complaint)
        complaint = distrust_way(arena, config->state_dir);
    if (!complaint)
        complaint = distrust_place(arena, config);
    *error = complaint;
    return !complaint;
}

enum footing state_dir_footing(const char *path, const char **name)
{
    return file_footing(path, name);
}
