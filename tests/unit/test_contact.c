/* contact: one human, found by address and uuid; seen from the first event to the last act. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "contact.h"
#include "door.h"
#include "funnel_home.h"

static int64_t does(int minute, const char *email, const char *members)
{
    struct visit visit =
        door_send(account, home.arena, "{'at':'2026-03-01T12:%02d:00Z','email':'%s',%s}", minute,
                  email, members);
    if (visit.got != CREATED)
        fail_msg("%s: %s", members, visit.error ? visit.error : "not stored");
    return visit.event.contact_id;
}

static void a_contact_is_found_by_any_spelling(void **state)
{
    (void)state;
    static const char *const same[] = { "ann@example.com", " ANN@example.COM ", "Ann@Example.com" };
    int64_t ann = does(0, "Ann@example.com", "'event':'registration'");
    int64_t bob = does(0, "bob@example.com", "'event':'page_viewed'");
    assert_true(ann > 0 && bob > 0 && ann != bob);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(contact_by_email(account_reader(account), account, same[i]), ann);
        assert_int_equal(does((int)i + 1, same[i], "'event':'page_viewed'"), ann);
    }
    assert_int_equal(contact_by_email(account_reader(account), account, "ann@example.org"), 0);
    assert_int_equal(contact_by_email(account_reader(account), account, "nobody"), 0);
    assert_told("SELECT (SELECT count(*) FROM contact), count(*) FROM identity", "2|2");
}

/* Also when it was another process that made them. */
static void a_contact_is_one_for_all_processes(void **state)
{
    (void)state;
    struct account *ours = account;
    int64_t ann = does(0, "ann@example.com", "'event':'a'");
    account = home_other_account(&home);
    assert_int_equal(does(1, "ann@example.com", "'event':'b'"), ann);
    int64_t bob = does(2, "bob@example.com", "'event':'c'");
    account = ours;
    assert_int_equal(does(3, "bob@example.com", "'event':'d'"), bob);
    assert_told("SELECT count(*) FROM contact", "2");
}

static void a_contact_is_found_by_uuid(void **state)
{
    (void)state;
    struct uuid uuid, nobody = { { 1 } };
    int64_t ann = does(0, "ann@example.com", "'event':'a'");
    const char *text = told("SELECT uuid_text(uuid) FROM contact");
    assert_true(uuid_parse(text, strlen(text), &uuid));
    assert_int_equal(contact_by_uuid(account_reader(account), &uuid), ann);
    assert_int_equal(contact_by_uuid(account_reader(account), &nobody), 0);
}

/* Minutes after noon. */
static const char seen[] = "SELECT (first_seen_at - 1772366400000) / 60000,"
                           " (last_seen_at - 1772366400000) / 60000,"
                           " (last_event_at - 1772366400000) / 60000 FROM contact";

static void only_an_act_is_a_sign_of_life(void **state)
{
    (void)state;
    does(10, "ann@example.com", "'event':'email_sent'");
    assert_told(seen, "10|10|10");
    does(20, "ann@example.com", "'event':'page_viewed'");
    assert_told(seen, "10|20|20");
    does(30, "ann@example.com", "'event':'email_delivered'");
    does(31, "ann@example.com", "'event':'email_opened'");
    does(32, "ann@example.com", "'event':'email_clicked','bot_class':'machine'");
    assert_told(seen, "10|20|32");
    does(5, "ann@example.com", "'event':'call_failed'");
    assert_told(seen, "5|20|32");
    does(25, "ann@example.com", "'event':'their_own'");
    assert_told(seen, "5|25|32");
}

static void nobody_is_told_as_nothing(void **state)
{
    (void)state;
    assert_null(contact_json(account, 1, home.arena));
    int64_t ann = does(0, "ann@example.com", "'event':'a'");
    struct json *contact = contact_json(account, ann, home.arena);
    static const char *const members[] = { "contact_id", "uuid",        "email",  "first_name",
                                           "last_name",  "phone",       "custom", "first_seen",
                                           "last_seen",  "visit_count", "leads" };
    const struct json *member = json_first(contact);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++, member = json_next(member))
        assert_string_equal(json_key(member), members[i]);
    assert_null(member);
    assert_null(contact_json(account, ann + 1, home.arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_contact_is_found_by_any_spelling), TEST(a_contact_is_one_for_all_processes),
        TEST(a_contact_is_found_by_uuid),         TEST(only_an_act_is_a_sign_of_life),
        TEST(nobody_is_told_as_nothing),
    };
    return cmocka_run_group_tests_name("contact", tests, NULL, NULL);
}
