/* A machine that fails on demand: the n-th allocation, or the n-th thing that SQLite asks of the
 * disk, fails once or from then on.  The product opens its files through the default VFS as it
 * always does; this one stands in front of it. */
#ifndef WEIR_FAULTY_H
#define WEIR_FAULTY_H

#include <sqlite3.h>

/* What fails, and since when. */
static struct {
    int64_t left; /* asks until it fails; 0: never */
    int code;
    bool persistent, struck;
    const char *where; /* the ask that failed first */
} plan;

static inline bool strikes(const char *where)
{
    if (plan.struck)
        return plan.persistent;
    if (plan.left == 0 || --plan.left > 0)
        return false;
    plan.where = where;
    return plan.struck = true;
}

static inline void plan_set(int code, bool persistent, int64_t n)
{
    plan.code = code;
    plan.persistent = persistent;
    plan.struck = false;
    plan.left = n;
}

static inline void plan_end(void)
{
    plan.left = 0;
    plan.struck = false;
}

/* Memory. */
static sqlite3_mem_methods real_memory;

static inline void *shim_malloc(int size)
{
    return plan.code == SQLITE_NOMEM && strikes("malloc") ? NULL : real_memory.xMalloc(size);
}

static inline void *shim_realloc(void *old, int size)
{
    return plan.code == SQLITE_NOMEM && strikes("realloc") ? NULL : real_memory.xRealloc(old, size);
}

/* The disk.  The shown methods come first, so that a file's pMethods leads back to the real ones.
 */
struct methods {
    sqlite3_io_methods shown;
    const sqlite3_io_methods *real;
};

static struct methods files[2];
static sqlite3_vfs shim_vfs, *real_vfs;

static inline const sqlite3_io_methods *real_of(sqlite3_file *file)
{
    return ((const struct methods *)(const void *)file->pMethods)->real;
}

static inline bool disk_fails(const char *where)
{
    return plan.code == SQLITE_IOERR && strikes(where);
}

/* A full disk refuses only what needs room. */
static inline bool room_fails(const char *where)
{
    return (plan.code == SQLITE_FULL || plan.code == SQLITE_IOERR) && strikes(where);
}

static inline int shim_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
    return room_fails("write") ? plan.code : real_of(file)->xWrite(file, bytes, size, offset);
}

/* Nothing is synced: no power is cut here, and a thousand runs would wait for the disk. */
static inline int shim_sync(sqlite3_file *file, int flags)
{
    (void)file, (void)flags;
    return disk_fails("sync") ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static inline int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return room_fails("truncate") ? plan.code : real_of(file)->xTruncate(file, size);
}

static inline int shim_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
    return disk_fails("read") ? SQLITE_IOERR_READ : real_of(file)->xRead(file, bytes, size, offset);
}

static inline int shim_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return disk_fails("file size") ? SQLITE_IOERR_FSTAT : real_of(file)->xFileSize(file, size);
}

static inline int shim_lock(sqlite3_file *file, int lock)
{
    return disk_fails("lock") ? SQLITE_IOERR_LOCK : real_of(file)->xLock(file, lock);
}

static inline int shim_shm_map(sqlite3_file *file, int page, int size, int extend,
                               void volatile **memory)
{
    return room_fails("shm map") ? plan.code
                                 : real_of(file)->xShmMap(file, page, size, extend, memory);
}

/* Letting go of a lock is never refused. */
static inline int shim_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    bool fails = flags & SQLITE_SHM_LOCK && disk_fails("shm lock");
    return fails ? SQLITE_IOERR_SHMLOCK : real_of(file)->xShmLock(file, offset, count, flags);
}

static inline void methods_replace(sqlite3_io_methods *shown)
{
    shown->xWrite = shim_write;
    shown->xSync = shim_sync;
    shown->xTruncate = shim_truncate;
    shown->xRead = shim_read;
    shown->xFileSize = shim_file_size;
    shown->xLock = shim_lock;
    shown->xShmMap = shim_shm_map;
    shown->xShmLock = shim_shm_lock;
}

static inline int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                            int *got)
{
    (void)vfs;
    file->pMethods = NULL;
    if (disk_fails("open"))
        return SQLITE_CANTOPEN;
    int rc = real_vfs->xOpen(real_vfs, name, file, flags, got);
    if (rc != SQLITE_OK)
        return rc;
    struct methods *methods =
        &files[(flags & SQLITE_OPEN_MAIN_DB) != 0]; /* the others have no locks */
    methods->real = file->pMethods;
    methods->shown = *file->pMethods;
    methods_replace(&methods->shown);
    file->pMethods = &methods->shown;
    return SQLITE_OK;
}

static inline void shims_install(void)
{
    sqlite3_mem_methods memory;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), SQLITE_OK);
    memory = real_memory;
    memory.xMalloc = shim_malloc;
    memory.xRealloc = shim_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory), SQLITE_OK);
    real_vfs = sqlite3_vfs_find(NULL);
    shim_vfs = *real_vfs;
    shim_vfs.zName = "faults";
    shim_vfs.xOpen = shim_open;
    assert_int_equal(sqlite3_vfs_register(&shim_vfs, 1), SQLITE_OK);
}

#endif
