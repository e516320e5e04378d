/* Where Weir keeps its things: who may reach them, what they lie on, and how much room is left. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "doctor.h"
#include "file.h"
#include "master_key.h"
#include "state_dir.h"

enum { LOW_PERCENT = 5, WATCH_PERCENT = 10, LOW_MIB = 200, WATCH_MIB = 1024 };

static void check_state_dir(struct doctor *doctor)
{
    const struct config *config = &doctor->common.config;
    const char *error;
    for (const char *const *part = state_dir_parts; *part; part++)
        doctor_mode(doctor, "state directory",
                    state_path(doctor->common.arena, config->state_dir, *part, NULL), S_IFDIR,
                    STATE_DIR_MODE);
    if (!state_dir_check(config, doctor->common.arena, &error))
        doctor_say(doctor, BROKEN, "state directory", "%s", error);
    else
        doctor_say(doctor, WELL, "state directory",
                   "nobody else can write on the way to it; not below %s", config->www_dir);
}

static void check_key(struct doctor *doctor)
{
    const struct config *config = &doctor->common.config;
    uint8_t key[KEY_SIZE];
    const char *error;
    if (doctor->fix && !file_distrust(doctor->common.arena, config->master_key, S_IFREG, 0) &&
        file_distrust(doctor->common.arena, config->master_key, S_IFREG, OPEN_TO_ANYONE))
        doctor_mode(doctor, "master key", config->master_key, S_IFREG, 0400);
    if (master_key_read(config->master_key, config->state_dir, key, doctor->common.arena, &error))
        doctor_say(doctor, WELL, "master key", "%s", config->master_key);
    else
        doctor_say(doctor, BROKEN, "master key", "%s", error);
    crypto_wipe(key, sizeof key);
}

static void check_file_system(struct doctor *doctor)
{
    static const enum health healths[] = {
        [FOOTING_LOCAL] = WELL, [FOOTING_LAYERED] = WATCH, [FOOTING_REMOTE] = BROKEN
    };
    static const char *const remarks[] = {
        [FOOTING_LOCAL] = "local",
        [FOOTING_LAYERED] = "goes with its container: mount a volume",
        [FOOTING_REMOTE] = "its locks do not hold: use a disk of this machine"
    };
    const char *name, *path = doctor->common.config.state_dir;
    enum footing footing = state_dir_footing(path, &name);
    doctor_say(doctor, healths[footing], "file system", "%s%s%s", name, *name ? ": " : "",
               remarks[footing]);
}

static void check_disk(struct doctor *doctor)
{
    struct statvfs is;
    if (statvfs(doctor->common.config.state_dir, &is) != 0 || is.f_blocks == 0)
        return; /* said above */
    double mib = (double)is.f_bavail * (double)is.f_frsize / (1 << 20);
    double percent = 100.0 * (double)is.f_bavail / (double)is.f_blocks;
    bool low = mib < LOW_MIB || percent < LOW_PERCENT,
         watch = mib < WATCH_MIB || percent < WATCH_PERCENT;
    doctor_say(doctor,
               low     ? BROKEN
               : watch ? WATCH
                       : WELL,
               "disk", "%.0f MiB free (%.0f %%)%s", mib, percent,
               low ? ": writing is refused below 200 MiB or 5 %, make room" : "");
}

void doctor_place(struct doctor *doctor)
{
    check_state_dir(doctor);
    check_key(doctor);
    check_file_system(doctor);
    check_disk(doctor);
}
