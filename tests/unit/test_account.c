/* account: found by a slug that may change under way, kept open while somebody needs it, and refused
 * with a reason when it cannot be opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account_home.h"
#include "migrate.h"

static void an_unknown_slug_is_no_error(void **state)
{
    (void)state;
    static const char *const slugs[] = { "nobody",      "",     "../slugs/test", "..",
                                         "/etc/passwd", "TEST", "test/",         "test\n" };
    for (size_t i = 0; i < sizeof slugs / sizeof slugs[0]; i++)
        unknown(accounts, slugs[i]);
}

static void a_damaged_slug_file_is_an_error_and_not_unknown(void **state)
{
    (void)state;
    assert_int_equal(truncate(slug_file("test"), 10), 0);
    refused("test", "weir doctor --fix");
    assert_int_equal(create("test"), CONFLICT);
}

static bool is_open(const char *slug)
{
    for (struct account *account = home.accounts[0]->newest; account; account = account->older)
        if (strcmp(account->slug, slug) == 0)
            return true;
    return false;
}

static void the_least_recently_used_is_closed_and_never_one_in_use(void **state)
{
    (void)state;
    struct accounts *in = home.accounts[0]; /* holds "test"; the limit is 4 */
    static const char *const slugs[] = { "a1", "a2", "a3", "a4", "a5" };
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(create(slugs[i]), CREATED);
    for (size_t i = 0; i < 3; i++)
        account_release(must_open(in, slugs[i]));
    account_release(must_open(in, "a1")); /* used anew */
    account_release(must_open(in, "a4"));
    assert_true(is_open("test") && is_open("a1") && is_open("a3") && is_open("a4"));
    assert_false(is_open("a2"));
    struct account *held[5];
    for (size_t i = 0; i < 5; i++)
        held[i] = must_open(in, slugs[i]);
    assert_int_equal(in->count, 6); /* all in use: over the limit */
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(held[i]->slug, slugs[i]);
    for (size_t i = 0; i < 5; i++)
        account_release(held[i]);
    assert_int_equal(in->count, 4);
    assert_true(is_open("test"));
    assert_false(is_open("a1"));
}

static void opening_twice_is_one_account_with_two_references(void **state)
{
    (void)state;
    struct account *one = must_open(accounts, "test"), *two = must_open(accounts, "test");
    assert_ptr_equal(one, two);
    account_release(one);
    accounts_close_idle(accounts, 0);
    assert_non_null(accounts->newest);
    account_release(two);
    accounts_close_idle(accounts, 60000);
    assert_non_null(accounts->newest);
    accounts_close_idle(accounts, 0);
    assert_null(accounts->newest);
}

static void user_version_set(const char *slug, int version)
{
    const char *error;
    struct db *db = db_open(arena_printf(home.arena, "%s/weir.db", dir_of(slug)), DB_WRITE, &error);
    assert_non_null(db);
    assert_true(db_script(db, arena_printf(home.arena, "PRAGMA user_version = %d", version)));
    db_close(db);
}

static void another_schema_is_refused_with_the_remedy(void **state)
{
    (void)state;
    assert_int_equal(create("second"), CREATED);
    user_version_set("second", migration_count(migrations) - 1);
    refused("second", "weir migrate");
    user_version_set("second", migration_count(migrations) + 1);
    refused("second", "newer Weir");
}

static void files_that_others_could_have_put_there_are_refused(void **state)
{
    (void)state;
    assert_int_equal(create("second"), CREATED);
    const char *dir = dir_of("second"), *db = arena_printf(home.arena, "%s/weir.db", dir);
    assert_int_equal(chmod(dir, 0777), 0);
    refused("second", "open to others");
    assert_int_equal(chmod(dir, 0700), 0);
    assert_int_equal(chmod(db, 0666), 0);
    refused("second", "open to others");
    assert_int_equal(chmod(db, 0600), 0);
    assert_int_equal(rename(db, arena_printf(home.arena, "%s/moved", home.dir)), 0);
    refused("second", "weir.db");
    assert_int_equal(symlink(arena_printf(home.arena, "%s/moved", home.dir), db), 0);
    refused("second", "symbolic link");
    assert_int_equal(unlink(db), 0);
    assert_int_equal(rename(arena_printf(home.arena, "%s/moved", home.dir), db), 0);
    account_release(must_open(accounts, "second"));
}

static void a_fault_of_the_system_is_not_an_unknown_account(void **state)
{
    (void)state;
    const char *error = NULL;
    struct rlimit former, few;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &former), 0);
    int next = dup(STDERR_FILENO);
    close(next);
    few = (struct rlimit){ (rlim_t)next, former.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0); /* no descriptor is left */
    struct account *account = account_open(accounts, "test", &error);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &former), 0);
    assert_null(account);
    assert_non_null(error);
    account_release(must_open(accounts, "test"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_unknown_slug_is_no_error),
        TEST(a_damaged_slug_file_is_an_error_and_not_unknown),
        TEST(the_least_recently_used_is_closed_and_never_one_in_use),
        TEST(opening_twice_is_one_account_with_two_references),
        TEST(another_schema_is_refused_with_the_remedy),
        TEST(files_that_others_could_have_put_there_are_refused),
        TEST(a_fault_of_the_system_is_not_an_unknown_account),
    };
    return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
