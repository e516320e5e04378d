/* A workspace is a team or an outside system inside an account.  Its slug is chosen by the caller:
 * it is the workspace_id of the API. */
#ifndef WEIR_WORKSPACE_H
#define WEIR_WORKSPACE_H

#include "account.h"

/* Inside an item.  *id is set for CREATED, and for CONFLICT to the one that has the slug.  INVALID:
 * the slug (names.h). */
enum outcome workspace_create(struct db *db, const char *slug, const char *name, int64_t *id);

int64_t workspace_by_slug(struct db *db, const char *slug); /* 0: none that is in use */

#endif
