/* Backups lie beside the accounts, not in them: an account that is moved leaves them behind. */
#include "backups.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "file.h"
#include "state_dir.h"

static bool is_backup(const char *name)
{
    size_t len = strlen(name);
    return len > 3 && strcmp(name + len - 3, ".db") == 0;
}

const char *backup_newest(struct arena *arena, const char *folder, int64_t *at)
{
    const char *newest = NULL;
    struct stat is;
    DIR *dir = opendir(folder);
    *at = 0;
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        const char *path = arena_printf(arena, "%s/%s", folder, entry->d_name);
        if (!is_backup(entry->d_name) || lstat(path, &is) != 0 || !S_ISREG(is.st_mode))
            continue;
        int64_t written = (int64_t)is.st_mtim.tv_sec * 1000 + is.st_mtim.tv_nsec / 1000000;
        if (newest && written <= *at)
            continue;
        newest = path;
        *at = written;
    }
    if (dir)
        closedir(dir);
    return newest;
}

const char *backup_new_path(struct common *common, const char *folder, const char *prefix)
{
    char at[CLOCK_TEXT], *to = at;
    clock_format_secs(clock_now(), at);
    for (const char *from = at; *from; from++)
        if (*from != '-' && *from != ':')
            *to++ = *from;
    *to = '\0';
    if (!dir_make(folder, STATE_DIR_MODE))
        fail(EX_CANTCREAT, "%s: %s", folder, strerror(errno));
    const char *path = arena_printf(common->arena, "%s/%s%s.db", folder, prefix, at);
    for (int again = 2; access(path, F_OK) == 0; again++)
        path = arena_printf(common->arena, "%s/%s%s-%d.db", folder, prefix, at, again);
    return path;
}
