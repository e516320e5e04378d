/* Workspaces: made once, found by the name their owner gave them. */
#include "workspace.h"

#include "names.h"

enum outcome workspace_create(struct db *db, const char *slug, const char *name, int64_t *id)
{
    int64_t created_at = clock_now();
    if (!named_slug_is_valid(slug))
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
