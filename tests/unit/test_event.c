/* event: stored once, whoever sends it again; two events that quarrel about one id are told apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "door.h"
#include "event.h"
#include "funnel_home.h"

#define send(...) door_send(account, home.arena, __VA_ARGS__)

static const char uuid[] = "0195a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

static void an_event_sent_again_changes_nothing(void **state)
{
    (void)state;
    static const char line[] =
        "{'id':'%s','event':'registration','email':'%s@example.com','visitor':'v',"
        "'funnel':'f','utm_source':'s','ip':'192.0.2.7','first_name':'%s'}";
    static const char all[] =
        "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM contact),"
        " (SELECT event_count FROM session), (SELECT count(*) FROM touchpoint),"
        " (SELECT visit_count FROM contact), (SELECT count(*) FROM stage_history),"
        " (SELECT count(*) FROM registration_address), (SELECT count(*) FROM visitor_day)";
    assert_int_equal(send(line, uuid, "ann", "Ann").got, CREATED);
    assert_told(all, "1|1|1|1|1|1|1|1");
    assert_int_equal(send(line, uuid, "ann", "Ann").got, OK);
    assert_int_equal(send(line, uuid, "ANN", "Anna").got, OK); /* the first telling counts */
    assert_told(all, "1|1|1|1|1|1|1|1");
}

static void one_id_is_one_event(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        enum outcome got;
    } rows[] = {
        { "'event':'page_viewed','visitor':'v','email':'ann@example.com'", CREATED },
        { "'event':'page_view','visitor':'v','email':'ann@example.com'", OK },
        { "'event':'page_viewed','visitor':'v','email':'Ann@example.com',"
          "'utm_source':'s'",
          OK },
        { "'event':'page_shared','visitor':'v','email':'ann@example.com'", CONFLICT },
        { "'event':'page_viewed','visitor':'v','email':'ann@example.com',"
          "'at':'2026-03-05T12:00:00.001Z'",
          CONFLICT },
        { "'event':'page_viewed','visitor':'w','email':'ann@example.com'", CONFLICT },
        { "'event':'page_viewed','email':'ann@example.com'", CONFLICT },
        { "'event':'page_viewed','visitor':'v','email':'bob@example.com'", CONFLICT },
        { "'event':'page_viewed','visitor':'v'", CONFLICT },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (send("{'id':'%s',%s}", uuid, rows[i].members).got != rows[i].got)
            fail_msg("%s", rows[i].members);
    /* Nobody was made for a conflict. */
    assert_told("SELECT (SELECT count(*) FROM contact), (SELECT count(*) FROM visitor),"
                " (SELECT count(*) FROM event)",
                "1|1|1");
}

/* Else somebody would be made whom no event names. */
static void an_anonymous_event_stays_anonymous(void **state)
{
    (void)state;
    assert_int_equal(send("{'id':'%s','event':'x'}", uuid).got, CREATED);
    assert_int_equal(send("{'id':'%s','event':'x','email':'ann@example.com'}", uuid).got, CONFLICT);
    assert_told("SELECT count(*) FROM contact", "0");
}

static void an_address_is_kept_for_thirty_days(void **state)
{
    (void)state;
    send("{'event':'registration','email':'ann@example.com','ip':'2001:db8::7',"
         "'received_at':'2026-03-01T00:00:00Z'}");
    send("{'event':'registration','email':'bob@example.com'}");
    send("{'event':'call_booked','email':'bob@example.com','ip':'2001:db8::7'}");
    assert_told("SELECT expires_at FROM registration_address", "1774915200000"); /* 03-31 */
}

static void seq_is_the_order_of_arrival(void **state)
{
    (void)state;
    struct visit late = send("{'event':'a','at':'2026-03-05T00:00:00Z'}");
    struct visit early = send("{'event':'b','at':'2026-01-05T00:00:00Z'}");
    struct visit again = send("{'event':'a','at':'2026-03-05T00:00:00Z'}");
    assert_true(late.event.seq > 0 && early.event.seq > late.event.seq);
    assert_int_equal(again.event.seq, 0);
}

static void origins_have_names(void **state)
{
    (void)state;
    static const char *const names[] = { "web", "api", "hook", "import", "system" };
    enum origin origin = ORIGIN_HOOK;
    for (int i = 0; i < 5; i++) {
        assert_string_equal(origin_name((enum origin)i), names[i]);
        assert_true(origin_find(names[i], &origin));
        assert_int_equal(origin, i);
        assert_int_equal(origin_of(names[i]), i);
    }
    origin = ORIGIN_HOOK;
    assert_false(origin_find("Web", &origin));
    assert_false(origin_find("", &origin));
    assert_int_equal(origin, ORIGIN_HOOK);
    assert_int_equal(origin_of(NULL), ORIGIN_WEB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_event_sent_again_changes_nothing), TEST(one_id_is_one_event),
        TEST(an_anonymous_event_stays_anonymous),  TEST(an_address_is_kept_for_thirty_days),
        TEST(seq_is_the_order_of_arrival),         TEST(origins_have_names),
    };
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
