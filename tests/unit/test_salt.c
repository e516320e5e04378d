/* Visitor keys: the same browser on the same day is the same key, in every process; on another day, with another
 * address, agent or account it is another; and salts are forgotten. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "two_homes.h"
#include "salt.h"

enum { DAY = 20500 };

static const char *key_of(struct account *account, int32_t day, const char *address, const char *agent)
{
    const char *key = visitor_key(account, day, address, agent, home.arena);
    assert_non_null(key);
    return key;
}

static void test_a_day_has_one_key_for_a_browser(void **state)
{
    (void)state;
    const char *key = key_of(home_account(&home), DAY, "203.0.113.1", "Firefox");
    assert_memory_equal(key, "2026-02-16/", 11);
    assert_int_equal(strlen(key), 11 + 32);
    assert_string_equal(key_of(home_other_account(&home), DAY, "203.0.113.1", "Firefox"), key);
    assert_string_equal(key_of(home_account(&home), DAY, "203.0.113.1", "Firefox"), key);
}

static void test_everything_else_is_another_key(void **state)
{
    (void)state;
    struct account *account = home_account(&home);
    const char *key = key_of(account, DAY, "203.0.113.1", "Firefox");
    assert_string_not_equal(key_of(account, DAY, "203.0.113.2", "Firefox"), key);
    assert_string_not_equal(key_of(account, DAY, "203.0.113.1", "Chrome"), key);
    assert_string_not_equal(key_of(account, DAY, NULL, "203.0.113.1\nFirefox"), key);
    assert_string_not_equal(key_of(account, DAY + 1, "203.0.113.1", "Firefox") + 11, key + 11);
    assert_string_not_equal(key_of(home_account(&elsewhere), DAY, "203.0.113.1", "Firefox"), key);
}

static void test_a_forgotten_day_has_new_keys(void **state)
{
    (void)state;
    struct stat about;
    struct account *account = home_account(&home);
    const char *key = key_of(account, DAY + 2, "203.0.113.1", "Firefox");
    const char *path = arena_printf(home.arena, "%s/salt/2026-02-18", account->dir);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    const char *left = arena_printf(home.arena, "%s.half", path); /* by a crash */
    assert_int_equal(link(path, left), 0);
    key_of(account, DAY + 3, "203.0.113.1", "Firefox");
    assert_int_equal(access(path, F_OK), 0); /* yesterday's */
    key_of(account, DAY + 4, "203.0.113.1", "Firefox");
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(left, F_OK), -1);
    assert_string_not_equal(key_of(account, DAY + 2, "203.0.113.1", "Firefox"), key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_has_one_key_for_a_browser),
        cmocka_unit_test(test_everything_else_is_another_key),
        cmocka_unit_test(test_a_forgotten_day_has_new_keys),
    };
    return cmocka_run_group_tests_name("salt", tests, homes_open, homes_close);
}
