/* account_make and account_list: an account is made whole or not at all, and a rename that is cut short
 * at any point leaves exactly one working name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account_home.h"
#include "file.h"
#include "migrate.h"

static size_t entries_of(const char *path)
{
    size_t count = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

static void a_created_account_is_complete(void **state)
{
    (void)state;
    struct stat is;
    assert_int_equal(create("second"), CREATED);
    struct account *account = must_open(accounts, "second");
    assert_int_equal(db_user_version(gate_db(account->gate)), migration_count(migrations));
    assert_string_equal(account->currency, "EUR");
    assert_string_equal(zone_name(account->zone), "UTC");
    assert_string_equal(account->dir, dir_of("second"));
    assert_string_equal(db_text(account_reader(account), home.arena, "SELECT name FROM account"),
                        "A name");
    assert_int_equal(stat(account->dir, &is), 0);
    assert_int_equal(is.st_mode & 07777, 0700);
    assert_int_equal(stat(arena_printf(home.arena, "%s/weir.db", account->dir), &is), 0);
    assert_int_equal(is.st_mode & 07777, 0600);
    assert_int_equal(stat(slug_file("second"), &is), 0);
    assert_int_equal(is.st_mode & 07777, 0600);
    account_release(account);
}

static void settings_are_judged(void **state)
{
    (void)state;
    static const struct {
        struct account_settings settings;
        const char *part; /* of the message */
    } rows[] = {
        { { "a", "n", "UTC", "USD" }, "slug" },
        { { "", "n", "UTC", "USD" }, "slug" },
        { { "A1", "n", "UTC", "USD" }, "slug" },
        { { "-ab", "n", "UTC", "USD" }, "slug" },
        { { "ab-", "n", "UTC", "USD" }, "slug" },
        { { "a_b", "n", "UTC", "USD" }, "slug" },
        { { "a/b", "n", "UTC", "USD" }, "slug" },
        { { "..", "n", "UTC", "USD" }, "slug" },
        { { "a.b", "n", "UTC", "USD" }, "slug" },
        { { "\xc3\xa4\xc3\xb6", "n", "UTC", "USD" }, "slug" },
        { { "ok", "", "UTC", "USD" }, "name" },
        { { "ok", "a\nb", "UTC", "USD" }, "name" },
        { { "ok", "\xff", "UTC", "USD" }, "name" },
        { { "ok", "n", "Mars/Base", "USD" }, "time zone" },
        { { "ok", "n", "../UTC", "USD" }, "time zone" },
        { { "ok", "n", "UTC", "usd" }, "currency" },
        { { "ok", "n", "UTC", "US" }, "currency" },
        { { "ok", "n", "UTC", "USDX" }, "currency" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *error = "";
        assert_int_equal(account_create(accounts, &rows[i].settings, home.arena, &error), INVALID);
        if (!strstr(error, rows[i].part))
            fail_msg("row %zu: \"%s\" does not say \"%s\"", i, error, rows[i].part);
    }
    assert_int_equal(entries_of(state_path(home.arena, home.config.state_dir, "accounts", NULL)),
                     1);
}

static void slugs_at_their_limits_are_valid(void **state)
{
    (void)state;
    static const struct {
        const char *slug;
        bool valid;
    } rows[] = {
        { "ab", true },
        { "a1", true },
        { "1a", true },
        { "a-b", true },
        { "a--b", true },
        { "00", true },
        { "abcdefghijklmnopqrstuvwxyz0123456789-xyz", true },
        { "abcdefghijklmnopqrstuvwxyz0123456789-xyza", false },
        { "a b", false },
        { "ab\n", false },
        { "a%62", false },
        { "--", false },
        { "a", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (slug_is_valid(rows[i].slug) != rows[i].valid)
            fail_msg("\"%s\"", rows[i].slug);
}

static void a_slug_is_given_once(void **state)
{
    (void)state;
    const char *error = NULL;
    struct account_settings settings = settings_of("test");
    assert_int_equal(account_create(accounts, &settings, home.arena, &error), CONFLICT);
    assert_non_null(strstr(error, "test"));
    assert_int_equal(entries_of(state_path(home.arena, home.config.state_dir, "accounts", NULL)),
                     1);
    account_release(must_open(accounts, "test"));
}

static void a_renamed_account_keeps_everything_but_its_name(void **state)
{
    (void)state;
    const char *error = NULL;
    struct uuid uuid = leads_to("test");
    assert_int_equal(account_rename(accounts, "test", "other", home.arena, &error), OK);
    unknown(accounts, "test");
    struct account *account = must_open(accounts, "other");
    assert_memory_equal(&account->uuid, &uuid, sizeof uuid);
    assert_int_equal(access(slug_file("test"), F_OK), -1);
    account_release(account);
    assert_int_equal(create("test"), CREATED);
    assert_int_equal(account_rename(accounts, "other", "test", home.arena, &error), CONFLICT);
    assert_int_equal(account_rename(accounts, "nobody", "some", home.arena, &error), NOT_FOUND);
    assert_int_equal(account_rename(accounts, "other", "No", home.arena, &error), INVALID);
    account_release(must_open(accounts, "other"));
}

static void another_process_sees_a_rename_within_a_second(void **state)
{
    (void)state;
    const char *error = NULL;
    struct account *held = home_account(&home);
    assert_int_equal(account_rename(accounts, "test", "other", home.arena, &error), OK);
    held->named_at -= 1001;
    unknown(home.accounts[0], "test");
    struct account *found = must_open(home.accounts[0], "other");
    assert_ptr_equal(found, held); /* not a second opening of the same database */
    account_release(found);
}

/* After each step of a rename the power goes: the names are as the files say, the account has
 * exactly one. */
static void a_rename_cut_short_leaves_one_working_name(void **state)
{
    (void)state;
    const char *error = NULL;
    assert_true(slug_write(home.config.state_dir, "other", leads_to("test")));
    account_release(must_open(accounts, "test"));
    unknown(accounts, "other");
    accounts_close_idle(accounts, 0);
    unknown(accounts, "other"); /* nor when it is read anew */
    size_t count;
    struct account_entry *entries = account_entries(home.config.state_dir, home.arena, &count);
    assert_int_equal(count, 1);
    assert_string_equal(entries[0].slug, "test");
    assert_int_equal(account_rename(accounts, "test", "other", home.arena, &error),
                     OK); /* tried again */
    account_release(must_open(accounts, "other"));

    assert_true(slug_write(home.config.state_dir, "test", leads_to("other")));
    account_release(must_open(accounts, "other"));
    unknown(accounts, "test");
    entries = account_entries(home.config.state_dir, home.arena, &count);
    assert_int_equal(count, 1);
    assert_string_equal(entries[0].slug, "other");
    assert_int_equal(create("test"), CREATED); /* the left-over file is swept away */
    account_release(must_open(accounts, "test"));
}

static void a_creation_cut_short_leaves_nothing_in_the_way(void **state)
{
    (void)state;
    size_t count;
    assert_true(slug_write(home.config.state_dir, "second", uuid_new(clock_now())));
    unknown(accounts, "second");
    account_entries(home.config.state_dir, home.arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(create("second"), CREATED);
    account_release(must_open(accounts, "second"));
}

static void accounts_are_listed_by_slug(void **state)
{
    (void)state;
    size_t count;
    assert_int_equal(create("zz") | create("aa") | create("mm"), CREATED);
    assert_true(file_write_new(slug_file("Not-A-Slug"), 0600, "x", 1));
    struct account_entry *entries = account_entries(home.config.state_dir, home.arena, &count);
    static const char *const expected[] = { "aa", "mm", "test", "zz" };
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(entries[i].slug, expected[i]);
        assert_string_equal(entries[i].dir, dir_of(expected[i]));
    }
}

static void a_copy_becomes_an_account_of_another_name(void **state)
{
    (void)state;
    const char *error = NULL, *copy = arena_printf(home.arena, "%s/copy.db", home.dir);
    struct uuid uuid = leads_to("test");
    assert_true(db_backup(account_reader(home_account(&home)), copy, &error));
    account_release(home.account[0]);
    accounts_close_idle(home.accounts[0], 0);
    char *aside = arena_printf(home.arena, "%s/aside", home.dir);
    assert_int_equal(rename(dir_of("test"), aside), 0);
    unknown(accounts, "test");
    struct db *source = db_open(copy, DB_READ, &error);
    assert_int_equal(account_adopt(home.config.state_dir, "X", source, home.arena, &error),
                     INVALID);
    assert_int_equal(account_adopt(home.config.state_dir, "again", source, home.arena, &error),
                     CREATED);
    db_close(source);
    struct account *account = must_open(accounts, "again");
    assert_memory_equal(&account->uuid, &uuid, sizeof uuid);
    account_release(account);
    home.account[0] = must_open(home.accounts[0], "again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_created_account_is_complete),
        TEST(settings_are_judged),
        TEST(slugs_at_their_limits_are_valid),
        TEST(a_slug_is_given_once),
        TEST(a_renamed_account_keeps_everything_but_its_name),
        TEST(another_process_sees_a_rename_within_a_second),
        TEST(a_rename_cut_short_leaves_one_working_name),
        TEST(a_creation_cut_short_leaves_nothing_in_the_way),
        TEST(accounts_are_listed_by_slug),
        TEST(a_copy_becomes_an_account_of_another_name),
    };
    return cmocka_run_group_tests_name("account_make", tests, NULL, NULL);
}
