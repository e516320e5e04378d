/* db_fault: every bug of a caller is a clear fault, the first fault sticks, and the log names no
 * value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db_cast.h"
#include "db_private.h"

static void misspelt(void)
{
    int64_t agee = 3;
    db_run(db, "UPDATE person SET age = :age", BIND(agee));
}

static void missing(void)
{
    int64_t age = 3;
    db_run(db, "UPDATE person SET age = :age WHERE id = :id", BIND(age));
}

static void one_too_many(void)
{
    int64_t age = 3, id = 2;
    db_run(db, "UPDATE person SET age = :age", BIND(age), BIND(id));
}

static void twice(void)
{
    int64_t age = 3;
    db_run(db, "UPDATE person SET age = :age + :id", BIND(age), BIND(age));
}

static void no_bind_at_all(void)
{
    db_int(db, "SELECT :x");
}

static void nameless(void)
{
    int64_t x = 3;
    db_int(db, "SELECT ?", BIND(x));
}

static void bad_sql(void)
{
    db_run(db, "UPDATE persons SET age = 1");
}

static void no_sql(void)
{
    db_run(db, " -- nothing");
}

static void two_statements(void)
{
    db_run(db, "DELETE FROM person; DELETE FROM person");
}

static void unbroken_string(void)
{
    db_int(db, "SELECT \"id_of_no_column\" FROM person");
}

static void constraint(void)
{
    db_run(db, "INSERT INTO person (name) VALUES ('anna'), ('anna')");
}

static void wrong_type(void)
{
    const char *age = "old";
    db_run(db, "INSERT INTO person (age) VALUES (:age)", BIND(age));
}

static void no_such_column(void)
{
    struct db_rows *rows = db_query(db, "SELECT 1");
    assert_true(db_next(rows));
    db_get_int(rows, 1);
    db_done(rows);
}

static void no_row_yet(void)
{
    struct db_rows *rows = db_query(db, "SELECT 1");
    db_get_text(rows, 0, NULL);
    db_done(rows);
}

static void no_uuid(void)
{
    struct db_rows *rows = db_query(db, "SELECT x'0102'");
    assert_true(db_next(rows));
    db_get_uuid(rows, 0);
    db_done(rows);
}

static void script_halfway(void)
{
    assert_false(
        db_script(db, "INSERT INTO person (id) VALUES (50); INSERT INTO nowhere VALUES (1)"));
    assert_says(db_fault_text(db), "in: INSERT INTO nowhere");
    db_clear_fault(db);
    assert_int_equal(db_int(db, "DELETE FROM person WHERE id = 50 RETURNING id"), 50);
    db_script(db, "SELECT; ");
}

static const struct {
    void (*call)(void);
    const char *says;
} bugs[] = {
    { misspelt, "no parameter :agee" },
    { missing, "1 of 2 parameters have a value" },
    { one_too_many, "the bind id is one too many" },
    { twice, "the parameter :age is bound twice" },
    { no_bind_at_all, "0 of 1 parameters" },
    { nameless, "no parameter :x" },
    { bad_sql, "no such table: persons" },
    { no_sql, "no statement" },
    { two_statements, "more than one statement" },
    { unbroken_string, "id_of_no_column" },
    { constraint, "UNIQUE constraint failed: person.name" },
    { wrong_type, "cannot store TEXT value in INTEGER column person.age" },
    { no_such_column, "no column 1" },
    { no_row_yet, "there is no row" },
    { no_uuid, "2 bytes" },
    { script_halfway, "syntax error" },
};

static void test_every_bug_is_a_clear_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bugs / sizeof bugs[0]; i++)
        for (int again = 0; again < 2; again++) { /* not only at the first run */
            bugs[i].call();
            assert_int_equal(db_fault(db), DB_BROKEN);
            assert_says(db_fault_text(db), bugs[i].says);
            db_clear_fault(db);
            assert_string_equal(db_fault_text(db), "");
            assert_int_equal(db_int(db, "SELECT count(*) FROM person"), 0);
        }
}

static const struct {
    int code;
    enum db_fault fault;
} codes[] = {
    { SQLITE_FULL, DB_FULL },          { SQLITE_IOERR, DB_IO },
    { SQLITE_IOERR_FSYNC, DB_IO },     { SQLITE_IOERR_NOMEM, DB_MEMORY },
    { SQLITE_NOMEM, DB_MEMORY },       { SQLITE_BUSY, DB_BUSY },
    { SQLITE_BUSY_SNAPSHOT, DB_BUSY }, { SQLITE_LOCKED, DB_BUSY },
    { SQLITE_PROTOCOL, DB_BUSY },      { SQLITE_CANTOPEN, DB_IO },
    { SQLITE_READONLY, DB_IO },        { SQLITE_READONLY_DBMOVED, DB_IO },
    { SQLITE_CORRUPT, DB_CORRUPT },    { SQLITE_NOTADB, DB_CORRUPT },
    { SQLITE_INTERRUPT, DB_SLOW },     { SQLITE_CONSTRAINT_UNIQUE, DB_BROKEN },
    { SQLITE_MISUSE, DB_BROKEN },      { SQLITE_ERROR, DB_BROKEN },
    { SQLITE_MISMATCH, DB_BROKEN },    { SQLITE_TOOBIG, DB_BROKEN },
    { SQLITE_AUTH, DB_BROKEN },
};

static void test_what_sqlite_says_and_what_we_call_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        assert_int_equal(db_fault_of(db, codes[i].code), codes[i].fault);
    struct db *reader = must_open(must_create("a.db", ""), DB_READ);
    assert_int_equal(db_fault_of(reader, SQLITE_READONLY), DB_BROKEN);
    db_close(reader);
}

static void test_a_fault_sticks(void **state)
{
    (void)state;
    add(1, "anna");
    struct db_rows *open = db_query(db, "SELECT id FROM person");
    bad_sql();
    misspelt();
    assert_says(db_fault_text(db), "persons"); /* the first one is kept */
    assert_int_equal(db_int(db, "SELECT 1"), 0);
    assert_int_equal(db_run(db, "DELETE FROM person"), 0);
    assert_null(db_text(db, arena, "SELECT 'x'"));
    assert_null(db_query(db, "SELECT 1"));
    assert_null(db_query_text(db, "SELECT 1", DB_BINDS()));
    assert_false(db_script(db, "DELETE FROM person"));
    assert_false(db_next(open));
    assert_false(db_next(NULL));
    db_done(NULL);
    assert_true(db_is_null(NULL, 0));
    assert_int_equal(db_get_int(NULL, 0), 0);
    assert_null(db_get_text(NULL, 0, arena));
    assert_string_equal(db_column_name(NULL, 0), "");
    db_clear_fault(db);
    assert_int_equal(db_int(db, "SELECT count(*) FROM person"), 1);
}

static void test_injected_faults_strike_once(void **state)
{
    (void)state;
    for (enum db_fault fault = DB_FULL; fault <= DB_SLOW; fault++) {
        db_fault_inject(db, fault);
        assert_int_equal(db_fault(db), DB_FINE);
        assert_int_equal(db_int(db, "SELECT 1"), 0);
        assert_int_equal(db_fault(db), fault);
        db_clear_fault(db);
        assert_int_equal(db_int(db, "SELECT 1"), 1);
    }
}

/* What a person typed must not reach the log, whatever SQLite says about it; the statement must. */
static void test_the_log_names_the_statement_and_no_value(void **state)
{
    (void)state;
    const char *path = "$.\"secret";
    db_int(db, "SELECT json_extract('{}', :path)", BIND(path));
    assert_int_equal(db_fault(db), DB_BROKEN);
    db_clear_fault(db);
    const char *name = "hidden@example.com";
    add(1, name);
    db_run(db, "INSERT INTO person (name) VALUES (:name)", BIND(name));
    assert_int_equal(db_fault(db), DB_BROKEN);
    const char *log = read_text(path_of("log"));
    assert_says(log, "json_extract('{}', :path)");
    assert_says(log, "INSERT INTO person (name) VALUES (:name)");
    assert_says(log, "UNIQUE constraint failed");
    assert_null(strstr(log, "secret"));
    assert_null(strstr(log, "hidden"));
    assert_null(strstr(db_fault_text(db), "hidden"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_bug_is_a_clear_fault, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_sqlite_says_and_what_we_call_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_fault_sticks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_injected_faults_strike_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_log_names_the_statement_and_no_value, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("db_fault", tests, NULL, NULL);
}
