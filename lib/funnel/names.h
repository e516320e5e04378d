/* Names to rows: funnels, pages, videos, offers, workspaces by slug; sources, agents and visitors
 * by content.  Looked up once and kept in the state of the group. */
#ifndef WEIR_NAMES_H
#define WEIR_NAMES_H

#include "event.h"
#include "state.h"

enum { NAMED_MOST = 64 };
bool named_slug_is_valid(const char *slug); /* [A-Za-z0-9_-], 1 to 64 */

/* What has only a name, by it.  0: unknown.  With `create`, a new row named like its slug; but a
 * workspace is made by its owner alone. */
typedef int64_t row_named(struct account *account, const char *slug, bool create, int64_t now);
row_named funnel_named, video_named, offer_named, workspace_named;

/* *kind: the page's kind; when the page is made: the wanted one, or "other". */
int64_t page_named(struct account *account, int64_t funnel_id, const char *slug, const char **kind,
                   bool create, int64_t now);
bool page_kind_is_known(const char *kind);

struct source { /* NULL: none */
    const char *utm_source, *utm_medium, *utm_campaign, *utm_content, *utm_term;
    const char *referrer; /* URL or host of where the visit came from */
    const char *referral_code;
    const char *click_kind; /* gclid and the like: which, never its value */
};
/* Trimmed, lower-cased, 200 bytes; what looks personal is removed.  0: nothing was given, the visit
 * is direct. */
int64_t source_row(struct account *account, const struct source *source, struct arena *arena);

int64_t agent_row(struct account *account, const char *user_agent, int64_t now,
                  struct arena *arena);
/* The visitor of an opaque browser key, of which only a keyed digest is stored.  A key that is good
 * for one day begins with it, "2026-03-02/...": its digest leads with that day, so that the new
 * visitors of a day, and most are new, lie together in the index. */
int64_t visitor_row(struct account *account, const char *key, enum origin origin, int64_t now);

#endif
