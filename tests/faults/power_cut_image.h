/* The replaying half of power_cut.c: what a disk may hold when the power goes at some point of the
 * story.  What was written before a file's last sync is there.  What came after is each kept, lost,
 * applied out of order, or torn into sectors that meet their fate one by one, as caches and disks
 * are free to do. */
#ifndef WEIR_POWER_CUT_IMAGE_H
#define WEIR_POWER_CUT_IMAGE_H

#include <errno.h>
#include <fcntl.h>

#include "power_cut_story.h"

struct cut {
    size_t at;       /* ops before this one have been issued */
    size_t keep_pct; /* chance of each unsynced piece */
    size_t sector;   /* 0: writes are whole */
    bool shuffled;
};

struct content {
    bool exists;
    size_t size, room;
    unsigned char *bytes;
};

struct piece {
    const struct op *op;
    size_t from, size;
};

static struct {
    struct piece *list;
    size_t count, room;
} unsynced;

/* Bytes beyond the size are kept zero, so that a gap reads as a file system shows it. */
static inline void content_resize(struct content *content, size_t size)
{
    if (size > content->room) {
        content->bytes = realloc(content->bytes, size * 2);
        if (!content->bytes)
            stop("realloc");
        memset(content->bytes + content->room, 0, size * 2 - content->room);
        content->room = size * 2;
    }
    if (size < content->size)
        memset(content->bytes + size, 0, content->size - size);
    content->size = size;
}

static inline void content_apply(struct content *content, const struct piece *piece)
{
    const struct op *op = piece->op;
    if (op->what == MADE || op->what == DELETED) {
        content->exists = op->what == MADE;
        content_resize(content, 0);
    } else if (op->what == TRUNCATED) {
        content_resize(content, op->size);
    } else if (op->what == WROTE) {
        if (op->at + piece->from + piece->size > content->size)
            content_resize(content, op->at + piece->from + piece->size);
        memcpy(content->bytes + op->at + piece->from, op->bytes + piece->from, piece->size);
    }
}

static inline void unsynced_add(struct piece piece, size_t keep_pct)
{
    if (chance_below(100) >= keep_pct)
        return;
    if (unsynced.count == unsynced.room) {
        unsynced.room = unsynced.room ? unsynced.room * 2 : 256;
        unsynced.list = realloc(unsynced.list, unsynced.room * sizeof *unsynced.list);
    }
    if (!unsynced.list)
        stop("realloc");
    unsynced.list[unsynced.count++] = piece;
}

/* Pieces end where the file's own sectors end. */
static inline void unsynced_tear(const struct op *op, const struct cut *cut)
{
    if (op->what != WROTE || cut->sector == 0) {
        unsynced_add((struct piece){ op, 0, op->size }, cut->keep_pct);
        return;
    }
    for (size_t from = 0, size; from < op->size; from += size) {
        size = cut->sector - (op->at + from) % cut->sector;
        size = size < op->size - from ? size : op->size - from;
        unsynced_add((struct piece){ op, from, size }, cut->keep_pct);
    }
}

static inline void unsynced_shuffle(void)
{
    for (size_t i = unsynced.count; i > 1; i--) {
        size_t other = chance_below(i);
        struct piece piece = unsynced.list[i - 1];
        unsynced.list[i - 1] = unsynced.list[other];
        unsynced.list[other] = piece;
    }
}

/* A name is as durable as its folder; bytes are as durable as their file. */
static inline bool is_synced(const struct op *op, size_t until)
{
    bool name = op->what == MADE || op->what == DELETED;
    for (const struct op *later = op + 1; later < story.ops + until; later++) {
        bool own = name || later->file == op->file;
        if (own && later->what == (name ? FOLDER_SYNCED : SYNCED))
            return true;
    }
    return false;
}

/* Fills the three contents; how many writes the cut found in flight. */
static inline size_t image_build(struct content contents[SHIM_FILES], const struct cut *cut)
{
    size_t in_flight = 0;
    unsynced.count = 0;
    for (int i = 0; i < SHIM_FILES; i++) {
        content_resize(&contents[i], 0);
        contents[i].exists = i == SHIM_DATABASE; /* the product makes it and syncs it, empty */
    }
    for (size_t i = 0; i < cut->at; i++) {
        const struct op *op = &story.ops[i];
        if (is_synced(op, cut->at)) {
            content_apply(&contents[op->file], &(struct piece){ op, 0, op->size });
        } else {
            in_flight += op->what == WROTE;
            unsynced_tear(op, cut);
        }
    }
    if (cut->shuffled)
        unsynced_shuffle();
    for (size_t i = 0; i < unsynced.count; i++)
        content_apply(&contents[unsynced.list[i].op->file], &unsynced.list[i]);
    return in_flight;
}

static inline void image_write(const struct content contents[SHIM_FILES], const char *path)
{
    static const char *const tails[] = { "", "-wal", "-journal", "-shm" };
    char name[4096];
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        if (unlink(name) != 0 && errno != ENOENT)
            stop(name);
        if (i >= SHIM_FILES || !contents[i].exists)
            continue;
        int file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0 ||
            write(file, contents[i].bytes, contents[i].size) != (ssize_t)contents[i].size)
            stop(name);
        close(file);
    }
}

#endif
