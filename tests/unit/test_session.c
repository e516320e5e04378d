/* session: silence of more than 30 minutes ends it and nothing else; late events mend it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "door.h"
#include "funnel_home.h"

/* The browser v does something; at in milliseconds after noon. */
static struct event does(int64_t ms, const char *members)
{
    char at[CLOCK_TEXT];
    clock_format(1772366400000 + ms, at);
    struct visit visit =
        door_send(account, home.arena, "{'at':'%s','visitor':'v',%s}", at, members);
    if (visit.got != CREATED)
        fail_msg("%s: %s", members, visit.error ? visit.error : "not stored");
    return visit.event;
}

enum { MINUTE = 60 * 1000, GAP = 30 * MINUTE };
static const char looks[] = "'event':'page_viewed'";

/* From and to in milliseconds after noon, events, pages. */
static const char sessions[] =
    "SELECT start_at - 1772366400000, end_at - 1772366400000, event_count, page_count"
    " FROM session ORDER BY start_at";
static const char touches[] =
    "SELECT (t.at - 1772366400000) / 60000, t.kind, s.utm_source, t.contact_id"
    " FROM touchpoint t LEFT JOIN source s ON s.id = t.source_id ORDER BY t.at";

static void silence_of_more_than_half_an_hour_ends_it(void **state)
{
    (void)state;
    does(0, looks);
    does(GAP, looks);
    does(2 * GAP, "'event':'page_shared'");
    assert_told(sessions, "0|3600000|3|2");
    does(3 * GAP + 1, looks);
    assert_told(sessions, "0|3600000|3|2;5400001|5400001|1|1");
}

static void a_late_event_joins_two_sessions(void **state)
{
    (void)state;
    does(0, looks);
    does(2 * GAP, looks);
    does(4 * GAP + 1, looks);
    assert_told(sessions, "0|0|1|1;3600000|3600000|1|1;7200001|7200001|1|1");
    does(GAP, looks);
    assert_told(sessions, "0|3600000|3|3;7200001|7200001|1|1");
    does(3 * GAP, looks); /* a millisecond too far from the last */
    assert_told(sessions, "0|5400000|4|4;7200001|7200001|1|1");
    does(3 * GAP + 1, looks);
    assert_told(sessions, "0|7200001|6|6");
}

static void a_late_event_may_stand_alone(void **state)
{
    (void)state;
    does(10 * GAP, looks);
    does(0, looks);
    does(-5 * GAP, looks);
    assert_told(sessions, "-9000000|-9000000|1|1;0|0|1|1;18000000|18000000|1|1");
    does(10 * GAP + 1, looks); /* the newest is the open one again */
    assert_told(sessions, "-9000000|-9000000|1|1;0|0|1|1;18000000|18000001|2|2");
}

/* An event of a browser that came a day late is not among those that are folded anew. */
static void what_forms_no_session_never_does(void **state)
{
    (void)state;
    does(GAP, "'event':'page_viewed','origin':'web'");
    assert_told(sessions, "");
    does(2 * GAP, looks);
    does(0, looks);
    does(GAP, looks);
    assert_told(sessions, "0|3600000|3|3");
}

static void what_only_looks_is_a_bounce(void **state)
{
    (void)state;
    static const struct {
        const char *members, *interactive;
    } rows[] = {
        { looks, "0" },
        { "'event':'email_opened'", "0" },
        { "'event':'video_started'", "1" },
        { "'event':'link_clicked'", "1" },
        { "'event':'email_clicked'", "1" },
        { "'event':'their_own'", "1" },
    };
    for (int i = 0; i < 6; i++) {
        does(i * 10 * GAP, rows[i].members);
        const char *sql = arena_printf(
            home.arena, "SELECT interactive FROM session WHERE start_at = %lld + 1772366400000",
            (long long)i * 10 * GAP);
        assert_told(sql, rows[i].interactive);
    }
    does(1, "'event':'page_shared'");
    assert_told("SELECT interactive FROM session ORDER BY start_at LIMIT 1", "1");
}

/* A campaign in its middle is a touchpoint and no new session. */
static void the_first_source_is_the_sessions(void **state)
{
    (void)state;
    does(0, looks);
    does(1 * MINUTE, "'event':'page_viewed','utm_source':'a'");
    does(2 * MINUTE, "'event':'page_viewed','utm_source':'a'");
    does(3 * MINUTE, "'event':'page_viewed','utm_source':'b'");
    does(4 * MINUTE, looks);
    does(5 * MINUTE, "'event':'page_viewed','utm_source':'a'");
    assert_told(touches, "1|page_viewed|a|-;3|page_viewed|b|-;5|page_viewed|a|-");
    assert_told("SELECT s.utm_source, l.utm_source, event_count FROM session"
                " JOIN source s ON s.id = source_id JOIN source l ON l.id = last_source_id",
                "a|a|6");
    does(100 * MINUTE, "'event':'page_viewed','utm_source':'a'");
    assert_told(touches, "1|page_viewed|a|-;3|page_viewed|b|-;5|page_viewed|a|-;"
                         "100|page_viewed|a|-"); /* a new visit */
}

static void a_late_source_moves_the_touchpoint(void **state)
{
    (void)state;
    does(5 * MINUTE, "'event':'page_viewed','utm_source':'a'");
    does(3 * MINUTE, "'event':'page_viewed','utm_source':'a'");
    assert_told(touches, "3|page_viewed|a|-");
}

static void a_registration_claims_what_belongs_to_nobody(void **state)
{
    (void)state;
    does(0, "'event':'page_viewed','utm_source':'old'");
    does(100 * MINUTE, "'event':'page_viewed','utm_source':'ad'");
    does(101 * MINUTE, "'event':'page_viewed','email':'bob@example.com',"
                       "'utm_source':'mail'");
    assert_told(touches, "0|page_viewed|old|-;100|page_viewed|ad|-;101|page_viewed|mail|1");
    does(102 * MINUTE, "'event':'registration','email':'ann@example.com'");
    assert_told(touches, "0|page_viewed|old|-;100|page_viewed|ad|2;101|page_viewed|mail|1");
    does(103 * MINUTE, "'event':'page_viewed','utm_source':'later'");
    assert_told("SELECT contact_id FROM touchpoint ORDER BY at DESC LIMIT 1", "-");
}

static void an_inbound_act_is_a_touchpoint_without_a_source(void **state)
{
    (void)state;
    does(0, "'event':'email_clicked','email':'ann@example.com'");
    does(1 * MINUTE, "'event':'offer_clicked','email':'ann@example.com'");
    door_send(account, home.arena, "%s",
              "{'event':'email_replied','email':'ann@example.com',"
              "'at':'2026-03-01T12:05:00Z'}");
    door_send(account, home.arena, "%s",
              "{'event':'email_sent','email':'ann@example.com',"
              "'at':'2026-03-01T12:06:00Z'}");
    door_send(account, home.arena, "%s",
              "{'event':'registration','email':'ann@example.com','utm_source':'crm',"
              "'at':'2026-03-01T12:07:00Z'}");
    assert_told(touches, "0|email_clicked|-|1;5|email_replied|-|1;7|registration|crm|1");
}

static void a_session_counts_for_the_first_one_known_in_it(void **state)
{
    (void)state;
    static const char visits[] = "SELECT visit_count FROM contact ORDER BY id";
    does(0, looks);
    does(2 * MINUTE, "'event':'registration','email':'ann@example.com'");
    does(3 * MINUTE, "'event':'registration','email':'bob@example.com'");
    assert_told(visits, "1;0");
    does(100 * MINUTE, "'event':'page_viewed','email':'bob@example.com'");
    assert_told(visits, "1;1");
    does(1 * MINUTE, "'event':'page_viewed','email':'bob@example.com'");
    assert_told(visits, "0;2");
    does(30 * MINUTE, looks);
    does(60 * MINUTE, looks);
    does(80 * MINUTE, looks); /* one session now */
    assert_told(sessions, "0|6000000|8|6");
    assert_told(visits, "0;1");
}

static void a_day_is_the_accounts_own(void **state)
{
    (void)state;
    does(11 * 60 * MINUTE, looks);                          /* 23:00 */
    does(12 * 60 * MINUTE - 1, "'event':'a','funnel':'f'"); /* before midnight */
    does(12 * 60 * MINUTE, "'event':'b','funnel':'f'");
    does(12 * 60 * MINUTE + 1, "'event':'c','funnel':'g'");
    does(12 * 60 * MINUTE + 2, "'event':'d','funnel':'f'");
    assert_told("SELECT day, funnel_id, opens_day, seq FROM visitor_day ORDER BY seq",
                "20513|0|1|1;20513|1|0|2;20514|1|1|3;20514|2|0|4");
    assert_told("SELECT count(*) FROM session", "2"); /* midnight ends none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(silence_of_more_than_half_an_hour_ends_it),
        TEST(a_late_event_joins_two_sessions),
        TEST(a_late_event_may_stand_alone),
        TEST(what_forms_no_session_never_does),
        TEST(what_only_looks_is_a_bounce),
        TEST(the_first_source_is_the_sessions),
        TEST(a_late_source_moves_the_touchpoint),
        TEST(a_registration_claims_what_belongs_to_nobody),
        TEST(an_inbound_act_is_a_touchpoint_without_a_source),
        TEST(a_session_counts_for_the_first_one_known_in_it),
        TEST(a_day_is_the_accounts_own),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
