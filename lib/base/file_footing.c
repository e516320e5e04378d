/* What a file system promises.  The one table of those that promise too little for SQLite's
 * locks, shared memory and syncs; whatever is not in it is taken for a local disk. */
#include "file.h"

#include <sys/vfs.h>

/* f_type of statfs(2).  Kept here as numbers, because no header of Debian 12 has them all. */
static const struct {
    uint32_t type;
    const char *name;
    enum footing footing;
} file_systems[] = {
    { 0x794c7630, "overlay", FOOTING_LAYERED }, { 0x00006969, "NFS", FOOTING_REMOTE },
    { 0xff534d42, "CIFS", FOOTING_REMOTE },     { 0xfe534d42, "SMB", FOOTING_REMOTE },
    { 0x0000517b, "SMB", FOOTING_REMOTE },      { 0x01021997, "9p", FOOTING_REMOTE },
    { 0x65735546, "FUSE", FOOTING_REMOTE },     { 0x00c36400, "Ceph", FOOTING_REMOTE },
    { 0x5346414f, "AFS", FOOTING_REMOTE },      { 0x0bd00bd0, "Lustre", FOOTING_REMOTE },
    { 0x73757245, "Coda", FOOTING_REMOTE },     { 0x786f4256, "vboxsf", FOOTING_REMOTE },
};

enum footing file_footing_of_type(uint32_t type, const char **name)
{
    *name = "";
    for (size_t i = 0; i < sizeof file_systems / sizeof file_systems[0]; i++) {
        if (file_systems[i].type != type)
            continue;
        *name = file_systems[i].name;
        return file_systems[i].footing;
    }
    return FOOTING_LOCAL;
}

enum footing file_footing(const char *path, const char **name)
{
    struct statfs about;
    *name = "";
    if (statfs(path, &about) != 0)
        return FOOTING_LOCAL; /* what is not there is told better where it is used */
    return file_footing_of_type((uint32_t)about.f_type, name);
}
