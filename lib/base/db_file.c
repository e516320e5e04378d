/* Which files SQLite may be let loose on: regular ones, named directly, that nobody else can write,
 * on a file system whose locks and shared memory hold.  No descriptor of an existing database
 * is ever opened here: closing one would drop the locks that SQLite holds on it in this process. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "db_private.h"
#include "file.h"
#include "log.h"

enum { OVERLAY = 0x794c7630 };

static const struct {
    uint64_t magic;
    const char *name;
} refused[] = {
    { 0x6969, "NFS" },      { 0xff534d42, "CIFS" },   { 0xfe534d42, "SMB" },
    { 0x517b, "SMB" },      { 0x01021997, "9p" },     { 0x65735546, "FUSE" },
    { 0x5346414f, "AFS" },  { 0x00c36400, "Ceph" },   { 0x0bd00bd0, "Lustre" },
    { 0x73757245, "Coda" }, { 0x786f4256, "vboxsf" },
};

const char *db_filesystem_refused(uint64_t magic)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (refused[i].magic == magic)
            return refused[i].name;
    return NULL;
}

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

static bool filesystem_check(const char *path, const char **error)
{
    struct statfs about;
    if (statfs(path, &about) != 0)
        return db_explain(error, "%s: %s", path, strerror(errno));
    uint64_t magic = (uint64_t)about.f_type & 0xffffffff;
    const char *name = db_filesystem_refused(magic);
    if (name)
        return db_explain(error,
                          "%s lies on %s, where SQLite's locks do not hold:"
                          " move the state directory to a local disk",
                          path, name);
    if (magic == OVERLAY)
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
    return filesystem_check(path, error);
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
