/* The folder of an account's backups: what lies in it and how a new one is named. */
#ifndef WEIR_BACKUPS_H
#define WEIR_BACKUPS_H

#include "common.h"

/* The youngest *.db in the folder; NULL: none.  *at is when it was written. */
const char *backup_newest(struct arena *arena, const char *folder, int64_t *at);

/* <folder>/<prefix>20251203T103000Z.db, or with -2, -3 ... when that is taken; the folder is made
 * when missing. */
const char *backup_new_path(struct common *common, const char *folder, const char *prefix);

#endif
