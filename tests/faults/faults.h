/* What the fault programs share: one line per assertion, repeatable chance, and a VFS that stands
 * in front of the default one.  The product opens its files through the default VFS as it always
 * does; the program under test replaces single file methods there, to watch, to delay, to die or to
 * forget what SQLite asks of the disk. */
#ifndef WEIR_FAULTS_H
#define WEIR_FAULTS_H

#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks_failed;

/* Flushed at once: a fork must not find half of the output in its buffer. */
__attribute__((format(printf, 1, 2))) static inline void figure(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("# ", stdout);
    vprintf(format, args);
    putchar('\n');
    fflush(stdout);
    va_end(args);
}

__attribute__((format(printf, 2, 3))) static inline void check(bool right, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs(right ? "ok - " : "not ok - ", stdout);
    vprintf(format, args);
    putchar('\n');
    fflush(stdout);
    va_end(args);
    checks_failed += !right;
}

/* The test cannot run here: neither a pass nor a failure of the product. */
_Noreturn static inline void stop(const char *what)
{
    perror(what);
    exit(2);
}

/* xorshift64*: the same seed gives the same run. */
static uint64_t chance_state = 0x9e3779b97f4a7c15U;

static inline uint64_t chance(void)
{
    chance_state ^= chance_state >> 12;
    chance_state ^= chance_state << 25;
    chance_state ^= chance_state >> 27;
    return chance_state * 0x2545f4914f6cdd1dU;
}

static inline size_t chance_below(size_t limit)
{
    return (size_t)((chance() >> 16) % limit);
}

static inline void chance_seed(uint64_t seed)
{
    chance_state = seed * 0x9e3779b97f4a7c15U + 1;
    for (int i = 0; i < 8; i++)
        chance();
}

/* A number given as an argument; `otherwise` when it is absent. */
static inline size_t argument(int argc, char **argv, int place, size_t otherwise)
{
    return place < argc && *argv[place] ? strtoul(argv[place], NULL, 10) : otherwise;
}

enum shim_file { SHIM_DATABASE, SHIM_WAL, SHIM_JOURNAL, SHIM_FILES };

/* The methods of one sort of file.  They come first, so that a file's pMethods leads back to the
 * real ones. */
struct shim_methods {
    sqlite3_io_methods shown;
    const sqlite3_io_methods *real;
};

static struct {
    sqlite3_vfs vfs, *real;
    struct shim_methods methods[SHIM_FILES];
    void (*replace)(enum shim_file file, sqlite3_io_methods *methods);
    void (*opened)(enum shim_file file, const char *path); /* may be NULL */
} shim;

static inline const sqlite3_io_methods *shim_real(const sqlite3_file *file)
{
    return ((const struct shim_methods *)(const void *)file->pMethods)->real;
}

static inline enum shim_file shim_file_of(const sqlite3_file *file)
{
    return (enum shim_file)((const struct shim_methods *)(const void *)file->pMethods -
                            shim.methods);
}

static inline enum shim_file shim_sort(int flags)
{
    return flags & SQLITE_OPEN_MAIN_DB        ? SHIM_DATABASE
           : flags & SQLITE_OPEN_WAL          ? SHIM_WAL
           : flags & SQLITE_OPEN_MAIN_JOURNAL ? SHIM_JOURNAL
                                              : SHIM_FILES;
}

static inline int shim_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                            int *got)
{
    (void)vfs;
    enum shim_file sort = shim_sort(flags);
    if (sort != SHIM_FILES && shim.opened)
        shim.opened(sort, path);
    int rc = shim.real->xOpen(shim.real, path, file, flags, got);
    if (rc != SQLITE_OK || sort == SHIM_FILES)
        return rc;
    struct shim_methods *methods = &shim.methods[sort];
    methods->real = file->pMethods;
    methods->shown = *file->pMethods;
    shim.replace(sort, &methods->shown);
    file->pMethods = &methods->shown;
    return SQLITE_OK;
}

static inline void shim_install(void (*replace)(enum shim_file, sqlite3_io_methods *))
{
    shim.real = sqlite3_vfs_find(NULL);
    shim.vfs = *shim.real;
    shim.vfs.zName = "faults";
    shim.vfs.xOpen = shim_open;
    shim.replace = replace;
    if (sqlite3_vfs_register(&shim.vfs, 1) != SQLITE_OK)
        stop("sqlite3_vfs_register");
}

#endif
