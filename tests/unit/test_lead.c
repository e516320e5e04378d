/* lead: how far somebody came in a funnel, and when; it only rises, and the first time counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "door.h"
#include "funnel_home.h"
#include "lead.h"
#include "workspace.h"

/* Ann does something in funnel f at that minute after noon. */
static void does(int minute, const char *members)
{
    struct visit visit = door_send(account, home.arena,
                                   "{'at':'2026-03-01T12:%02d:00Z','email':'ann@example.com',"
                                   "'funnel':'f',%s}",
                                   minute, members);
    if (visit.got != CREATED)
        fail_msg("%s: %s", members, visit.error ? visit.error : "not stored");
}

/* Minutes after noon. */
static const char stages[] = "SELECT stage, (entered_at - 1772366400000) / 60000"
                             " FROM stage_history WHERE dimension = 'funnel_stage'"
                             " ORDER BY entered_at, event_uuid";

static void bands_have_edges(void **state)
{
    (void)state;
    static const struct {
        int from, to;
        const char *name;
    } rows[] = { { 0, 0, NULL },
                 { 1, 24, "skimmer" },
                 { 25, 49, "sampler" },
                 { 50, 74, "engaged" },
                 { 75, 100, "hot" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int pct = rows[i].from; pct <= rows[i].to; pct++) {
            const char *name = watch_band_name(pct);
            if (rows[i].name)
                assert_string_equal(name, rows[i].name);
            else
                assert_null(name);
        }
}

static void a_stage_only_rises(void **state)
{
    (void)state;
    does(0, "'event':'registration'");
    does(1, "'event':'video_started'");
    does(2, "'event':'video_progress','watch_percentage':50");
    does(3, "'event':'video_progress','watch_percentage':10");
    does(4, "'event':'enrollment_viewed'");
    does(5, "'event':'video_progress','watch_percentage':75");
    does(6, "'event':'purchase_completed'");
    does(7, "'event':'call_cancelled'");
    does(8, "'event':'registration'");
    assert_told(stages, "lead|0;engaged|1;watching|2;offer_viewed|4;converted|6");
    assert_told("SELECT funnel_stage, watch_pct, watch_band, pipeline_stage FROM lead",
                "converted|75|hot|new");
}

static void a_leap_is_one_step(void **state)
{
    (void)state;
    does(0, "'event':'call_booked'");
    does(1, "'event':'offer_clicked'");
    assert_told(stages, "converted|0");
    assert_told("SELECT registered_at, funnel_stage FROM lead", "-|converted");
}

static void whatever_names_a_funnel_makes_a_lead(void **state)
{
    (void)state;
    does(0, "'event':'their_own'");
    assert_told(stages, "lead|0");
    does(1, "'event':'page_viewed','page':'w','page_kind':'watch'");
    assert_told(stages, "lead|0");
    door_send(account, home.arena, "%s", "{'event':'x','email':'bob@example.com'}");
    assert_told("SELECT count(*) FROM lead", "1");
}

static void the_first_time_counts(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        does(10 * i + 1, "'event':'watch_page_viewed'");
        does(10 * i + 2, "'event':'registration'");
        does(10 * i + 3, "'event':'registration_confirmed'");
        does(10 * i + 4, "'event':'video_started'");
        does(10 * i + 5, "'event':'video_replayed'");
        does(10 * i + 6, "'event':'enrollment_viewed'");
    }
    assert_told("SELECT (first_event_at - 1772366400000) / 60000,"
                " (viewed_at - 1772366400000) / 60000, (registered_at - 1772366400000) / 60000,"
                " (confirmed_at - 1772366400000) / 60000, (played_at - 1772366400000) / 60000,"
                " (replayed_at - 1772366400000) / 60000, (offer_viewed_at - 1772366400000) / 60000,"
                " (last_event_at - 1772366400000) / 60000 FROM lead",
                "1|1|2|3|4|5|6|16");
}

static void watching_without_the_page_is_viewing(void **state)
{
    (void)state;
    does(3, "'event':'video_started'");
    assert_told("SELECT viewed_at = played_at, watch_pct, watch_band FROM lead", "1|1|skimmer");
}

static void the_most_that_was_watched_is_kept(void **state)
{
    (void)state;
    does(1, "'event':'video_progress','watch_percentage':50,'watch_seconds':300");
    does(2, "'event':'video_progress','watch_percentage':25,'watch_seconds':900");
    does(3, "'event':'page_shared','watch_percentage':99");
    assert_told("SELECT watch_pct, watch_secs, watch_band FROM lead", "50|900|engaged");
}

static enum outcome make_workspaces(struct db *db, void *context)
{
    workspace_create(db, "one", "One", context);
    workspace_create(db, "two", "Two", context);
    return OK;
}

static void the_registration_tells_where_a_lead_came_from(void **state)
{
    (void)state;
    int64_t id;
    struct gate_item item = { .run = make_workspaces, .context = &id };
    assert_true(gate_commit(account->gate, &item, 1));
    static const char came[] = "SELECT l.origin, s.utm_source, p.slug, w.slug FROM lead l"
                               " LEFT JOIN source s ON s.id = source_id"
                               " LEFT JOIN page p ON p.id = registration_page_id"
                               " LEFT JOIN workspace w ON w.id = workspace_id";
    does(1, "'event':'page_viewed','page':'a','utm_source':'early','origin':'web'");
    assert_told(came, "web|-|-|-");
    does(2, "'event':'registration','page':'b','utm_source':'ad','origin':'api',"
            "'workspace':'one'");
    assert_told(came, "api|ad|b|one");
    does(3, "'event':'registration','page':'c','utm_source':'mail','origin':'hook',"
            "'workspace':'two'");
    assert_told(came, "api|ad|b|one");
    does(0, "'event':'registration','page':'d','utm_source':'first',"
            "'workspace':'two'"); /* came late, and happened before */
    assert_told(came, "import|first|d|two");
}

static void a_beginning_may_come_late(void **state)
{
    (void)state;
    does(5, "'event':'page_viewed','origin':'web'");
    does(3, "'event':'their_own','origin':'api'");
    assert_told("SELECT (first_event_at - 1772366400000) / 60000,"
                " (last_event_at - 1772366400000) / 60000, origin FROM lead",
                "3|5|api");
}

static void what_comes_late_takes_its_place_in_the_history(void **state)
{
    (void)state;
    does(5, "'event':'purchase_completed'");
    does(3, "'event':'enrollment_viewed'");
    does(1, "'event':'registration'");
    does(2, "'event':'video_progress','watch_percentage':30");
    assert_told(stages, "lead|1;watching|2;offer_viewed|3;converted|5");
    assert_told("SELECT count(*), (first_event_at - 1772366400000) / 60000,"
                " (last_event_at - 1772366400000) / 60000 FROM lead",
                "1|1|5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_have_edges),
        TEST(a_stage_only_rises),
        TEST(a_leap_is_one_step),
        TEST(whatever_names_a_funnel_makes_a_lead),
        TEST(the_first_time_counts),
        TEST(watching_without_the_page_is_viewing),
        TEST(the_most_that_was_watched_is_kept),
        TEST(the_registration_tells_where_a_lead_came_from),
        TEST(a_beginning_may_come_late),
        TEST(what_comes_late_takes_its_place_in_the_history),
    };
    return cmocka_run_group_tests_name("lead", tests, NULL, NULL);
}
