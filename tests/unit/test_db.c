/* db: binds by name, values both ways, rows that nest and end, and what a statement leaves behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <math.h>

#include "db_cast.h"

static void test_values_come_back_as_they_went(void **state)
{
    (void)state;
    struct person {
        int64_t id;
        const char *name;
        int age;
        double height;
    } p = { INT64_MIN, "Zoë \"; DROP TABLE person; --", INT_MAX, -0.1 };
    struct uuid photo = { { 0, 1, 2, 0, 0xff } };
    assert_int_equal(db_run(db,
                            "INSERT INTO person (id, name, age, height, photo) VALUES (:id, :name, "
                            ":age, :height, :photo)",
                            BINDM(&p, id), BINDM(&p, name), BINDM(&p, age), BINDM(&p, height),
                            BINDAS(photo, &photo)),
                     1);
    assert_true(db_last_id(db) == INT64_MIN);
    struct db_rows *rows = db_query(db, "SELECT id, name, age, height, photo FROM person");
    assert_true(db_next(rows));
    assert_true(db_get_int(rows, 0) == INT64_MIN);
    assert_string_equal(db_get_text(rows, 1, NULL), p.name);
    assert_int_equal(db_get_int(rows, 2), INT_MAX);
    assert_true(db_get_real(rows, 3) == -0.1);
    assert_memory_equal(db_get_uuid(rows, 4).bytes, photo.bytes, UUID_SIZE);
    assert_false(db_next(rows));
    assert_int_equal(db_fault(db), DB_FINE);
}

static void test_null_both_ways(void **state)
{
    (void)state;
    const char *name = NULL;
    const struct uuid *photo = NULL;
    int64_t boss = 0, age = 0;
    db_run(db,
           "INSERT INTO person (id, name, age, height, photo, boss) VALUES (1, :name, :age, "
           ":height, :photo, :boss)",
           BIND(name), BIND(age), BINDNULL(height), BIND(photo), BINDREF(boss, boss));
    struct db_rows *rows = db_query(db, "SELECT name, age, height, photo, boss FROM person");
    size_t len = 7;
    assert_true(db_next(rows));
    assert_true(db_is_null(rows, 0) && !db_is_null(rows, 1) && db_is_null(rows, 2) &&
                db_is_null(rows, 3) && db_is_null(rows, 4));
    assert_null(db_get_text(rows, 0, arena));
    assert_null(db_get_blob(rows, 3, &len, arena));
    assert_int_equal(len, 0);
    assert_int_equal(db_get_int(rows, 4), 0);
    assert_true(db_get_real(rows, 2) == 0);
    assert_memory_equal(db_get_uuid(rows, 3).bytes, (struct uuid){ 0 }.bytes, UUID_SIZE);
    db_done(rows);
    assert_null(db_text(db, arena, "SELECT name FROM person"));
    assert_null(db_text(db, arena, "SELECT name FROM person WHERE id = 99"));
    assert_int_equal(db_int(db, "SELECT id FROM person WHERE id = 99"), 0);
    assert_int_equal(db_fault(db), DB_FINE);
}

static void test_odd_values(void **state)
{
    (void)state;
    double height = NAN;
    db_run(db, "INSERT INTO person (id, name, height, photo) VALUES (1, :name, :height, :photo)",
           BINDAS(name, ""), BIND(height), BINDBLOB(photo, "a\0b", 3));
    db_run(db, "INSERT INTO person (id, photo) VALUES (2, :photo)", BINDBLOB(photo, "", 0));
    assert_string_equal(db_text(db, arena, "SELECT name FROM person WHERE id = 1"), "");
    assert_string_equal(db_text(db, arena, "SELECT typeof(height) FROM person WHERE id = 1"),
                        "null");
    struct db_rows *rows = db_query(db, "SELECT photo FROM person ORDER BY id");
    size_t len;
    assert_true(db_next(rows));
    assert_memory_equal(db_get_blob(rows, 0, &len, arena), "a\0b", 3);
    assert_int_equal(len, 3);
    assert_true(db_next(rows));
    assert_non_null(db_get_blob(rows, 0, &len, NULL)); /* empty is not NULL */
    assert_int_equal(len, 0);
    db_done(rows);
    assert_int_equal(db_fault(db), DB_FINE);
}

static void test_run_counts_its_own_changes(void **state)
{
    (void)state;
    for (int i = 1; i <= 5; i++)
        add(i, i % 2 ? NULL : arena_printf(arena, "name %d", i));
    assert_int_equal(db_run(db, "UPDATE person SET age = 3 WHERE id > :from", BINDAS(from, 2)), 3);
    assert_int_equal(db_run(db, "UPDATE person SET age = 3 WHERE id > 100"), 0);
    assert_int_equal(db_run(db, "CREATE TABLE other (x INTEGER)"), 0);
    assert_int_equal(db_run(db, "SELECT * FROM person"), 0);
    assert_int_equal(
        db_run(db, "INSERT INTO person (name) VALUES ('name 2') ON CONFLICT (name) DO NOTHING"), 0);
    assert_int_equal(db_int(db, "INSERT INTO person (name) VALUES ('new') RETURNING id"), 6);
    assert_int_equal(db_last_id(db), 6);
    assert_int_equal(db_run(db, "DELETE FROM person"), 6);
}

/* One call site, called again and again with other values and other addresses. */
static void test_one_call_site_many_times(void **state)
{
    (void)state;
    for (int i = 1; i <= 1000; i++) {
        char *name = arena_printf(arena, "n%d", i);
        add(i, name);
        memset(name, 'x', strlen(name)); /* what was bound is not looked at again */
    }
    assert_int_equal(db_int(db, "SELECT count(DISTINCT name) FROM person"), 1000);
    assert_string_equal(db_text(db, arena, "SELECT name FROM person WHERE id = 777"), "n777");
}

/* The same text at two places may be one literal; the binds then come in another order. */
static void test_the_order_of_binds_does_not_matter(void **state)
{
    (void)state;
    int64_t a = 7, b = 3;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(db_int(db, "SELECT :a - :b", BIND(a), BIND(b)), 4);
        assert_int_equal(db_int(db, "SELECT :a - :b", BIND(b), BIND(a)), 4);
    }
    assert_int_equal(db_int(db, "SELECT :a + :a + :b", BIND(b), BIND(a)), 17);
}

#define MANY(x)    x(0) x(1) x(2) x(3) x(4) x(5) x(6) x(7) x(8) x(9)
#define TENS(t, u) assert_int_equal(db_int(db, "SELECT :v + " #t #u, BIND(v)), 1 + t##u);
#define ROW0(u)    TENS(10, u)
#define ROW1(u)    TENS(11, u)
#define ROW2(u)    TENS(12, u)
#define ROW3(u)    TENS(13, u)
#define ROW4(u)    TENS(14, u)
#define ROW5(u)    TENS(15, u)
#define ROW6(u)    TENS(16, u)
#define ROW7(u)    TENS(17, u)
#define ROW8(u)    TENS(18, u)
#define ROW9(u)    TENS(19, u)
#define ROWA(u)    TENS(20, u)
#define ROWB(u)    TENS(21, u)
#define ROWC(u)    TENS(22, u)
#define ROWD(u)    TENS(23, u)

/* More statements than the first table of the cache holds. */
static void test_many_statements(void **state)
{
    (void)state;
    int v = 1;
    for (int i = 0; i < 2; i++) {
        MANY(ROW0)
        MANY(ROW1)
        MANY(ROW2) MANY(ROW3) MANY(ROW4) MANY(ROW5) MANY(ROW6) MANY(ROW7) MANY(ROW8) MANY(ROW9)
            MANY(ROWA) MANY(ROWB) MANY(ROWC) MANY(ROWD)
    }
    assert_int_equal(db_fault(db), DB_FINE);
}

static int64_t depth_first(int depth)
{
    int64_t sum = 0;
    struct db_rows *rows =
        db_query(db, "WITH two (x) AS (VALUES (1), (2)) SELECT x * :depth FROM two", BIND(depth));
    while (db_next(rows))
        sum += db_get_int(rows, 0) + (depth > 1 ? depth_first(depth - 1) : 0);
    return sum;
}

static void test_one_literal_nests(void **state)
{
    (void)state;
    /* f(d) = 3 d + 2 f(d - 1) */
    assert_int_equal(depth_first(1), 3);
    assert_int_equal(depth_first(4), 3 * 4 + 2 * (3 * 3 + 2 * (3 * 2 + 2 * 3)));
    assert_int_equal(depth_first(4), 78);
    assert_int_equal(db_fault(db), DB_FINE);
}

static struct db_rows *named(const char *prefix)
{
    char pattern[32];
    struct uuid unused = { 0 };
    snprintf(pattern, sizeof pattern, "%s*", prefix);
    return db_query(
        db, "SELECT name FROM person WHERE name GLOB :pattern AND :unused IS NOT NULL ORDER BY id",
        BINDAS(pattern, (const char *)pattern), BINDAS(unused, &unused));
}

static void test_a_query_keeps_its_binds(void **state)
{
    (void)state;
    add(1, "anna");
    add(2, "bert");
    add(3, "arno");
    struct db_rows *rows = named("a");
    assert_true(db_next(rows));
    assert_string_equal(db_get_text(rows, 0, NULL), "anna");
    assert_true(db_next(rows));
    assert_string_equal(db_get_text(rows, 0, NULL), "arno");
    assert_false(db_next(rows));
    assert_false(db_next(rows)); /* ended: harmless */
    db_done(rows);
}

static void test_rows_left_open_are_closed(void **state)
{
    (void)state;
    add(1, "anna");
    add(2, "bert");
    struct db_rows *outer = db_query(db, "SELECT id FROM person");
    struct db_rows *inner = db_query_text(db, "SELECT id FROM person", DB_BINDS());
    assert_true(db_next(outer) && db_next(inner));
    assert_int_equal(db_close_rows(db), 2);
    assert_int_equal(db_close_rows(db), 0);
    assert_false(db_next(outer));
    assert_false(db_next(inner));
    assert_int_equal(db_fault(db), DB_FINE);
}

static void test_texts_are_prepared_each_time(void **state)
{
    (void)state;
    char sql[64] = "-- What is it?\nSELECT :x AS it, 2 AS two;\n-- the end\n";
    struct db_rows *rows = db_query_text(db, sql, DB_BINDS(BINDAS(x, 5)));
    assert_int_equal(db_column_count(rows), 2);
    assert_string_equal(db_column_name(rows, 0), "it");
    assert_string_equal(db_column_name(rows, 1), "two");
    assert_string_equal(db_column_name(rows, 2), "");
    assert_true(db_next(rows));
    assert_int_equal(db_get_int(rows, 0), 5);
    assert_false(db_next(rows));
    strcpy(sql, "SELECT 6");
    rows = db_query_text(db, sql, DB_BINDS());
    assert_true(db_next(rows));
    assert_int_equal(db_get_int(rows, 0), 6);
    db_done(rows);
    assert_false(db_next(rows));
    assert_int_equal(db_column_count(rows), 0);
}

/* RETURNING writes at its first row, but a deferred key is judged when the statement ends and
 * commits. */
static void test_an_early_end_still_ends_the_write(void **state)
{
    (void)state;
    must_script(db, "CREATE TABLE dog (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES person (id)"
                    " DEFERRABLE INITIALLY DEFERRED) STRICT");
    add(1, "anna");
    struct db_rows *rows = db_query(db, "INSERT INTO dog (owner) VALUES (1), (1) RETURNING id");
    assert_true(db_next(rows));
    db_done(rows);
    assert_int_equal(db_fault(db), DB_FINE);
    assert_int_equal(db_int(db, "SELECT count(*) FROM dog"), 2);
    rows = db_query(db, "INSERT INTO dog (owner) VALUES (99), (99) RETURNING id");
    assert_true(db_next(rows));
    db_done(rows);
    assert_int_equal(db_fault(db), DB_BROKEN);
    assert_says(db_fault_text(db), "FOREIGN KEY");
    db_clear_fault(db);
    assert_int_equal(db_int(db, "INSERT INTO dog (owner) VALUES (99), (99) RETURNING id"), 0);
    assert_int_equal(db_fault(db), DB_BROKEN);
    db_clear_fault(db);
    db_done(db_query(db, "INSERT INTO dog (owner) VALUES (1)")); /* never begun, never done */
    assert_int_equal(db_int(db, "SELECT count(*) FROM dog"), 2);
}

static void test_transactions_are_seen(void **state)
{
    (void)state;
    assert_false(db_in_transaction(db));
    db_run(db, "BEGIN");
    assert_true(db_in_transaction(db));
    add(1, "anna");
    db_run(db, "SAVEPOINT s");
    add(2, "bert");
    db_run(db, "ROLLBACK TO s");
    db_run(db, "RELEASE s");
    assert_true(db_in_transaction(db));
    db_run(db, "COMMIT");
    assert_false(db_in_transaction(db));
    assert_int_equal(db_int(db, "SELECT count(*) FROM person"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values_come_back_as_they_went, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_null_both_ways, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_odd_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run_counts_its_own_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_call_site_many_times, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_order_of_binds_does_not_matter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_statements, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_literal_nests, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_query_keeps_its_binds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rows_left_open_are_closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_texts_are_prepared_each_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_early_end_still_ends_the_write, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_transactions_are_seen, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
