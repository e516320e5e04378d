/* user: found by e-mail however it is written, kept so that the table names nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "funnel_home.h"
#include "user.h"

struct making {
    struct user user;
    const char *error, *hash;
};

static enum outcome run_create(struct db *db, void *context)
{
    struct making *making = context;
    return user_create(db, account, &making->user, home.arena, &making->error);
}

static enum outcome run_password(struct db *db, void *context)
{
    struct making *making = context;
    return user_set_password_hash(db, making->user.id, making->hash);
}

static enum outcome commit(enum outcome (*run)(struct db *db, void *context), struct making *making)
{
    struct gate_item item = { .run = run, .context = making };
    gate_commit(account->gate, &item, 1);
    return item.got;
}

static struct user *find(const char *email)
{
    return user_by_email(account_reader(account), account, email, home.arena);
}

static void a_user_is_found_by_e_mail_however_it_is_written(void **state)
{
    (void)state;
    static const char *const spellings[] = { "Ann.Lee@Example.com", "ann.lee@example.com",
                                             " ANN.LEE@EXAMPLE.COM\t" };
    struct making making = {
        .user = { .email = "Ann.Lee@Example.com", .name = "Ann Lee", .role = "owner" }
    };
    assert_int_equal(commit(run_create, &making), CREATED);
    for (size_t i = 0; i < 3; i++) {
        struct user *user = find(spellings[i]);
        assert_non_null(user);
        assert_int_equal(user->id, making.user.id);
        assert_string_equal(user->email, "Ann.Lee@Example.com"); /* as it was given */
        assert_string_equal(user->name, "Ann Lee");
        assert_string_equal(user->role, "owner");
        assert_false(user->has_password || user->disabled);
    }
    assert_null(find("ann.lee@example.org"));
    assert_null(find("not an address"));
    assert_null(find(""));
}

static void an_e_mail_belongs_to_one_user(void **state)
{
    (void)state;
    struct making one = { .user = { .email = "ann@example.com", .role = "owner" } };
    struct making two = { .user = { .email = "ANN@example.com", .role = "admin" } };
    assert_int_equal(commit(run_create, &one), CREATED);
    assert_int_equal(commit(run_create, &two), CONFLICT);
    assert_non_null(two.error);
    assert_null(find("ann@example.com")->name);
    assert_string_equal(find("ann@example.com")->role, "owner");
}

static void what_is_no_address_or_role_is_refused(void **state)
{
    (void)state;
    static const struct user rows[] = {
        { .email = "", .role = "owner" },
        { .email = "ann", .role = "owner" },
        { .email = "@b.example", .role = "owner" },
        { .email = "ann@", .role = "owner" },
        { .email = "a@b@c", .role = "owner" },
        { .email = "a b@c.example", .role = "owner" },
        { .email = "ann@example.com", .role = "god" },
        { .email = "ann@example.com", .role = "" },
        { .email = "ann@example.com", .role = "Owner" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct making making = { .user = rows[i] };
        assert_int_equal(commit(run_create, &making), INVALID);
        assert_non_null(making.error);
    }
    assert_int_equal(db_int(account_reader(account), "SELECT count(*) FROM user"), 0);
}

static void the_table_names_nobody(void **state)
{
    (void)state;
    uint8_t contact[BLIND_SIZE];
    size_t len;
    struct making making = {
        .user = { .email = "ann@example.com", .name = "Ann Lee", .role = "analyst" }
    };
    assert_int_equal(commit(run_create, &making), CREATED);
    struct db_rows *rows = db_query(account_reader(account),
                                    "SELECT email_sealed, name_sealed, email_blind FROM user");
    assert_true(db_next(rows));
    const void *blob = db_get_blob(rows, 0, &len, NULL);
    assert_int_equal(len, strlen("ann@example.com") + SEAL_OVERHEAD);
    assert_null(memmem(blob, len, "ann", 3));
    blob = db_get_blob(rows, 1, &len, NULL);
    assert_int_equal(len, strlen("Ann Lee") + SEAL_OVERHEAD);
    account_blind(account, "email", "ann@example.com", contact);
    assert_memory_not_equal(db_get_blob(rows, 2, &len, NULL), contact,
                            BLIND_SIZE); /* no contact's index */
    db_done(rows);
}

static void sealed_fields_do_not_open_in_another_row(void **state)
{
    (void)state;
    const char *error;
    struct making one = { .user = { .email = "ann@example.com", .name = "Ann", .role = "owner" } };
    struct making two = { .user = { .email = "bob@example.com", .name = "Bob", .role = "owner" } };
    assert_int_equal(commit(run_create, &one) | commit(run_create, &two), CREATED);
    struct db *db = db_open(db_path(gate_db(account->gate)), DB_WRITE, &error);
    assert_true(db_script(
        db,
        "UPDATE user SET name_sealed = (SELECT name_sealed FROM user u WHERE u.id <> user.id)"));
    db_close(db);
    assert_null(find("ann@example.com")->name);
    assert_string_equal(find("ann@example.com")->email, "ann@example.com");
}

static void a_new_password_ends_what_was_signed_in(void **state)
{
    (void)state;
    struct making making = { .user = { .email = "ann@example.com", .role = "owner" } };
    assert_int_equal(commit(run_create, &making), CREATED);
    making.hash = password_hash(home.arena, "a long enough one");
    assert_int_equal(commit(run_password, &making), OK);
    struct user *user = find("ann@example.com");
    assert_true(user->has_password);
    assert_int_equal(user->credential_version, 2);
    const char *hash =
        db_text(account_reader(account), home.arena, "SELECT password_hash FROM user");
    assert_true(password_matches("a long enough one", hash));
    assert_false(password_matches("another long one", hash));
    making.user.id = 999;
    assert_int_equal(commit(run_password, &making), NOT_FOUND);
}

static void passwords_have_limits_and_no_other_rules(void **state)
{
    (void)state;
    char text[PASSWORD_MOST + 2];
    memset(text, ' ', sizeof text);
    text[PASSWORD_LEAST - 1] = '\0';
    assert_non_null(password_refused(text));
    text[PASSWORD_LEAST - 1] = ' ';
    text[PASSWORD_LEAST] = '\0';
    assert_null(password_refused(text));
    text[PASSWORD_LEAST] = ' ';
    text[PASSWORD_MOST] = '\0';
    assert_null(password_refused(text));
    text[PASSWORD_MOST] = ' ';
    text[PASSWORD_MOST + 1] = '\0';
    assert_non_null(password_refused(text));
    assert_non_null(password_refused("twelve bytes\xff"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_user_is_found_by_e_mail_however_it_is_written),
        TEST(an_e_mail_belongs_to_one_user),
        TEST(what_is_no_address_or_role_is_refused),
        TEST(the_table_names_nobody),
        TEST(sealed_fields_do_not_open_in_another_row),
        TEST(a_new_password_ends_what_was_signed_in),
        TEST(passwords_have_limits_and_no_other_rules),
    };
    return cmocka_run_group_tests_name("user", tests, NULL, NULL);
}
