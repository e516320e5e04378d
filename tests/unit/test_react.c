/* react: whatever fails while somebody is folded anew, the event is stored whole or not at all, the
 * process lives, and what is in hand agrees with the tables.  (Any order of arrival: test_folds.c.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "door.h"
#include "faulty.h"
#include "funnel_home.h"
#include "log.h"

/* One story, told out of order, so that nearly every line folds somebody anew. */
static const char *const story[] = {
    "{'at':'2026-03-02T09:02:00Z','event':'video_progress','visitor':'v1-%"
    "s',"
    "'watch_percentage':50,'funnel':'f','email':'ann-%s@example.com','phone':'1'}",
    "{'at':'2026-03-02T08:00:00Z','event':'page_viewed','visitor':'v1-%s',"
    "'funnel':'f','page':'start','utm_source':'ad','email':'ann-%s@example.com'}",
    "{'at':'2026-03-02T08:20:00Z','event':'registration','visitor':'v1-%"
    "s',"
    "'funnel':'f','email':'ann-%s@example.com','first_name':'Ann',"
    "'custom':{'a':1},'utm_source':'mail','ip':'192.0.2.7','user_agent':'UA'}",
    "{'at':'2026-03-02T08:40:00Z','event':'video_started','visitor':'v1-%"
    "s',"
    "'funnel':'f','video':'intro','email':'ann-%s@example.com','custom':{'b':2}}",
    "{'at':'2026-03-02T08:10:00Z','event':'email_replied','visitor':'v2-%"
    "s',"
    "'funnel':'g','email':'ann-%s@example.com'}",
    "{'at':'2026-03-02T07:59:00Z','event':'registration','visitor':'v1-%"
    "s',"
    "'funnel':'f','email':'bob-%s@example.com'}",
};
enum { LINES = sizeof story / sizeof *story };

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static const char *line_of(int i, const char *tag)
{
    return arena_printf(home.arena, story[i], tag, tag);
}
#pragma GCC diagnostic pop

static const char *story_told(const char *tag)
{
    for (int i = 0; i < LINES; i++)
        assert_int_equal(door_send(account, home.arena, "%s", line_of(i, tag)).got, CREATED);
    return home_tell(account, tag, home.arena);
}

/* Tries again, the fault each time later, until the line gets through without. */
static int send_through_faults(const char *line, int code, bool persistent)
{
    int lost = 0;
    for (int64_t n = 1;; n += 1 + n / 16) {
        plan_set(code, persistent, n);
        struct visit visit = door_send(account, home.arena, "%s", line);
        bool struck = plan.struck;
        plan_end();
        if (visit.got != UNAVAILABLE && visit.got > CREATED)
            fail_msg("%s: %d %s", line, visit.got, visit.error);
        lost += visit.got == UNAVAILABLE;
        if (!struck)
            return lost;
    }
}

static void fails_and_recovers(int code, bool persistent, const char *tag)
{
    int lost = 0;
    const char *clean = story_told("clean");
    for (int i = 0; i < LINES; i++)
        lost += send_through_faults(line_of(i, tag), code, persistent);
    assert_true(lost > LINES);
    assert_string_equal(home_tell(account, tag, home.arena), clean);
    assert_string_equal(db_integrity(account_reader(account), home.arena), "ok");
}

static void memory_may_run_out(void **state)
{
    (void)state;
    fails_and_recovers(SQLITE_NOMEM, false, "again");
}

static void memory_may_stay_out(void **state)
{
    (void)state;
    fails_and_recovers(SQLITE_NOMEM, true, "again");
}

static void the_disk_may_fail(void **state)
{
    (void)state;
    fails_and_recovers(SQLITE_IOERR, false, "again");
}

static void the_disk_may_be_full(void **state)
{
    (void)state;
    fails_and_recovers(SQLITE_FULL, true, "again");
}

static int set_up_quietly(void **state)
{
    set_up(state);
    log_open(arena_printf(home.arena, "%s/log", home.dir));
    return 0;
}

static int tear_down_quietly(void **state)
{
    log_open(NULL);
    return tear_down(state);
}

int main(void)
{
#define QUIET(name) cmocka_unit_test_setup_teardown(name, set_up_quietly, tear_down_quietly)
    const struct CMUnitTest tests[] = {
        QUIET(memory_may_run_out),
        QUIET(memory_may_stay_out),
        QUIET(the_disk_may_fail),
        QUIET(the_disk_may_be_full),
    };
    shims_install();
    return cmocka_run_group_tests_name("react", tests, NULL, NULL);
}
