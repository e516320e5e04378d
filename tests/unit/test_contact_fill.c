/* contact_fill: of every field the first value given, by the time of the events and not by their
 * arrival; and nothing that a form sends pushes out what is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "contact.h"
#include "door.h"
#include "funnel_home.h"

static const char *tell(int64_t id)
{
    static const char *const members[] = { "email", "first_name", "last_name", "phone" };
    struct text *text = text_new(home.arena);
    const struct json *contact = contact_json(account, id, home.arena);
    for (size_t i = 0; i < 4; i++) {
        const char *value = "-";
        json_text(json_get(contact, members[i]), &value);
        text_add_format(text, "%s ", value);
    }
    text_add(text, json_print(home.arena, json_get(contact, "custom")));
    return text_str(text);
}

static int64_t send(int hour, const char *members)
{
    struct visit visit =
        door_send(account, home.arena, "{'event':'registration','at':'2026-03-01T%02d:00:00Z',%s}",
                  hour, members);
    if (visit.got != CREATED)
        fail_msg("%s: %s", members, visit.error);
    return visit.event.contact_id;
}

static void the_first_value_stays(void **state)
{
    (void)state;
    int64_t id = send(1, "'email':'ann@example.com'");
    assert_string_equal(tell(id), "ann@example.com - - - null");
    send(2, "'email':'ann@example.com','first_name':'Ann','custom':{'a':1}");
    send(3, "'email':'ann@example.com','first_name':'Anna','last_name':'Lee',"
            "'custom':{'a':2,'b':{'c':[1.50,null]}}");
    assert_string_equal(tell(id), "ann@example.com Ann Lee - {\"a\":1,\"b\":{\"c\":[1.50,null]}}");
    send(4, "'email':'ann@example.com','phone':'+1 555','custom':{'d':false}");
    assert_string_equal(
        tell(id), "ann@example.com Ann Lee +1 555 {\"a\":1,\"b\":{\"c\":[1.50,null]},\"d\":false}");
}

static void what_came_late_and_happened_first_is_first(void **state)
{
    (void)state;
    int64_t id = send(9, "'email':'ann@example.com','first_name':'Anna','phone':'2',"
                         "'custom':{'a':2,'b':2}");
    send(3, "'email':'Ann@example.com','first_name':'Ann','custom':{'a':1}");
    assert_string_equal(tell(id), "Ann@example.com Ann - 2 {\"a\":1,\"b\":2}");
    send(1, "'email':'ANN@example.com','last_name':'Lee'");
    assert_string_equal(tell(id), "ANN@example.com Ann Lee 2 {\"a\":1,\"b\":2}");
}

static void the_first_spelling_that_differs_is_kept(void **state)
{
    (void)state;
    int64_t id = send(1, "'email':'ann@example.com'");
    assert_int_equal(send(2, "'email':'Ann@Example.com'"), id);
    assert_int_equal(send(3, "'email':'ANN@EXAMPLE.COM'"), id);
    assert_int_equal(send(4, "'email':' ann@example.com'"), id);
    assert_string_equal(tell(id), "Ann@Example.com - - - null");
}

/* 600 members of 100 bytes in all: about 64 KiB of them are kept, the first ones. */
static void custom_fields_have_room_for_64_kib(void **state)
{
    (void)state;
    char value[81];
    int64_t id = 0;
    memset(value, 'x', 80);
    value[80] = '\0';
    for (int line = 0; line < 6; line++) {
        struct text *text = text_new(home.arena);
        text_add(text, "'email':'ann@example.com','custom':{");
        for (int i = 0; i < 150; i++)
            text_add_format(text, "%s'member %d of %d':'%s'", i ? "," : "", i, line, value);
        text_add(text, "}");
        id = send(line, text_str(text));
    }
    const struct json *custom = json_get(contact_json(account, id, home.arena), "custom");
    assert_in_range(strlen(json_print(home.arena, custom)), 60000, 70000);
    assert_non_null(json_get(custom, "member 0 of 0"));
    assert_non_null(json_get(custom, "member 149 of 3"));
    assert_null(json_get(custom, "member 149 of 5"));
    send(7, "'email':'ann@example.com','first_name':'Ann','custom':{'member 0 of 0':0}");
    custom = json_get(contact_json(account, id, home.arena), "custom");
    const char *kept = NULL;
    assert_true(json_text(json_get(custom, "member 0 of 0"), &kept));
    assert_string_equal(kept, value);
}

/* More values than one document may have: no reason to forget those of before. */
static void many_small_values_are_all_kept(void **state)
{
    (void)state;
    int64_t id = 0;
    for (int line = 0; line < 12; line++) {
        struct text *text = text_new(home.arena);
        text_add_format(text, "'email':'ann@example.com','custom':{'list %d':[0", line);
        for (int i = 0; i < 990; i++)
            text_add(text, ",1");
        text_add(text, "]}");
        id = send(line, text_str(text));
    }
    const struct json *custom = json_get(contact_json(account, id, home.arena), "custom");
    assert_int_equal(json_count(custom), 12);
    assert_int_equal(json_count(json_get(custom, "list 0")), 991);
}

static void what_does_not_open_is_left_alone(void **state)
{
    (void)state;
    const char *error;
    int64_t id = send(1, "'email':'ann@example.com','first_name':'Ann',"
                         "'custom':{'a':1}");
    struct db *db = db_open(db_path(gate_db(account->gate)), DB_WRITE, &error);
    assert_true(db_script(db, "UPDATE contact SET first_name_sealed = zeroblob(40),"
                              " custom_sealed = zeroblob(40)"));
    db_close(db);
    send(2, "'email':'ann@example.com','first_name':'Anna','custom':{'a':2}");
    assert_string_equal(tell(id), "ann@example.com - - - null");
    assert_told("SELECT length(first_name_sealed), sum(custom_sealed = zeroblob(40)) FROM contact",
                "40|1");
    send(0, "'email':'ann@example.com','last_name':'Lee'"); /* folded anew, it is whole */
    assert_string_equal(tell(id), "ann@example.com Ann Lee - {\"a\":1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_value_stays),
        TEST(what_came_late_and_happened_first_is_first),
        TEST(the_first_spelling_that_differs_is_kept),
        TEST(custom_fields_have_room_for_64_kib),
        TEST(many_small_values_are_all_kept),
        TEST(what_does_not_open_is_left_alone),
    };
    return cmocka_run_group_tests_name("contact_fill", tests, NULL, NULL);
}
