/* Workspaces: made once, found by the name their owner gave them. */
#include "workspace.h"

#include <string.h>

enum { SLUG_LONGEST = 64 };

bool workspace_slug_is_valid(const char *slug)
{
    size_t len = strnlen(slug, SLUG_LONGEST + 1);
    return len >= 1 && len <= SLUG_LONGEST &&
           strspn(slug, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

enum outcome workspace_create(struct db *db, const char *slug, const char *name, int64_t *id)
{
    int64_t created_at = clock_now();
    if (!workspace_slug_is_valid(slug))
        return INVALID;
    *id = db_int(db,
                 "INSERT INTO workspace (slug, name, created_at) VALUES (:slug, :name, :created_at)"
                 " ON CONFLICT (slug) DO NOTHING RETURNING id",
                 BIND(slug), BIND(name), BIND(created_at));
    if (*id)
        return CREATED;
    *id = db_int(db, "SELECT id FROM workspace WHERE slug = :slug", BIND(slug));
    return CONFLICT;
}

int64_t workspace_by_slug(struct db *db, const char *slug)
{
    return db_int(db, "SELECT id FROM workspace WHERE slug = :slug AND archived_at IS NULL",
                  BIND(slug));
}
