/* db_limit: what a reader may cost, what an authorizer lets through, and commits that are held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db_folder.h"
#include "db_gate.h"

static const char schema[] = "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT) STRICT;"
                             "INSERT INTO note VALUES (1, 'one')";

static void test_a_reader_cannot_write(void **state)
{
    (void)state;
    struct db *db = must_open(must_create("a.db", schema), DB_READ);
    db_run(db, "DELETE FROM note");
    assert_int_equal(db_fault(db), DB_BROKEN);
    assert_says(db_fault_text(db), "readonly");
    db_clear_fault(db);
    assert_int_equal(db_int(db, "SELECT count(*) FROM note"), 1);
    db_close(db);
}

static char *repeat(const char *s, int times, const char *end)
{
    size_t len = strlen(s);
    char *text = arena_alloc(arena, len * (size_t)times + strlen(end) + 1);
    for (int i = 0; i < times; i++)
        memcpy(text + len * (size_t)i, s, len);
    strcpy(text + len * (size_t)times, end);
    return text;
}

static void assert_limited(struct db *db, bool limited, const char *sql)
{
    struct db_rows *rows = db_query_text(db, sql, DB_BINDS());
    while (db_next(rows))
        ;
    assert_int_equal(db_fault(db), limited ? DB_BROKEN : DB_FINE);
    db_clear_fault(db);
}

static void test_a_reader_is_limited_and_a_writer_is_not(void **state)
{
    (void)state;
    const char *path = must_create("a.db", schema);
    for (enum db_mode mode = DB_WRITE; mode <= DB_READ; mode++) {
        struct db *db = must_open(path, mode);
        bool limited = mode == DB_READ;
        assert_limited(db, limited, repeat("SELECT 1 UNION ALL ", 4, "SELECT 1"));
        assert_limited(db, false, repeat("SELECT 1 UNION ALL ", 2, "SELECT 1"));
        assert_limited(db, limited, arena_printf(arena, "SELECT %s", repeat("1+", 30, "1")));
        assert_limited(db, false, arena_printf(arena, "SELECT %s", repeat("1+", 15, "1")));
        assert_limited(db, limited, arena_printf(arena, "SELECT 1 -- %s", repeat("x", 100000, "")));
        assert_limited(db, limited,
                       arena_printf(arena, "SELECT 'a' LIKE '%s'", repeat("%a", 30, "")));
        assert_limited(db, limited, "SELECT zeroblob(1000001)");
        assert_limited(db, limited, "ATTACH ':memory:' AS other");
        db_close(db);
    }
}

static const char endless[] =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

static void test_a_budget_ends_a_statement(void **state)
{
    (void)state;
    struct db *db = must_open(must_create("a.db", schema), DB_READ);
    db_budget(db, 30);
    db_int(
        db,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
    assert_int_equal(db_fault(db), DB_SLOW);
    db_clear_fault(db);
    struct db_rows *rows = db_query_text(db, endless, DB_BINDS());
    while (db_next(rows))
        db_int(db, "SELECT 1"); /* does not prolong the other */
    assert_int_equal(db_fault(db), DB_SLOW);
    db_clear_fault(db);
    db_budget(db, 0);
    rows = db_query_text(db, endless, DB_BINDS());
    for (int i = 0; i < 100000; i++)
        assert_true(db_next(rows));
    db_done(rows);
    db_close(db);
}

static bool no_secrets(void *asked, enum db_action action, const char *table, const char *column)
{
    (void)column;
    ++*(int *)asked;
    return action == DB_ACT_READ    ? strcmp(table, "secret") != 0
           : action == DB_ACT_WRITE ? strcmp(table, "note") == 0
                                    : false;
}

static int64_t secret_count(struct db *db)
{
    return db_int(db, "SELECT count(*) FROM secret");
}

static void test_the_authorizer(void **state)
{
    (void)state;
    int asked = 0;
    struct db *db = must_open(must_create("a.db", schema), DB_WRITE);
    must_script(db, "CREATE TABLE secret (key TEXT) STRICT; INSERT INTO secret VALUES ('x')");
    assert_int_equal(secret_count(db), 1); /* prepared before the filter is there */
    db_authorize(db, no_secrets, &asked);
    assert_int_equal(secret_count(db), 0);
    assert_int_equal(db_fault(db), DB_BROKEN);
    assert_true(asked > 0);
    db_clear_fault(db);
    static const char *const refused[] = {
        "SELECT key FROM secret",          "SELECT (SELECT key FROM secret)",
        "INSERT INTO secret VALUES ('y')", "DELETE FROM secret",
        "UPDATE secret SET key = 'z'",     "DROP TABLE note",
        "PRAGMA cache_size = 1",           "CREATE VIEW v AS SELECT * FROM secret",
        "ATTACH ':memory:' AS m",
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(db_script(db, refused[i]));
        db_clear_fault(db);
    }
    assert_true(db_script(db,
                          "BEGIN IMMEDIATE; SAVEPOINT s; INSERT INTO note VALUES (2, upper('two'));"
                          "UPDATE note SET text = 'three'; RELEASE s; COMMIT"));
    assert_int_equal(db_user_version(db), 0); /* our own questions are not asked about */
    assert_true(db_data_version(db) > 0);
    assert_string_equal(db_integrity(db, arena), "ok");
    assert_int_equal(db_fault(db), DB_FINE);
    db_authorize(db, NULL, NULL);
    assert_int_equal(secret_count(db), 1);
    db_close(db);
}

static void test_held_commits_roll_back(void **state)
{
    (void)state;
    static const char *const commits[] = { "INSERT INTO note VALUES (2, 'two')",
                                           "BEGIN; INSERT INTO note VALUES (2, 'two'); COMMIT" };
    struct db *db = must_open(must_create("a.db", schema), DB_WRITE);
    for (size_t i = 0; i < 2; i++) {
        db_hold_commit(db, true);
        assert_false(db_script(db, commits[i]));
        assert_int_equal(db_fault(db), DB_BROKEN);
        assert_false(db_in_transaction(db));
        db_clear_fault(db);
        assert_int_equal(db_int(db, "SELECT count(*) FROM note"), 1);
        db_hold_commit(db, false);
    }
    must_script(db, commits[1]);
    assert_int_equal(db_int(db, "SELECT count(*) FROM note"), 2);
    db_close(db);
}

/* The statement behind a name is a rollback of the transaction, or it is none. */
static void test_rollbacks_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        int64_t rollbacks, changes;
    } rows[] = {
        { "SELECT 1", 0, 0 },
        { "BEGIN; INSERT INTO note VALUES (2, 'two'); COMMIT", 0, 1 },
        { "BEGIN; SAVEPOINT s; DELETE FROM note; ROLLBACK TO s; COMMIT", 0, 2 },
        { "BEGIN; ROLLBACK", 1, 0 },
        { "BEGIN; ROLLBACK; BEGIN; UPDATE note SET text = 'x'; ROLLBACK; BEGIN", 2, 2 },
        { "INSERT OR ROLLBACK INTO note VALUES (1, 'one')", 1, 0 }, /* ends that transaction */
        { "BEGIN; INSERT OR FAIL INTO note VALUES (3, 'x'), (1, 'one')", 0, 1 },
        { "ROLLBACK", 1, 0 },
        { "UPDATE note SET text = 'x' WHERE id = 99", 0, 0 },
        { "INSERT INTO note VALUES (1, 'one') ON CONFLICT DO NOTHING", 0, 0 },
        { "BEGIN; CREATE TABLE t (x); PRAGMA user_version = 9; COMMIT", 0, 0 },
    };
    struct db *db = must_open(must_create("a.db", schema), DB_WRITE);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t rollbacks = db_rollbacks(db), changes = db_changed_rows(db);
        db_script(db, rows[i].script);
        db_clear_fault(db);
        if (db_rollbacks(db) - rollbacks != rows[i].rollbacks ||
            db_changed_rows(db) - changes != rows[i].changes)
            fail_msg("%s: %lld rollbacks, %lld rows", rows[i].script,
                     (long long)(db_rollbacks(db) - rollbacks),
                     (long long)(db_changed_rows(db) - changes));
    }
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_reader_cannot_write, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_a_reader_is_limited_and_a_writer_is_not, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(test_a_budget_ends_a_statement, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_the_authorizer, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_held_commits_roll_back, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_rollbacks_are_counted, folder_make, folder_remove),
    };
    return cmocka_run_group_tests_name("db_limit", tests, NULL, NULL);
}
