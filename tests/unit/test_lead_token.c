/* Lead tokens: what was written is read; whatever was changed is not; another account's never. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "two_homes.h"
#include "lead_token.h"

static struct lead_token some_token(void)
{
    return (struct lead_token){ .contact = uuid_new(1800000000000), .funnel_id = 0x0123456789abcdef };
}

static void test_a_token_names_its_lead(void **state)
{
    (void)state;
    struct lead_token token = some_token(), read;
    const char *text = lead_token_write(home_account(&home), &token, home.arena);
    assert_int_equal(strlen(text), 56);
    assert_true(lead_token_read(home_account(&home), text, &read, home.arena));
    assert_int_equal(uuid_compare(read.contact, token.contact), 0);
    assert_true(read.funnel_id == token.funnel_id);
}

static void test_a_changed_token_is_refused(void **state)
{
    (void)state;
    struct lead_token token = some_token(), read;
    char *text = lead_token_write(home_account(&home), &token, home.arena);
    for (size_t i = 0; text[i]; i++) {
        char kept = text[i];
        text[i] = kept == 'A' ? 'B' : 'A';
        assert_false(lead_token_read(home_account(&home), text, &read, home.arena));
        text[i] = kept;
    }
    assert_true(lead_token_read(home_account(&home), text, &read, home.arena));
}

static void test_what_is_no_token_is_refused(void **state)
{
    (void)state;
    struct lead_token token = some_token(), read;
    static const char *const bad[] = { "", "x", "====", "not a token", NULL };
    for (const char *const *text = bad; *text; text++)
        assert_false(lead_token_read(home_account(&home), *text, &read, home.arena));
    const char *text = lead_token_write(home_account(&home), &token, home.arena);
    assert_false(lead_token_read(home_account(&home), arena_printf(home.arena, "%sAAAA", text), &read, home.arena));
    assert_false(lead_token_read(home_account(&home), arena_strndup(home.arena, text, 52), &read, home.arena));
}

static void test_a_token_of_another_account_is_refused(void **state)
{
    (void)state;
    struct lead_token token = some_token(), read;
    const char *text = lead_token_write(home_account(&elsewhere), &token, home.arena);
    assert_true(lead_token_read(home_account(&elsewhere), text, &read, home.arena));
    assert_false(lead_token_read(home_account(&home), text, &read, home.arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_names_its_lead),
        cmocka_unit_test(test_a_changed_token_is_refused),
        cmocka_unit_test(test_what_is_no_token_is_refused),
        cmocka_unit_test(test_a_token_of_another_account_is_refused),
    };
    return cmocka_run_group_tests_name("lead_token", tests, homes_open, homes_close);
}
