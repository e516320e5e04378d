/* The recording half of power_cut.c: what reached each file, in order, and where the program was
 * told that an operation is durable.  The shared-memory file is left out: a power cut takes it. */
#ifndef WEIR_POWER_CUT_STORY_H
#define WEIR_POWER_CUT_STORY_H

#include <unistd.h>

#include "faults.h"

struct op {
    enum { WROTE, TRUNCATED, SYNCED, MADE, DELETED, FOLDER_SYNCED, ACKNOWLEDGED } what;
    enum shim_file file;
    size_t at, size; /* TRUNCATED: the new size.  ACKNOWLEDGED: at is the number of the operation */
    unsigned char *bytes;
};

static struct {
    bool on, fresh[SHIM_FILES];
    unsigned forget; /* bit of each file whose syncs are swallowed */
    struct op *ops;
    size_t count, room;
} story;

static inline void story_add(struct op op)
{
    if (!story.on)
        return;
    if (story.count == story.room) {
        story.room = story.room ? story.room * 2 : 1024;
        story.ops = realloc(story.ops, story.room * sizeof *story.ops);
    }
    if (!story.ops)
        stop("realloc");
    story.ops[story.count++] = op;
}

static inline void story_clear(void)
{
    for (size_t i = 0; i < story.count; i++)
        free(story.ops[i].bytes);
    story.count = 0;
}

static inline int story_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
    unsigned char *copy = story.on ? malloc((size_t)size) : NULL;
    if (story.on && !copy)
        stop("malloc");
    if (copy)
        memcpy(copy, bytes, (size_t)size);
    story_add((struct op){ WROTE, shim_file_of(file), (size_t)offset, (size_t)size, copy });
    return shim_real(file)->xWrite(file, bytes, size, offset);
}

static inline int story_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    story_add((struct op){ TRUNCATED, shim_file_of(file), 0, (size_t)size, NULL });
    return shim_real(file)->xTruncate(file, size);
}

/* The first sync of a new log or journal is also one of its folder: so SQLite's own VFS does it. */
static inline void story_note_sync(enum shim_file file)
{
    if (story.forget & 1U << file)
        return;
    if (story.fresh[file])
        story_add((struct op){ .what = FOLDER_SYNCED });
    story.fresh[file] = false;
    story_add((struct op){ .what = SYNCED, .file = file });
}

/* Nobody pulls a plug here, so the real sync is not needed. */
static inline int story_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    story_note_sync(shim_file_of(file));
    return SQLITE_OK;
}

static inline enum shim_file story_file(const char *path)
{
    static const char *const tails[] = { [SHIM_WAL] = "-wal", [SHIM_JOURNAL] = "-journal" };
    size_t size = strlen(path);
    for (int i = SHIM_WAL; i < SHIM_FILES; i++)
        if (size > strlen(tails[i]) && strcmp(path + size - strlen(tails[i]), tails[i]) == 0)
            return (enum shim_file)i;
    return SHIM_DATABASE;
}

static inline void story_open(enum shim_file file, const char *path)
{
    if (access(path, F_OK) == 0)
        return;
    story_add((struct op){ .what = MADE, .file = file });
    story.fresh[file] = true;
}

static inline int story_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    (void)vfs;
    story_add((struct op){ .what = DELETED, .file = story_file(path) });
    if (sync_folder && !(story.forget & 1U << story_file(path)))
        story_add((struct op){ .what = FOLDER_SYNCED });
    return shim.real->xDelete(shim.real, path, sync_folder);
}

static inline void story_replace(enum shim_file file, sqlite3_io_methods *methods)
{
    (void)file;
    methods->xWrite = story_write;
    methods->xTruncate = story_truncate;
    methods->xSync = story_sync;
}

#endif
