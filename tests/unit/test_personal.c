/* personal: addresses are compared in one form, and what was typed comes back letter by letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "funnel_home.h"
#include "personal.h"

static void addresses_have_one_compared_form(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "ann@example.com", "ann@example.com" },
        { "Ann.LEE+News@Example.COM", "ann.lee+news@example.com" },
        { " \tann@example.com\t ", "ann@example.com" },
        { "a@b", "a@b" },
        { "\"ann\"@example.com", "\"ann\"@example.com" },
        { "Z\303\213@M\303\234NCHEN.de", "z\303\213@m\303\234nchen.de" }, /* ASCII alone */
        { "[@]", "[@]" },
        { "", NULL },
        { " ", NULL },
        { "@", NULL },
        { "ann", NULL },
        { "ann@", NULL },
        { "ann@ ", NULL },
        { "@example.com", NULL },
        { " @example.com", NULL },
        { "ann@@example.com", NULL },
        { "a@b@c", NULL },
        { "ann@example.com@", NULL },
        { "ann lee@example.com", NULL },
        { "ann@exam ple.com", NULL },
        { "ann@example.com\n", NULL },
        { "\nann@example.com", NULL },
        { "ann\t@example.com", NULL },
        { "ann\001@example.com", NULL },
        { "ann\177@example.com", NULL },
        { "ann@example.com, bob@example.com", NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *key = email_key(home.arena, rows[i][0]);
        if (!key != !rows[i][1] || (key && strcmp(key, rows[i][1]) != 0))
            fail_msg("\"%s\": %s", rows[i][0], key ? key : "no address");
        if (key) /* it is its own compared form */
            assert_string_equal(email_key(home.arena, key), key);
    }
}

static void addresses_end_at_254_bytes(void **state)
{
    (void)state;
    char email[300];
    memset(email, 'a', sizeof email);
    memcpy(email + 1, "@", 1);
    memcpy(email + 254, "  ", 3);
    assert_non_null(email_key(home.arena, email));
    memcpy(email + 254, "a", 2);
    assert_null(email_key(home.arena, email));
}

static const struct uuid event_a = { { 1 } }, event_b = { { 2 } };

static struct personal *there_and_back(const struct personal *personal)
{
    size_t len = 0;
    void *sealed = personal_seal(account, &event_a, personal, home.arena, &len);
    assert_non_null(sealed);
    assert_null(personal_unseal(account, &event_b, sealed, len, home.arena));
    struct personal *back = personal_unseal(account, &event_a, sealed, len, home.arena);
    assert_non_null(back);
    return back;
}

static void what_was_typed_comes_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Ann",
        "\"",
        "\\",
        "</script><!--",
        "a\nb\tc\rd",
        "\001\037\177",
        "Z\303\266\303\253 \342\200\256\360\237\230\200",
        "' OR 1=1 --",
        "{\"first_name\":\"x\"}",
        "null",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct json *custom = json_object(home.arena), *props = json_object(home.arena);
        json_set_text(custom, texts[i], texts[i]);
        json_set_text(props, "it", texts[i]);
        struct personal *back = there_and_back(
            &(struct personal){ texts[i], texts[i], texts[i], texts[i], NULL, custom, props });
        assert_string_equal(back->email, texts[i]);
        assert_string_equal(back->first_name, texts[i]);
        assert_string_equal(back->last_name, texts[i]);
        assert_string_equal(back->phone, texts[i]);
        assert_string_equal(json_print(home.arena, back->custom), json_print(home.arena, custom));
        assert_string_equal(json_print(home.arena, back->props), json_print(home.arena, props));
    }
}

static void what_was_not_given_stays_away(void **state)
{
    (void)state;
    size_t len = 0;
    struct personal *back = there_and_back(&(struct personal){ .phone = "1" });
    assert_string_equal(back->phone, "1");
    assert_null(back->email);
    assert_null(back->first_name);
    assert_null(back->last_name);
    assert_null(back->custom);
    assert_null(back->props);
    assert_null(personal_seal(account, &event_a, &(struct personal){ 0 }, home.arena, &len));
    assert_null(personal_seal(account, &event_a, &(struct personal){ .ip = "192.0.2.7" },
                              home.arena, &len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(addresses_have_one_compared_form),
        TEST(addresses_end_at_254_bytes),
        TEST(what_was_typed_comes_back),
        TEST(what_was_not_given_stays_away),
    };
    return cmocka_run_group_tests_name("personal", tests, NULL, NULL);
}
