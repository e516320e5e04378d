/* A folder of its own for each database test, with the log in it, so that expected faults stay out
 * of the output and can be read back. */
#ifndef WEIR_DB_FOLDER_H
#define WEIR_DB_FOLDER_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "db.h"
#include "log.h"

static struct arena *arena;
static char folder[64];

static inline const char *path_of(const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name);
}

static inline int folder_make_in(const char *place)
{
    snprintf(folder, sizeof folder, "%s/weir-db-XXXXXX", place);
    assert_non_null(mkdtemp(folder));
    arena = arena_new();
    assert_true(log_open(path_of("log")));
    return 0;
}

static inline int folder_make(void **state)
{
    (void)state;
    return folder_make_in("/tmp");
}

static inline void folder_empty(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        const char *inner = arena_printf(arena, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlink(inner) != 0)
            folder_empty(inner);
        rmdir(inner);
    }
    if (dir)
        closedir(dir);
}

static inline int folder_remove(void **state)
{
    (void)state;
    log_open(NULL);
    folder_empty(folder);
    rmdir(folder);
    arena_free(arena);
    return 0;
}

static inline struct db *must_open(const char *path, enum db_mode mode)
{
    const char *error = "";
    struct db *db = db_open(path, mode, &error);
    if (!db)
        fail_msg("%s", error);
    return db;
}

static inline void must_script(struct db *db, const char *sql)
{
    if (!db_script(db, sql))
        fail_msg("%s", db_fault_text(db));
}

/* A new database file in the folder, with some tables in it, closed again. */
static inline const char *must_create(const char *name, const char *sql)
{
    const char *path = path_of(name);
    struct db *db = must_open(path, DB_CREATE);
    must_script(db, sql);
    db_close(db);
    return path;
}

static inline const char *read_text(const char *path)
{
    char *text = arena_alloc(arena, 1 << 20);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t len = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    text[len] = '\0';
    return text;
}

static inline void bytes_write(const char *name, const char *bytes, size_t size)
{
    int fd = open(name, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, bytes, size), size);
    close(fd);
}

static inline size_t bytes_read(const char *name, char *bytes, size_t most)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? 0 : read(fd, bytes, most);
    assert_true(size >= 0 && (size_t)size < most);
    if (fd >= 0)
        close(fd);
    return (size_t)size;
}

static inline bool is_there(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

#define assert_says(text, part)                                                                    \
    do {                                                                                           \
        const char *said_ = (text);                                                                \
        if (!strstr(said_, part))                                                                  \
            fail_msg("\"%s\" does not say \"%s\"", said_, part);                                   \
    } while (0)

#endif
