/* See home.h.  The telling reads the tables on its own, not through the code under test. */
#include "home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contact.h"
#include "master_key.h"
#include "state_dir.h"
#include "text.h"

static void die(const char *what, const char *why)
{
    fprintf(stderr, "test home: %s: %s\n", what, why ? why : "");
    exit(1);
}

void home_open(struct home *home, const char *time_zone)
{
    const char *error = NULL;
    *home = (struct home){ .arena = arena_new() };
    snprintf(home->dir, sizeof home->dir, "/tmp/weir-test-XXXXXX");
    if (!mkdtemp(home->dir))
        die("mkdtemp", home->dir);
    home->config = (struct config){
        .state_dir = arena_printf(home->arena, "%s/state", home->dir),
        .master_key = arena_printf(home->arena, "%s/master.key", home->dir),
        .www_dir = arena_printf(home->arena, "%s/www", home->dir),
        .open_accounts = 4,
    };
    if (!state_dir_make(home->config.state_dir, home->arena, &error) ||
        !master_key_create(home->config.master_key, home->arena, &error))
        die("state directory", error);
    const struct account_settings settings = { "test", "Test", time_zone, "USD" };
    for (int i = 0; i < 2; i++) {
        home->accounts[i] = accounts_open(&home->config, home->arena, &error);
        if (!home->accounts[i])
            die("accounts", error);
        if (i == 0 && account_create(home->accounts[i], &settings, home->arena, &error) != CREATED)
            die("account", error);
        home->account[i] = account_open(home->accounts[i], "test", &error);
        if (!home->account[i])
            die("account", error);
    }
}

void home_close(struct home *home)
{
    for (int i = 0; i < 2; i++) {
        account_release(home->account[i]);
        accounts_close(home->accounts[i]);
    }
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", home->dir);
    if (system(command) != 0)
        die("rm", home->dir);
    arena_free(home->arena);
}

struct account *home_account(struct home *home)
{
    return home->account[0];
}

struct account *home_other_account(struct home *home)
{
    return home->account[1];
}

static const char *time_or_dash(struct arena *arena, struct db_rows *rows, int column)
{
    if (db_is_null(rows, column))
        return "-";
    char *text = arena_alloc(arena, CLOCK_TEXT);
    clock_format(db_get_int(rows, column), text);
    return text;
}

static const char *text_or_dash(struct arena *arena, struct db_rows *rows, int column)
{
    return db_is_null(rows, column) ? "-" : db_get_text(rows, column, arena);
}

static const char *opened(struct account *account, struct db_rows *rows, int column,
                          enum sealed_column seal, struct arena *arena)
{
    size_t len;
    struct uuid uuid = db_get_uuid(rows, 1);
    const void *sealed = db_get_blob(rows, column, &len, arena);
    const char *plain = sealed ? account_unseal(account, seal, &uuid, sealed, len, arena) : "-";
    return plain ? plain : "(does not open)";
}

/* The spelling without the tag between name and domain. */
static const char *domain_of(const char *email)
{
    const char *at = strchr(email, '@');
    return at ? at : "";
}

static void tell_contact(struct account *account, int64_t id, const char *name, struct text *out,
                         struct arena *arena)
{
    struct db_rows *rows =
        db_query(account_reader(account),
                 "SELECT id, uuid, first_seen_at, last_seen_at, visit_count, first_name_sealed,"
                 " last_name_sealed, phone_sealed, custom_sealed, email_sealed FROM contact"
                 " WHERE id = :id",
                 BIND(id));
    if (db_next(rows))
        text_add_format(
            out, "contact %s (%.3s%s): %s %s phone %s custom %s, seen %s to %s, visits %d\n", name,
            opened(account, rows, 9, SEAL_CONTACT_EMAIL, arena),
            domain_of(opened(account, rows, 9, SEAL_CONTACT_EMAIL, arena)),
            opened(account, rows, 5, SEAL_CONTACT_FIRST_NAME, arena),
            opened(account, rows, 6, SEAL_CONTACT_LAST_NAME, arena),
            opened(account, rows, 7, SEAL_CONTACT_PHONE, arena),
            opened(account, rows, 8, SEAL_CONTACT_CUSTOM, arena), time_or_dash(arena, rows, 2),
            time_or_dash(arena, rows, 3), (int)db_get_int(rows, 4));
    db_done(rows);
}

static void tell_stages(struct account *account, int64_t lead_id, struct text *out,
                        struct arena *arena)
{
    struct db_rows *rows =
        db_query(account_reader(account),
                 "SELECT stage, entered_at FROM stage_history WHERE lead_id = :lead_id"
                 " AND dimension = 'funnel_stage' ORDER BY entered_at, event_uuid",
                 BIND(lead_id));
    while (db_next(rows))
        text_add_format(out, "stage %s %s\n", text_or_dash(arena, rows, 0),
                        time_or_dash(arena, rows, 1));
}

static void tell_leads(struct account *account, int64_t id, struct text *out, struct arena *arena)
{
    struct db_rows *rows = db_query(
        account_reader(account),
        "SELECT l.id, f.slug, l.funnel_stage, l.watch_pct, l.watch_band, l.registered_at,"
        " s.utm_source || s.referrer_host, l.origin, l.viewed_at, l.played_at, l.offer_viewed_at,"
        " l.watch_secs FROM lead l JOIN funnel f ON f.id = l.funnel_id"
        " LEFT JOIN source s ON s.id = l.source_id WHERE l.contact_id = :id ORDER BY f.slug",
        BIND(id));
    while (db_next(rows)) {
        text_add_format(out,
                        "lead %s: %s, %d %% %s %d s, registered %s from %s, origin %s, viewed %s,"
                        " played %s, offer %s\n",
                        text_or_dash(arena, rows, 1), text_or_dash(arena, rows, 2),
                        (int)db_get_int(rows, 3), text_or_dash(arena, rows, 4),
                        (int)db_get_int(rows, 11), time_or_dash(arena, rows, 5),
                        text_or_dash(arena, rows, 6), text_or_dash(arena, rows, 7),
                        time_or_dash(arena, rows, 8), time_or_dash(arena, rows, 9),
                        time_or_dash(arena, rows, 10));
        tell_stages(account, db_get_int(rows, 0), out, arena);
    }
}

/* Told without the tag, which differs from order to order. */
static const char *const names[2] = { "ann", "bob" }, *const browsers[2] = { "v1", "v2" };

struct cast {
    int64_t ids[2];
};

static const char *cast_name(const struct cast *cast, struct db_rows *rows, int column)
{
    for (int i = 0; i < 2; i++)
        if (!db_is_null(rows, column) && db_get_int(rows, column) == cast->ids[i])
            return names[i];
    return db_is_null(rows, column) ? "-" : "stranger";
}

static int64_t visitor_find(struct account *account, const char *name, const char *tag)
{
    char key[64];
    uint8_t blinded[BLIND_SIZE];
    snprintf(key, sizeof key, "%s-%s", name, tag);
    account_blind(account, "visitor", key, blinded);
    blinded[0] |= 0x80; /* as every key that names no day */
    return db_int(account_reader(account), "SELECT id FROM visitor WHERE key_blind = :key",
                  BINDBLOB(key, blinded, sizeof blinded));
}

static void tell_sessions(struct account *account, const char *name, int64_t visitor_id,
                          const struct cast *cast, struct text *out, struct arena *arena)
{
    struct db_rows *rows =
        db_query(account_reader(account),
                 "SELECT n.start_at, n.end_at, n.contact_id, f.slug,"
                 " s.utm_source || s.referrer_host, n.page_count, n.event_count, n.interactive"
                 " FROM session n LEFT JOIN funnel f ON f.id = n.funnel_id"
                 " LEFT JOIN source s ON s.id = n.source_id"
                 " WHERE n.visitor_id = :visitor_id ORDER BY n.start_at",
                 BIND(visitor_id));
    while (db_next(rows))
        text_add_format(
            out, "session %s: %s to %s, %s, %s, %s, %d pages, %d events, interactive %d\n", name,
            time_or_dash(arena, rows, 0), time_or_dash(arena, rows, 1), cast_name(cast, rows, 2),
            text_or_dash(arena, rows, 3), text_or_dash(arena, rows, 4), (int)db_get_int(rows, 5),
            (int)db_get_int(rows, 6), (int)db_get_int(rows, 7));
}

static void tell_touches(struct account *account, const struct cast *cast,
                         const int64_t visitors[2], struct text *out, struct arena *arena)
{
    struct db_rows *rows =
        db_query(account_reader(account),
                 "SELECT t.kind, t.at, t.contact_id, f.slug, s.utm_source || s.referrer_host"
                 " FROM touchpoint t LEFT JOIN funnel f ON f.id = t.funnel_id"
                 " LEFT JOIN source s ON s.id = t.source_id"
                 " WHERE t.contact_id IN (:ann, :bob) OR t.visitor_id IN (:v1, :v2)"
                 " ORDER BY t.at, substr(t.event_uuid, 1, 8)",
                 BINDAS(ann, cast->ids[0]), BINDAS(bob, cast->ids[1]), BINDAS(v1, visitors[0]),
                 BINDAS(v2, visitors[1]));
    while (db_next(rows))
        text_add_format(out, "touch %s %s %s %s %s\n", text_or_dash(arena, rows, 0),
                        time_or_dash(arena, rows, 1), cast_name(cast, rows, 2),
                        text_or_dash(arena, rows, 3), text_or_dash(arena, rows, 4));
}

const char *home_tell(struct account *account, const char *tag, struct arena *arena)
{
    struct text *out = text_new(arena);
    struct cast cast;
    int64_t visitors[2];
    for (int i = 0; i < 2; i++) {
        cast.ids[i] = contact_by_email(account_reader(account), account,
                                       arena_printf(arena, "%s-%s@example.com", names[i], tag));
        tell_contact(account, cast.ids[i], names[i], out, arena);
        tell_leads(account, cast.ids[i], out, arena);
    }
    for (int i = 0; i < 2; i++) {
        visitors[i] = visitor_find(account, browsers[i], tag);
        tell_sessions(account, browsers[i], visitors[i], &cast, out, arena);
    }
    tell_touches(account, &cast, visitors, out, arena);
    return text_str(out);
}
