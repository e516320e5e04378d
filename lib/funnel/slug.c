/* The small files that lead from a slug to the directory of its account. */
#include "slug.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "state_dir.h"

bool slug_is_valid(const char *slug)
{
    size_t len = strnlen(slug, SLUG_SIZE);
    return len >= SLUG_LEAST && len <= SLUG_MOST && slug[0] != '-' && slug[len - 1] != '-' &&
           strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static void slug_path(const char *state_dir, const char *slug, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s/slugs/%s", state_dir, slug);
}

/* On the way of every request whose account is not in hand: no arena, one small read. */
bool slug_read(const char *state_dir, const char *slug, struct uuid *uuid)
{
    char path[PATH_MAX], text[UUID_TEXT + 1];
    slug_path(state_dir, slug, path);
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t len = read(fd, text, sizeof text);
    int why = len < 0 ? errno : EBADMSG;
    close(fd);
    errno = why;
    return len == UUID_TEXT && text[UUID_TEXT - 1] == '\n' && uuid_parse(text, UUID_TEXT - 1, uuid);
}

int slug_lock(const char *state_dir)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/slugs", state_dir);
    int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int got = -1;
    while (lock >= 0 && (got = flock(lock, LOCK_EX)) != 0 && errno == EINTR)
        ;
    if (lock >= 0 && got != 0) {
        close(lock);
        return -1;
    }
    return lock;
}

void slug_unlock(int lock)
{
    close(lock);
}

static bool slugs_sync(const char *state_dir)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/slugs", state_dir);
    return dir_sync(path);
}

bool slug_write(const char *state_dir, const char *slug, struct uuid uuid)
{
    char path[PATH_MAX], text[UUID_TEXT + 1];
    slug_path(state_dir, slug, path);
    uuid_format(uuid, text);
    text[UUID_TEXT - 1] = '\n';
    return file_write_new(path, STATE_FILE_MODE, text, UUID_TEXT) && slugs_sync(state_dir);
}

bool slug_remove(const char *state_dir, const char *slug)
{
    char path[PATH_MAX];
    slug_path(state_dir, slug, path);
    return (unlink(path) == 0 || errno == ENOENT) && slugs_sync(state_dir);
}

static int is_slug(const struct dirent *entry)
{
    return slug_is_valid(entry->d_name);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

const char **slug_list(const char *state_dir, struct arena *arena, size_t *count)
{
    struct dirent **entries;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/slugs", state_dir);
    int found = scandir(path, &entries, is_slug, by_name);
    *count = found > 0 ? (size_t)found : 0;
    const char **names = arena_alloc_array(arena, *count + 1, sizeof *names);
    for (int i = 0; i < found; i++) {
        names[i] = arena_strdup(arena, entries[i]->d_name);
        free(entries[i]);
    }
    if (found >= 0)
        free(entries);
    return names;
}
