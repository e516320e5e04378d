/* Whole small files and folders: written so that they survive a power cut, made only where nothing
 * was, and judged before they are trusted.  What is large or lives longer than a call (database,
 * gate, log) belongs to the module that keeps it. */
#ifndef WEIR_FILE_H
#define WEIR_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "arena.h"

/* The text of a file of at most `most` bytes, NUL-terminated.  NULL: errno says why, EFBIG: it is
 * longer. */
char *file_read(struct arena *arena, const char *path, size_t most, size_t *len);

/* A new file, whose bytes are on disk when this returns; for its name see dir_sync().  False: errno
 * says why, EEXIST: there is something already. */
bool file_write_new(const char *path, mode_t mode, const void *data, size_t len);

bool dir_sync(const char *path); /* makes what was created, renamed or removed in it last */
bool dir_make(const char *path, mode_t mode); /* with its parents; true when it is there */
bool dir_remove(const char *path);            /* with the files in it, but not with folders */

/* NULL when `path` is a thing of `kind` (S_IFREG, S_IFDIR), no link, owned by this user, with none
 * of the permission bits in `forbidden`; else what is wrong and how to mend it.  errno is set
 * (ENOENT: not there). */
const char *file_distrust(struct arena *arena, const char *path, mode_t kind, mode_t forbidden);

const char *file_last_name(const char *path);             /* what follows the last slash */
char *file_parent(struct arena *arena, const char *path); /* "/" for a name at the top */
/* Or the same; both as they really are, links followed. */
bool file_is_below(const char *path, const char *folder);

enum footing {
    FOOTING_LOCAL,
    FOOTING_LAYERED, /* overlay: works while one container uses it, and is thrown away with it */
    FOOTING_REMOTE,  /* locks or syncs that other machines, or a program, answer for: refused */
};
/* The file system under `path`; *name of it, "" when it is none of those that matter. */
enum footing file_footing(const char *path, const char **name);
enum footing file_footing_of_type(uint32_t type, const char **name); /* f_type of statfs(2) */

#endif
