/* Every look-up has the same shape: ask the state, else the table, else make the row; and keep the
 * answer. */
#include "names.h"

#include <string.h>

#include "session.h"
#include "workspace.h"

static bool is_slug_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

bool named_slug_is_valid(const char *slug)
{
    size_t len = 0;
    while (len <= NAMED_MOST && is_slug_byte(slug[len]))
        len++;
    return len >= 1 && len <= NAMED_MOST && slug[len] == '\0';
}

static int64_t funnel_find(struct db *db, const char *slug)
{
    return db_int(db, "SELECT id FROM funnel WHERE slug = :slug", BIND(slug));
}

static void funnel_make(struct db *db, const char *slug, int64_t now)
{
    struct uuid uuid = uuid_new(now);
    db_run(db,
           "INSERT INTO funnel (uuid, slug, name, created_at, changed_at)"
           " VALUES (:uuid, :slug, :slug, :now, :now)",
           BINDAS(uuid, &uuid), BIND(slug), BIND(now));
}

static int64_t video_find(struct db *db, const char *slug)
{
    return db_int(db, "SELECT id FROM video WHERE slug = :slug", BIND(slug));
}

static void video_make(struct db *db, const char *slug, int64_t now)
{
    db_run(db, "INSERT INTO video (slug, title, created_at) VALUES (:slug, :slug, :now)",
           BIND(slug), BIND(now));
}

static int64_t offer_find(struct db *db, const char *slug)
{
    return db_int(db, "SELECT id FROM offer WHERE slug = :slug", BIND(slug));
}

static void offer_make(struct db *db, const char *slug, int64_t now)
{
    db_run(db, "INSERT INTO offer (slug, name, created_at) VALUES (:slug, :slug, :now)", BIND(slug),
           BIND(now));
}

/* `space` parts their names in the state. */
struct nameable {
    char space;
    int64_t (*find)(struct db *db, const char *slug);
    void (*make)(struct db *db, const char *slug, int64_t now);
};

static int64_t named(struct account *account, struct nameable what, const char *slug, bool create,
                     int64_t now)
{
    size_t len = strlen(slug);
    int64_t id = state_name(account->state, what.space, slug, len, NULL);
    if (id)
        return id;
    struct db *db = gate_db(account->gate);
    id = what.find(db, slug);
    if (!id && create && what.make) {
        what.make(db, slug, now);
        id = what.find(db, slug);
    }
    if (id)
        state_name_add(account->state, what.space, slug, len, id, 0);
    return id;
}

int64_t funnel_named(struct account *account, const char *slug, bool create, int64_t now)
{
    return named(account, (struct nameable){ 'f', funnel_find, funnel_make }, slug, create, now);
}

int64_t video_named(struct account *account, const char *slug, bool create, int64_t now)
{
    return named(account, (struct nameable){ 'v', video_find, video_make }, slug, create, now);
}

int64_t offer_named(struct account *account, const char *slug, bool create, int64_t now)
{
    return named(account, (struct nameable){ 'o', offer_find, offer_make }, slug, create, now);
}

int64_t workspace_named(struct account *account, const char *slug, bool create, int64_t now)
{
    return named(account, (struct nameable){ 'w', workspace_by_slug, NULL }, slug, create, now);
}

static const char *const page_kinds[] = {
    "registration", "watch", "offer", "thanks", "other", NULL
};

static int page_kind_index(const char *kind)
{
    int i = 0;
    while (page_kinds[i] && strcmp(page_kinds[i], kind) != 0)
        i++;
    return i;
}

bool page_kind_is_known(const char *kind)
{
    return page_kinds[page_kind_index(kind)] != NULL;
}

static int64_t page_find(struct db *db, int64_t funnel_id, const char *slug, int *kind)
{
    struct db_rows *rows =
        db_query(db, "SELECT id, kind FROM page WHERE funnel_id = :funnel_id AND slug = :slug",
                 BIND(funnel_id), BIND(slug));
    int64_t id = db_next(rows) ? db_get_int(rows, 0) : 0;
    if (id)
        *kind = page_kind_index(db_get_text(rows, 1, NULL));
    db_done(rows);
    return id;
}

static void page_make(struct db *db, int64_t funnel_id, const char *slug, const char *kind,
                      int64_t now)
{
    db_run(db,
           "INSERT INTO page (funnel_id, slug, kind, created_at)"
           " VALUES (:funnel_id, :slug, coalesce(:kind, 'other'), :now)",
           BIND(funnel_id), BIND(slug), BIND(kind), BIND(now));
}

int64_t page_named(struct account *account, int64_t funnel_id, const char *slug, const char **kind,
                   bool create, int64_t now)
{
    struct {
        int64_t funnel_id;
        char slug[NAMED_MOST + 1];
    } key = { .funnel_id = funnel_id };
    strncpy(key.slug, slug, NAMED_MOST);
    size_t len = sizeof funnel_id + strlen(key.slug);
    int known = 0;
    int64_t id = state_name(account->state, 'p', &key, len, &known);
    if (!id) {
        struct db *db = gate_db(account->gate);
        id = page_find(db, funnel_id, slug, &known);
        if (!id && create) {
            page_make(db, funnel_id, slug, *kind, now);
            id = page_find(db, funnel_id, slug, &known);
        }
        if (id)
            state_name_add(account->state, 'p', &key, len, id, known);
    }
    if (id)
        *kind = page_kinds[known];
    return id;
}

static int64_t agent_make(struct account *account, const char *user_agent,
                          const uint8_t blinded[BLIND_SIZE], int64_t now, struct arena *arena)
{
    struct uuid uuid = uuid_new(now);
    size_t len;
    void *sealed =
        account_seal(account, SEAL_AGENT_TEXT, &uuid, user_agent, strlen(user_agent), arena, &len);
    db_run(gate_db(account->gate),
           "INSERT INTO agent (uuid, text_blind, text_sealed)"
           " VALUES (:uuid, :text_blind, :text_sealed)",
           BINDAS(uuid, &uuid), BINDBLOB(text_blind, blinded, BLIND_SIZE),
           BINDBLOB(text_sealed, sealed, len));
    return db_last_id(gate_db(account->gate));
}

int64_t agent_row(struct account *account, const char *user_agent, int64_t now, struct arena *arena)
{
    size_t len = strlen(user_agent);
    int64_t id = state_name(account->state, 'a', user_agent, len, NULL);
    if (id)
        return id;
    uint8_t blinded[BLIND_SIZE];
    account_blind(account, "agent", user_agent, blinded);
    id = db_int(gate_db(account->gate), "SELECT id FROM agent WHERE text_blind = :text_blind",
                BINDBLOB(text_blind, blinded, sizeof blinded));
    id = id ? id : agent_make(account, user_agent, blinded, now, arena);
    state_name_add(account->state, 'a', user_agent, len, id, 0);
    return id;
}

enum { DAY_TEXT = 10, DAY_BYTES = 4 };

/* False: the key is not one of a day. */
static bool key_day(const char *key, int32_t *day)
{
    char text[DAY_TEXT + 1] = { 0 };
    strncpy(text, key, DAY_TEXT);
    return strlen(key) > DAY_TEXT && key[DAY_TEXT] == '/' && clock_parse_day(text, day);
}

/* Which kind of visitor has this key; `digest` is what stands for it in the index. */
static const char *visitor_digest(struct account *account, const char *key, enum origin origin,
                                  uint8_t digest[BLIND_SIZE])
{
    int32_t day;
    account_blind(account, "visitor", key, digest);
    if (!key_day(key, &day)) {
        digest[0] |= 0x80; /* apart from those of days */
        return origin == ORIGIN_IMPORT ? "import" : "consent";
    }
    for (int i = 0; i < DAY_BYTES; i++)
        digest[i] = (uint8_t)((uint32_t)day >> (8 * (DAY_BYTES - 1 - i)));
    digest[0] &= 0x7f;
    return "day";
}

/* Most visitors that are not in hand are new: to insert is to ask. */
int64_t visitor_row(struct account *account, const char *key, enum origin origin, int64_t now)
{
    size_t len = strlen(key);
    int64_t id = state_name(account->state, 'k', key, len, NULL);
    if (id)
        return id;
    uint8_t digest[BLIND_SIZE];
    const char *kind = visitor_digest(account, key, origin, digest);
    struct db *db = gate_db(account->gate);
    if (db_run(db,
               "INSERT INTO visitor (key_blind, kind, created_at) VALUES (:key_blind, :kind, :now)"
               " ON CONFLICT (key_blind) DO NOTHING",
               BINDBLOB(key_blind, digest, sizeof digest), BIND(kind), BIND(now)))
        visitor_made(account, id = db_last_id(db));
    else
        id = db_int(db, "SELECT id FROM visitor WHERE key_blind = :key_blind",
                    BINDBLOB(key_blind, digest, sizeof digest));
    state_name_add(account->state, 'k', key, len, id, 0);
    return id;
}
