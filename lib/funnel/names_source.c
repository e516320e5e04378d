/* Where a visit came from, as reports may show it: a few words without case, blanks or persons.
 * Each combination is one row; a million events name a few hundred. */
#include <string.h>

#include "names.h"
#include "scrub.h"

enum { SOURCE_BYTES = 200, SOURCE_PARTS = 8, REFERRER = 5 };

/* At most SOURCE_BYTES, without half a character or a blank at the end. */
static size_t cut(const char *s)
{
    size_t len = strnlen(s, SOURCE_BYTES);
    while (len && ((unsigned char)s[len] & 0xC0) == 0x80)
        len--;
    while (len && strchr(" \t\r\n", s[len - 1]))
        len--;
    return len;
}

static const char *source_part(struct arena *arena, const char *s)
{
    if (!s)
        return "";
    if (looks_personal(s)) /* before the cut, which could leave half an address */
        return "(removed)";
    s += strspn(s, " \t\r\n");
    char *part = arena_strndup(arena, s, cut(s));
    for (char *c = part; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return part;
}

/* "//user@host:port" of a URL, or what stands in for one, without its user and port. */
static const char *referrer_host(struct arena *arena, const char *referrer)
{
    if (!referrer)
        return "";
    const char *host = referrer, *scheme = referrer + strcspn(referrer, ":/?#");
    if (strncmp(scheme, "://", 3) == 0)
        host = scheme + 3;
    size_t len = strcspn(host, "/?#");
    const char *user = memrchr(host, '@', len);
    if (user) {
        len -= (size_t)(user + 1 - host);
        host = user + 1;
    }
    const char *end = memchr(host, *host == '[' ? ']' : ':', len);
    if (end)
        len = (size_t)(end - host) + (*end == ']');
    return source_part(arena, arena_strndup(arena, host, len));
}

static int64_t source_find(struct db *db, const char *const part[SOURCE_PARTS])
{
    return db_int(
        db,
        "SELECT id FROM source WHERE utm_source = :s AND utm_medium = :m AND utm_campaign = :c"
        " AND utm_content = :n AND utm_term = :t AND referrer_host = :h AND referral_code = :r"
        " AND click_kind = :k",
        BINDAS(s, part[0]), BINDAS(m, part[1]), BINDAS(c, part[2]), BINDAS(n, part[3]),
        BINDAS(t, part[4]), BINDAS(h, part[5]), BINDAS(r, part[6]), BINDAS(k, part[7]));
}

static int64_t source_make(struct db *db, const char *const part[SOURCE_PARTS])
{
    db_run(db,
           "INSERT INTO source (utm_source, utm_medium, utm_campaign, utm_content, utm_term,"
           " referrer_host, referral_code, click_kind) VALUES (:s, :m, :c, :n, :t, :h, :r, :k)",
           BINDAS(s, part[0]), BINDAS(m, part[1]), BINDAS(c, part[2]), BINDAS(n, part[3]),
           BINDAS(t, part[4]), BINDAS(h, part[5]), BINDAS(r, part[6]), BINDAS(k, part[7]));
    return db_last_id(db);
}

static bool any_given(const char *const given[SOURCE_PARTS])
{
    for (int i = 0; i < SOURCE_PARTS; i++)
        if (given[i] && *given[i])
            return true;
    return false;
}

/* 0: nothing but blanks. */
static int64_t source_of_parts(struct db *db, const char *const given[SOURCE_PARTS],
                               struct arena *arena)
{
    const char *part[SOURCE_PARTS];
    for (int i = 0; i < SOURCE_PARTS; i++)
        part[i] = i == REFERRER ? referrer_host(arena, given[i]) : source_part(arena, given[i]);
    if (!any_given(part))
        return 0;
    int64_t id = source_find(db, part);
    return id ? id : source_make(db, part);
}

int64_t source_row(struct account *account, const struct source *source, struct arena *arena)
{
    const char *const given[SOURCE_PARTS] = {
        source->utm_source, source->utm_medium, source->utm_campaign,  source->utm_content,
        source->utm_term,   source->referrer,   source->referral_code, source->click_kind,
    };
    if (!any_given(given)) /* as most events */
        return 0;
    struct text *key = text_new(arena); /* as it was sent: a source repeats letter by letter */
    for (int i = 0; i < SOURCE_PARTS; i++) {
        text_add(key, given[i]);
        text_add_char(key, '\0');
    }
    int64_t id = state_name(account->state, 's', text_str(key), text_len(key), NULL);
    if (id)
        return id;
    id = source_of_parts(gate_db(account->gate), given, arena);
    if (id)
        state_name_add(account->state, 's', text_str(key), text_len(key), id, 0);
    return id;
}
