/* The members of the canonical form, read and typed, before any name is a row.  For event_json.c,
 * which alone includes this file. */
#ifndef WEIR_EVENT_FIELDS_H
#define WEIR_EVENT_FIELDS_H

#include "event.h"
#include "names.h"

struct reading { /* NULL, 0 and false: not given */
    const char *id, *event, *origin, *visitor, *funnel, *page, *page_kind, *video, *offer;
    const char *workspace, *contact_uuid, *currency, *external_id, *bot_class, *user_agent;
    int64_t at, received_at, contact_id, watch_pct, watch_secs, value_minor;
    bool has_watch_pct, has_watch_secs, has_value;
    struct source source;
    struct personal personal;
};

/* NULL, or what is wrong and how to mend it: "at: is missing: when it happened". */
const char *fields_read(const struct json *object, struct reading *reading, struct arena *arena);

#endif
