/* names: each is made once, found by its very spelling, and forgotten when its item is undone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "funnel_home.h"
#include "names.h"
#include "workspace.h"

enum { NOW = 1772712 };

static void slugs_have_one_form(void **state)
{
    (void)state;
    char longest[66];
    memset(longest, 'a', sizeof longest);
    longest[65] = '\0';
    static const char *const good[] = { "a", "Webinar_2026-b", "-", "_", "0" };
    static const char *const bad[] = { "",   "a b", "a/b", "a.b", "\303\251", "a\n",
                                       " a", "a@",  "a[",  "a`b", "a{b",      "a:b" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(named_slug_is_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(named_slug_is_valid(bad[i]));
    assert_false(named_slug_is_valid(longest));
    longest[64] = '\0';
    assert_true(named_slug_is_valid(longest));
}

/* One name in every name space: no two are mistaken for each other. */
static void name_everything(void)
{
    static row_named *const named[] = { funnel_named, video_named, offer_named };
    for (int i = 0; i < 3; i++) {
        assert_int_equal(named[i](account, "intro", false, NOW), 0);
        int64_t id = named[i](account, "intro", true, NOW);
        assert_true(id > 0);
        assert_int_equal(named[i](account, "intro", true, NOW), id);
        assert_int_equal(named[i](account, "intro", false, NOW), id);
        assert_int_equal(named[i](account, "Intro", false, NOW), 0);
        assert_true(named[i](account, "Intro", true, NOW) != id);
    }
    assert_int_equal(workspace_named(account, "intro", true, NOW), 0);
}

static void each_is_made_once(void **state)
{
    (void)state;
    in_items({ name_everything, OK });
    assert_told("SELECT slug, name, created_at, changed_at FROM funnel",
                "intro|intro|1772712|1772712;Intro|Intro|1772712|1772712");
    assert_told("SELECT slug, title FROM video", "intro|intro;Intro|Intro");
    assert_told("SELECT slug, name FROM offer", "intro|intro;Intro|Intro");
    assert_told("SELECT count(*) FROM workspace", "0");
}

static void what_was_undone_is_unknown_again(void **state)
{
    (void)state;
    in_items({ name_everything, CONFLICT });
    assert_told("SELECT count(*) FROM funnel", "0");
    in_items({ name_everything, OK }); /* it begins with asking for what is not there */
}

static void look_at_workspaces(void)
{
    int64_t id, again;
    struct db *db = gate_db(account->gate);
    assert_int_equal(workspace_create(db, "crm", "CRM", &id), CREATED);
    assert_int_equal(workspace_create(db, "crm", "Another", &again), CONFLICT);
    assert_int_equal(again, id);
    assert_int_equal(workspace_create(db, "a crm", "CRM", &again), INVALID);
    assert_int_equal(workspace_named(account, "crm", false, NOW), id);
    assert_int_equal(workspace_by_slug(db, "CRM"), 0);
}

static void look_at_an_archived_workspace(void)
{
    struct db *db = gate_db(account->gate);
    db_run(db,
           "INSERT INTO workspace (slug, name, created_at, archived_at) VALUES ('old', '', 1, 2)");
    assert_int_equal(workspace_named(account, "old", true, NOW), 0);
    assert_int_equal(workspace_by_slug(db, "old"), 0);
}

static void workspaces_are_made_by_their_owner(void **state)
{
    (void)state;
    in_items({ look_at_workspaces, OK });
    in_items({ look_at_an_archived_workspace, OK });
    assert_told("SELECT slug, name FROM workspace WHERE archived_at IS NULL", "crm|CRM");
}

static void look_at_pages(void)
{
    int64_t f = funnel_named(account, "f", true, NOW), g = funnel_named(account, "g", true, NOW);
    const char *kind = NULL, *offer = "offer";
    assert_int_equal(page_named(account, f, "p", &kind, false, NOW), 0);
    assert_null(kind);
    int64_t page = page_named(account, f, "p", &kind, true, NOW);
    assert_string_equal(kind, "other");
    assert_int_equal(page_named(account, f, "p", &offer, true, NOW), page);
    assert_string_equal(offer, "other");
    offer = "offer";
    assert_true(page_named(account, g, "p", &offer, true, NOW) != page);
    assert_string_equal(offer, "offer");
    kind = NULL;
    assert_true(page_named(account, g, "p", &kind, false, NOW) != page);
    assert_string_equal(kind, "offer");
}

static void pages_belong_to_a_funnel(void **state)
{
    (void)state;
    in_items({ look_at_pages, OK });
    assert_told("SELECT funnel_id, slug, kind FROM page", "1|p|other;2|p|offer");
    assert_true(page_kind_is_known("thanks"));
    assert_false(page_kind_is_known("Thanks"));
    assert_false(page_kind_is_known(""));
}

static void look_at_agents(void)
{
    int64_t one = agent_row(account, "Mozilla/5.0", NOW, home.arena);
    assert_int_equal(agent_row(account, "Mozilla/5.0", NOW, home.arena), one);
    assert_true(agent_row(account, "mozilla/5.0", NOW, home.arena) != one);
}

static void agents_are_stored_once_and_sealed(void **state)
{
    (void)state;
    size_t len;
    in_items({ look_at_agents, OK });
    in_items({ look_at_agents, OK });
    struct db_rows *rows =
        db_query(account_reader(account), "SELECT uuid, text_sealed FROM agent ORDER BY id");
    assert_true(db_next(rows));
    struct uuid uuid = db_get_uuid(rows, 0);
    const void *sealed = db_get_blob(rows, 1, &len, home.arena);
    assert_string_equal(account_unseal(account, SEAL_AGENT_TEXT, &uuid, sealed, len, home.arena),
                        "Mozilla/5.0");
    db_done(rows);
    assert_told("SELECT count(*) FROM agent", "2");
}

static void look_at_visitors(void)
{
    static const struct {
        const char *key;
        enum origin origin;
    } rows[] = {
        { "2026-03-02/8f3c", ORIGIN_WEB },
        { "2026-03-02/8f3d", ORIGIN_IMPORT },
        { "2026-03-03/8f3c", ORIGIN_API },
        { "1969-12-31/8f3c", ORIGIN_WEB },
        { "9999-12-31/", ORIGIN_WEB },
        { "2026-03-02", ORIGIN_WEB },
        { "2026-02-30/8f3c", ORIGIN_WEB },
        { "2026-03-02-8f3c", ORIGIN_IMPORT },
        { "8f3c", ORIGIN_IMPORT },
        { "8f3d", ORIGIN_WEB },
        { "", ORIGIN_API },
    };
    int64_t before = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t id = visitor_row(account, rows[i].key, rows[i].origin, NOW);
        assert_true(id > before);
        assert_int_equal(visitor_row(account, rows[i].key, ORIGIN_SYSTEM, NOW), id);
        before = id;
    }
}

/* A day's keys lead with the day, 2026-03-02 being day 0x5022; the others lie behind them all. */
static void visitors_lie_together_by_day(void **state)
{
    (void)state;
    in_items({ look_at_visitors, OK });
    assert_told("SELECT kind, substr(hex(key_blind), 1, 8) FROM visitor WHERE kind = 'day'"
                " ORDER BY id",
                "day|00005022;day|00005022;day|00005023;day|7FFFFFFF;day|002CC0A0");
    assert_told("SELECT kind FROM visitor WHERE kind <> 'day' ORDER BY id",
                "consent;consent;import;import;consent;consent");
    assert_told("SELECT count(DISTINCT substr(key_blind, 5)), count(*) FROM visitor", "11|11");
    assert_told("SELECT count(*) FROM visitor WHERE kind <> 'day' AND key_blind < x'80'", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(slugs_have_one_form),
        TEST(each_is_made_once),
        TEST(what_was_undone_is_unknown_again),
        TEST(workspaces_are_made_by_their_owner),
        TEST(pages_belong_to_a_funnel),
        TEST(agents_are_stored_once_and_sealed),
        TEST(visitors_lie_together_by_day),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
