/* audit: the chain holds for what was written, and breaks at the first row that somebody edited,
 * removed, moved or added without the account's key.  The forger here has the file and may drop the
 * trigger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "home.h"
#include "log.h"

enum { ROWS = 6 };

static struct home home;
static struct account *account;

static enum outcome run_add(struct db *db, void *context)
{
    audit_add(db, account, context);
    return OK;
}

static enum outcome add(const struct audit_entry *entry)
{
    struct gate_item item = { .run = run_add, .context = (void *)(uintptr_t)entry };
    gate_commit(account->gate, &item, 1);
    return item.got;
}

static int set_up(void **state)
{
    (void)state;
    home_open(&home, "UTC");
    assert_true(log_open(arena_printf(home.arena, "%s/log", home.dir)));
    account = home_account(&home);
    for (int i = 1; i <= ROWS; i++) {
        struct audit_entry entry = { .actor = "cli:root",
                                     .action = "contact.show",
                                     .at = 1764757800000 + i,
                                     .object = arena_printf(home.arena, "contact:%d", i),
                                     .detail = i % 2 ? "x" : NULL };
        assert_int_equal(add(&entry), OK);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    log_open(NULL);
    home_close(&home);
    return 0;
}

static void forge(const char *sql)
{
    const char *error;
    struct db *db = db_open(db_path(gate_db(account->gate)), DB_WRITE, &error);
    assert_non_null(db);
    if (!db_script(db, "DROP TRIGGER audit_keep_update; DROP TRIGGER audit_keep_delete;") ||
        !db_script(db, sql))
        fail_msg("%s", db_fault_text(db));
    db_close(db);
}

static void whole(void)
{
    const char *error = NULL;
    if (!audit_verify(account_reader(account), account, home.arena, &error))
        fail_msg("%s", error);
    assert_null(error);
}

static void broken(const char *part)
{
    const char *error = NULL;
    assert_false(audit_verify(account_reader(account), account, home.arena, &error));
    if (!error || !strstr(error, part))
        fail_msg("\"%s\" does not say \"%s\"", error ? error : "", part);
}

static void a_chain_as_it_was_written_holds(void **state)
{
    (void)state;
    whole();
    assert_int_equal(db_int(account_reader(account), "SELECT count(*) FROM audit"), ROWS);
    assert_int_equal(
        db_int(account_reader(account), "SELECT count(*) FROM audit WHERE detail = ''"), ROWS / 2);
}

static void an_empty_chain_holds(void **state)
{
    (void)state;
    const char *error;
    const struct account_settings settings = { "second", "Second", "UTC", "USD" };
    assert_int_equal(account_create(home.accounts[0], &settings, home.arena, &error), CREATED);
    struct account *second = account_open(home.accounts[0], "second", &error);
    assert_true(audit_verify(account_reader(second), second, home.arena, &error));
    account_release(second);
}

static void every_column_is_covered(void **state)
{
    (void)state;
    static const char *const edits[] = {
        "UPDATE audit SET at = at + 1 WHERE id = 3",
        "UPDATE audit SET actor = 'cli:bob' WHERE id = 3",
        "UPDATE audit SET action = 'x' WHERE id = 3",
        "UPDATE audit SET object = 'contact:4' WHERE id = 3",
        "UPDATE audit SET detail = '' WHERE id = 3",
        "UPDATE audit SET detail = 'x ' WHERE id = 3",
        "UPDATE audit SET digest = zeroblob(32) WHERE id = 3",
        /* The border between two texts moves, the letters stay. */
        "UPDATE audit SET action = 'contact.showc', object = 'ontact:3' WHERE id = 3",
    };
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        if (i > 0)
            set_up(NULL);
        forge(edits[i]);
        broken("row 3");
        if (i + 1 < sizeof edits / sizeof edits[0])
            tear_down(NULL);
    }
}

static void a_removed_row_shows(void **state)
{
    (void)state;
    forge("DELETE FROM audit WHERE id = 3");
    broken("row 4");
}

static void removed_and_renumbered_rows_show(void **state)
{
    (void)state;
    forge("DELETE FROM audit WHERE id = 3;"
          "UPDATE audit SET id = id - 1 WHERE id = 4; UPDATE audit SET id = id - 1 WHERE id = 5;"
          "UPDATE audit SET id = id - 1 WHERE id = 6");
    broken("row 3");
}

static void a_first_row_removed_shows(void **state)
{
    (void)state;
    forge("DELETE FROM audit WHERE id = 1");
    broken("row 2");
}

static void rows_cut_off_the_end_show(void **state)
{
    (void)state;
    forge("DELETE FROM audit WHERE id > 4");
    broken("rows 5 to 6");
    struct audit_entry entry = {
        .actor = "cli:root", .action = "later", .object = "account", .at = 1
    };
    assert_int_equal(add(&entry), OK); /* what is written after does not cover it up */
    broken("row 7");
}

static void exchanged_rows_show(void **state)
{
    (void)state;
    forge("UPDATE audit SET id = 100 WHERE id = 2; UPDATE audit SET id = 2 WHERE id = 3;"
          "UPDATE audit SET id = 3 WHERE id = 100");
    broken("row 2");
}

static void an_added_row_shows(void **state)
{
    (void)state;
    forge("INSERT INTO audit (at, actor, action, object, digest)"
          " SELECT at, actor, action, object, digest FROM audit WHERE id = 6");
    broken("row 7");
}

static void another_accounts_chain_does_not_pass_for_ours(void **state)
{
    (void)state;
    const char *error;
    struct account other = *account;
    other.data_key[0] ^= 1;
    assert_false(audit_verify(account_reader(account), &other, home.arena, &error));
    assert_non_null(strstr(error, "row 1"));
}

static void the_trigger_keeps_rows_from_change(void **state)
{
    (void)state;
    const char *error;
    struct db *db = db_open(db_path(gate_db(account->gate)), DB_WRITE, &error);
    db_script(db, "UPDATE audit SET at = 1");
    assert_int_equal(db_fault(db), DB_BROKEN);
    db_clear_fault(db);
    db_script(db, "DELETE FROM audit");
    assert_int_equal(db_fault(db), DB_BROKEN);
    db_close(db);
    whole();
}

static enum outcome run_refused(struct db *db, void *context)
{
    run_add(db, context);
    return CONFLICT;
}

static void a_refused_item_leaves_no_gap(void **state)
{
    (void)state;
    struct audit_entry entry = { .actor = "a", .action = "b", .object = "c", .at = 1 };
    struct gate_item items[] = { { .run = run_add, .context = &entry },
                                 { .run = run_refused, .context = &entry },
                                 { .run = run_add, .context = &entry } };
    assert_true(gate_commit(account->gate, items, 3));
    whole();
    assert_int_equal(db_int(account_reader(account), "SELECT max(id) FROM audit"), ROWS + 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_chain_as_it_was_written_holds),
        TEST(an_empty_chain_holds),
        TEST(every_column_is_covered),
        TEST(a_removed_row_shows),
        TEST(removed_and_renumbered_rows_show),
        TEST(a_first_row_removed_shows),
        TEST(rows_cut_off_the_end_show),
        TEST(exchanged_rows_show),
        TEST(an_added_row_shows),
        TEST(another_accounts_chain_does_not_pass_for_ours),
        TEST(the_trigger_keeps_rows_from_change),
        TEST(a_refused_item_leaves_no_gap),
    };
    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
