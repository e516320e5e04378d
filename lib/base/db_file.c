/* Which files SQLite may be let loose on: regular ones, named directly, that nobody else can write,
 * on a file system whose locks and shared memory hold.  No descriptor of an existing database
 * is ever opened here: closing one would drop the locks that SQLite holds on it in this process. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "db_private.h"
#include "file.h"
#include "log.h"

static void overlay_warn(const char *path)
{
    static bool warned;
    if (!warned)
        log_write(LOG_WARN,
                  "the database lies on an overlay file system and goes with its container: mount"
                  " a volume for it",
                  LOG_TEXT("database", path));
    warned = true;
}

static bool footing_check(const char *path, const char **error)
{
    const char *name;
    enum footing footing = file_footing(path, &name);
    if (footing == FOOTING_REMOTE)
        return db_explain(error,
                          "%s lies on %s, where SQLite's locks do not hold:"
                          " move the state directory to a local disk",
                          path, name);
    if (footing == FOOTING_LAYERED)
        overlay_warn(path);
    return true;
}

bool db_file_check(const char *path, const char **error)
{
    struct stat about;
    if (lstat(path, &about) != 0)
        return errno == ENOENT
                   ? db_explain(error, "%s: there is no such database; `weir init` creates one",
                                path)
                   : db_explain(error, "%s: %s", path, strerror(errno));
    if (S_ISLNK(about.st_mode))
        return db_explain(error, "%s is a symbolic link: put the file itself there", path);
    if (!S_ISREG(about.st_mode))
        return db_explain(error, "%s is not a regular file: name the database file", path);
    if (about.st_mode & (S_IWGRP | S_IWOTH))
        return db_explain(error, "%s can be written by others (mode %04o): chmod 600 it", path,
                          (unsigned)about.st_mode & 07777);
    return footing_check(path, error);
}

/* An empty file is what a start that was killed has left: it is taken over. */
static bool is_left_over(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0 && S_ISREG(about.st_mode) && about.st_size == 0;
}

bool db_file_create(const char *path, const char **error)
{
    if (file_write_new(path, 0600, NULL, 0) || (errno == EEXIST && is_left_over(path)))
        return db_file_check(path, error);
    if (errno == EEXIST)
        return db_explain(error, "%s exists already: open it, or choose another name", path);
    return db_explain(error, "%s cannot be created: %s", path, strerror(errno));
}
