/* Whole small files and folders.  Nothing here reports: errno tells the caller, who knows what the
 * file was for. */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ssize_t read_all(int fd, char *out, size_t most)
{
    size_t len = 0;
    while (len < most) {
        ssize_t got = read(fd, out + len, most - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    return (ssize_t)len;
}

/* One byte more than allowed is asked for: that it arrives is how a longer file shows. */
char *file_read(struct arena *arena, const char *path, size_t most, size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return NULL;
    char *text = arena_alloc(arena, most + 2);
    ssize_t got = read_all(fd, text, most + 1);
    int why = errno;
    close(fd);
    errno = got > (ssize_t)most ? EFBIG : why;
    if (got < 0 || got > (ssize_t)most)
        return NULL;
    text[got] = '\0';
    if (len)
        *len = (size_t)got;
    return text;
}

static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, data, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        data += put;
        len -= (size_t)put;
    }
    return true;
}

bool file_write_new(const char *path, mode_t mode, const void *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        return false;
    bool stored = write_all(fd, data, len) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    int why = errno;
    if (close(fd) != 0 && stored) {
        stored = false;
        why = errno;
    }
    if (!stored)
        unlink(path);
    errno = why;
    return stored;
}

bool dir_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool synced = fsync(fd) == 0 || errno == EINVAL; /* EINVAL: nothing to sync in a folder there */
    int why = errno;
    close(fd);
    errno = why;
    return synced;
}

static bool is_dir(const char *path)
{
    struct stat is;
    return stat(path, &is) == 0 && S_ISDIR(is.st_mode);
}

/* True when it is there already as well: *made tells which. */
static bool make_one(const char *path, mode_t mode, bool *made)
{
    *made = mkdir(path, mode) == 0;
    if (*made || (errno == EEXIST && is_dir(path)))
        return true;
    errno = errno == EEXIST ? ENOTDIR : errno;
    return false;
}

bool dir_make(const char *path, mode_t mode)
{
    char part[PATH_MAX];
    bool made;
    if (strlen(path) >= sizeof part) {
        errno = ENAMETOOLONG;
        return false;
    }
    for (const char *slash = path; (slash = strchr(slash + 1, '/'));) {
        size_t len = (size_t)(slash - path);
        memcpy(part, path, len);
        part[len] = '\0';
        if (!make_one(part, 0755, &made))
            return false;
    }
    return make_one(path, mode, &made) && (!made || chmod(path, mode) == 0);
}

bool dir_remove(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return errno == ENOENT;
    for (const struct dirent *entry; (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    return rmdir(path) == 0;
}

const char *file_distrust(struct arena *arena, const char *path, mode_t kind, mode_t forbidden)
{
    struct stat is;
    bool folder = kind == S_IFDIR;
    if (lstat(path, &is) != 0)
        return arena_printf(arena, "%s: %s", path, strerror(errno));
    errno = EPERM;
    if (S_ISLNK(is.st_mode))
        return arena_printf(arena, "%s is a symbolic link: give the place itself", path);
    if ((is.st_mode & S_IFMT) != kind)
        return arena_printf(arena, "%s is not a %s", path, folder ? "folder" : "plain file");
    if (is.st_uid != geteuid())
        return arena_printf(arena,
                            "%s belongs to user %u, and this program runs as %u: chown it, or run"
                            " as its owner",
                            path, is.st_uid, geteuid());
    if (is.st_mode & forbidden)
        return arena_printf(arena, "%s is open to others (mode %04o): chmod %03o %s", path,
                            is.st_mode & 07777, is.st_mode & 0700 & ~forbidden, path);
    return NULL;
}

const char *file_last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *file_parent(struct arena *arena, const char *path)
{
    size_t len = (size_t)(file_last_name(path) - path);
    return len > 1 ? arena_strndup(arena, path, len - 1) : arena_strdup(arena, len ? "/" : ".");
}

/* The real place of `path`; of what is not there yet, the real place of its nearest parent and the
 * rest. */
static void real_place(const char *path, char out[PATH_MAX])
{
    char above[PATH_MAX];
    if (realpath(path, out))
        return;
    snprintf(above, sizeof above, "%s", path);
    for (char *slash; (slash = strrchr(above, '/')) && slash != above;) {
        *slash = '\0';
        size_t kept = strlen(above), len;
        if (!realpath(above, out))
            continue;
        len = strlen(out);
        snprintf(out + len, PATH_MAX - len, "%s", path + kept);
        return;
    }
    snprintf(out, PATH_MAX, "%s", path);
}

bool file_is_below(const char *path, const char *folder)
{
    char inner[PATH_MAX], outer[PATH_MAX];
    real_place(path, inner);
    real_place(folder, outer);
    size_t len = strlen(outer);
    if (len == 1) /* everything is below the root */
        return true;
    return strncmp(inner, outer, len) == 0 && (inner[len] == '/' || inner[len] == '\0');
}
