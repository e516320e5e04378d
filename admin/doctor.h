/* The examinations of `weir doctor`.  Each says one line per thing it looked at: what is well, what
 * to watch, what is broken and how to mend it. */
#ifndef WEIR_DOCTOR_H
#define WEIR_DOCTOR_H

#include <sys/types.h>

#include "common.h"

struct doctor {
    struct common common;
    bool fix;
    struct json *lines;
    int counts[3]; /* by enum health */
};

enum health { WELL, WATCH, BROKEN };
void doctor_say(struct doctor *doctor, enum health health, const char *subject, const char *format,
                ...) __attribute__((format(printf, 4, 5)));

/* Owner, kind and mode of a path; with --fix a wrong mode is mended.  A path that is not there is
 * BROKEN. */
void doctor_mode(struct doctor *doctor, const char *subject, const char *path, mode_t kind,
                 mode_t mode);

void doctor_place(struct doctor *doctor);    /* state directory, key, file system, disk */
void doctor_host(struct doctor *doctor);     /* libraries and packages */
void doctor_names(struct doctor *doctor);    /* slug files and leftovers */
void doctor_accounts(struct doctor *doctor); /* each database */

#endif
