/* event_json: what the members of an event mean together: its identity, its page, whose it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "contact.h"
#include "door.h"
#include "funnel_home.h"

#define send(...) door_send(account, home.arena, __VA_ARGS__)

static struct event accepted(const char *line)
{
    struct visit visit = send("%s", line);
    if (visit.got != CREATED)
        fail_msg("%s\nis answered %d: %s", line, visit.got, visit.error ? visit.error : "");
    return visit.event;
}

static void refused(const char *line, const char *error)
{
    struct visit visit = send("%s", line);
    if (visit.got == CREATED || visit.got == OK)
        fail_msg("%s\nis accepted", line);
    assert_string_equal(visit.error, error);
}

static void a_uuid_is_the_identity_itself(void **state)
{
    (void)state;
    char text[UUID_TEXT];
    struct event event = accepted("{'event':'x','id':'0195A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B'}");
    uuid_format(event.uuid, text);
    assert_string_equal(text, "0195a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b");
    assert_int_equal(send("{'event':'x','id':'0195a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'}").got, OK);
    accepted("{'event':'x','id':'0195a1b2c3d47e5f8a9b0c1d2e3f4a5b'}"); /* a name */
    assert_told("SELECT count(*) FROM event", "2");
}

static void an_id_of_the_senders_own_counts_with_its_time(void **state)
{
    (void)state;
    static const char line[] = "{'event':'x','id':'%s','at':'2026-03-0%dT08:00:00Z'}";
    struct visit first = send(line, "8f3c", 2), again = send(line, "8f3c", 2);
    struct visit later = send(line, "8f3c", 3), other = send(line, "8F3C", 2);
    assert_int_equal(first.got, CREATED);
    assert_int_equal(again.got, OK);
    assert_int_equal(later.got, CREATED);
    assert_int_equal(other.got, CREATED);
    assert_memory_equal(&first.event.uuid, &again.event.uuid, UUID_SIZE);
    assert_told("SELECT count(*) FROM event", "3");
}

/* The uuid begins with the time, so that an import does not scatter over the index. */
static void made_identities_lie_in_time_order(void **state)
{
    (void)state;
    static const uint8_t begins[] = { 0x01, 0x9c, 0xbd, 0xde, 0x7a, 0x00 };
    struct event named = accepted("{'event':'x','id':'a'}"), line = accepted("{'event':'x'}");
    int64_t at = 0;
    for (int i = 0; i < 6; i++)
        at = at << 8 | begins[i];
    assert_int_equal(at, DOOR_NOW);
    assert_memory_equal(named.uuid.bytes, begins, 6);
    assert_memory_equal(line.uuid.bytes, begins, 6);
}

static void without_an_id_the_line_is_the_identity(void **state)
{
    (void)state;
    accepted("{'event':'x'}");
    assert_int_equal(send("{'event':'x'}").got, OK);
    accepted("{ 'event':'x'}");
    accepted("{'event':'x','props':{'n':2}}");
    /* An id that reads like the first line is no line. */
    accepted("{'event':'x','id':'{\\u0022at\\u0022:\\u00222026-03-05T12:00:00Z\\u0022,"
             "\\u0022event\\u0022:"
             "\\u0022x\\u0022}'}");
    assert_told("SELECT count(*) FROM event", "4");
}

static void times_have_edges(void **state)
{
    (void)state;
    assert_int_equal(accepted("{'event':'x','at':'1970-01-01T00:00:00.001Z'}").at, 1);
    assert_int_equal(accepted("{'event':'x','at':'2026-03-06T12:00:00Z'}").at,
                     DOOR_NOW + 24 * 3600 * 1000);
    assert_int_equal(accepted("{'event':'x','received_at':'2026-03-06T12:00:00Z'}").received_at,
                     DOOR_NOW + 24 * 3600 * 1000);
    assert_int_equal(accepted("{'event':'x','at':'2026-03-05T12:00:00.9999+05:30'}").at,
                     DOOR_NOW - 5 * 3600000 - 1800000 + 999);
}

static void a_page_that_is_known_keeps_its_kind(void **state)
{
    (void)state;
    struct event made = accepted("{'event':'page_viewed','funnel':'f','page':'start',"
                                 "'page_kind':'registration'}");
    struct event told_other = accepted("{'event':'page_viewed','funnel':'f',"
                                       "'page':'start','page_kind':'offer'}");
    struct event bare = accepted("{'event':'page_viewed','funnel':'f','page':'start','id':'b'}");
    struct event unknown = accepted("{'event':'page_viewed','funnel':'f','page':'Start'}");
    struct event elsewhere = accepted("{'event':'page_viewed','funnel':'g','page':'start'}");
    assert_int_equal(told_other.page_id, made.page_id);
    assert_int_equal(bare.page_id, made.page_id);
    assert_string_equal(told_other.page_kind, "registration");
    assert_string_equal(bare.page_kind, "registration");
    assert_string_equal(unknown.page_kind, "other");
    assert_told("SELECT f.slug, p.slug, p.kind FROM page p JOIN funnel f ON f.id = p.funnel_id"
                " ORDER BY p.id",
                "f|start|registration;f|Start|other;g|start|other");
    assert_true(elsewhere.page_id != made.page_id && unknown.page_id != made.page_id);
}

static void a_kind_of_page_stands_for_a_page(void **state)
{
    (void)state;
    struct event viewed = accepted("{'event':'enrollment_viewed','funnel':'f'}");
    struct event said = accepted("{'event':'page_viewed','funnel':'f',"
                                 "'page_kind':'offer'}");
    assert_string_equal(viewed.kind, "page_viewed");
    assert_string_equal(viewed.page_kind, "offer");
    assert_int_equal(viewed.page_id, said.page_id);
    assert_told("SELECT slug, kind FROM page", "offer|offer");
}

static void a_form_on_a_registration_page_is_a_registration(void **state)
{
    (void)state;
    accepted("{'event':'registration_page_viewed','funnel':'f','page':'start'}");
    struct event sent = accepted("{'event':'form_submitted','funnel':'f',"
                                 "'page':'start','email':'ann@example.com'}");
    assert_string_equal(sent.kind, "registration");
    assert_non_null(sent.personal); /* its spelling is kept, as of any registration */
    refused("{'event':'form_submitted','funnel':'f','page':'start'}",
            "email: is missing: a registration needs one");
    struct event elsewhere = accepted("{'event':'form_submitted','funnel':'f',"
                                      "'page':'quiz','email':'ann@example.com'}");
    assert_string_equal(elsewhere.kind, "form_submitted");
    assert_null(elsewhere.personal);
    assert_string_equal(accepted("{'event':'link_clicked','offer':'course'}").kind,
                        "offer_clicked");
    assert_told("SELECT kind, funnel_stage FROM event e JOIN lead l USING (contact_id)"
                " ORDER BY seq",
                "registration|lead;form_submitted|lead");
}

static void a_contact_is_named_in_three_ways(void **state)
{
    (void)state;
    struct event first = accepted("{'event':'registration','email':'ann@example.com'}");
    const char *uuid = told("SELECT uuid_text(uuid) FROM contact");
    struct visit by_id = send("{'event':'a','contact':%lld}", (long long)first.contact_id);
    struct visit by_uuid = send("{'event':'b','contact':'%s'}", uuid);
    struct visit by_email = send("{'event':'c','email':' ANN@Example.COM\\t'}");
    struct visit registered =
        send("{'event':'registration','id':'again','contact':%lld}", (long long)first.contact_id);
    assert_int_equal(by_id.got | by_uuid.got | by_email.got | registered.got, CREATED);
    assert_told("SELECT count(*), count(DISTINCT contact_id) FROM event", "5|1");
    assert_told("SELECT count(*) FROM identity", "1");
    refused("{'event':'registration','contact':1,'email':'bob@example.com'}",
            "contact: and email are two answers to one question: give one");
}

/* The key joins events to sessions, and never to a person. */
static void a_visitor_is_nobody(void **state)
{
    (void)state;
    struct event known =
        accepted("{'event':'registration','email':'ann@example.com','visitor':'v'}");
    struct event unknown = accepted("{'event':'page_viewed','visitor':'v'}");
    assert_int_equal(unknown.visitor_id, known.visitor_id);
    assert_int_equal(unknown.contact_id, 0);
}

static void a_browser_a_day_late_forms_no_session(void **state)
{
    (void)state;
    static const struct {
        const char *origin, *at;
        bool forms;
    } rows[] = {
        { "web", "2026-03-04T12:00:00Z", true }, /* a day to the millisecond */
        { "web", "2026-03-04T11:59:59.999Z", false }, { "import", "2025-03-04T11:59:59Z", true },
        { "web", "2026-03-06T12:00:00Z", true },      { "api", "2026-01-01T00:00:00Z", true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct visit visit = send("{'event':'page_viewed','visitor':'v%zu','at':'%s','origin':'%s',"
                                  "'utm_source':'s'}",
                                  i, rows[i].at, rows[i].origin);
        assert_int_equal(visit.got, CREATED);
        assert_int_equal(visit.event.received_at, DOOR_NOW);
        const char *sql =
            arena_printf(home.arena,
                         "SELECT (SELECT count(*) FROM session WHERE visitor_id = %lld),"
                         " (SELECT count(*) FROM visitor_day WHERE visitor_id = %lld),"
                         " (SELECT count(*) FROM touchpoint WHERE visitor_id = %lld)",
                         (long long)visit.event.visitor_id, (long long)visit.event.visitor_id,
                         (long long)visit.event.visitor_id);
        assert_told(sql, rows[i].forms ? "1|1|1" : "0|0|0");
    }
    send("{'event':'page_viewed','visitor':'w','at':'2026-03-01T12:00:00Z',"
         "'received_at':'2026-03-02T12:00:00Z','origin':'web'}");
    assert_told("SELECT count(*) FROM session WHERE start_at = 1772366400000", "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_uuid_is_the_identity_itself),
        TEST(an_id_of_the_senders_own_counts_with_its_time),
        TEST(made_identities_lie_in_time_order),
        TEST(without_an_id_the_line_is_the_identity),
        TEST(times_have_edges),
        TEST(a_page_that_is_known_keeps_its_kind),
        TEST(a_kind_of_page_stands_for_a_page),
        TEST(a_form_on_a_registration_page_is_a_registration),
        TEST(a_contact_is_named_in_three_ways),
        TEST(a_visitor_is_nobody),
        TEST(a_browser_a_day_late_forms_no_session),
    };
    return cmocka_run_group_tests_name("event_json_steps", tests, NULL, NULL);
}
