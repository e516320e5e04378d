/* percentile, median and uuid_text against numbers worked out by hand, and against a sum by another
 * road. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "db_folder.h"

static struct db *db;

static int set_up(void **state)
{
    folder_make(state);
    db = must_open(":memory:", DB_CREATE);
    must_script(db, "CREATE TABLE sample (x ANY, kind INTEGER) STRICT");
    return 0;
}

static int tear_down(void **state)
{
    db_close(db);
    return folder_remove(state);
}

static const struct {
    const char *values, *percent;
    double want;
} percentiles[] = {
    { "(7)", "0", 7 },
    { "(7)", "100", 7 },
    { "(7)", "33.3", 7 },
    { "(1), (2)", "50", 1.5 },
    { "(1), (2)", "25", 1.25 },
    { "(3), (1), (2)", "50", 2 },
    { "(4), (1), (3), (2)", "50", 2.5 },
    { "(4), (1), (3), (2)", "25", 1.75 },
    { "(4), (1), (3), (2)", "75", 3.25 },
    { "(4), (1), (3), (2)", "90", 3.7 },
    { "(4), (1), (3), (2)", "0", 1 },
    { "(4), (1), (3), (2)", "100.0", 4 },
    { "(15), (20), (35), (40), (50)", "40", 29 }, /* a textbook's example */
    { "(15), (20), (35), (40), (50)", "5", 16 },
    { "(-5), (NULL), (5), (NULL)", "50", 0 },
    { "(0.1), (0.2), (0.4)", "75", 0.3 },
    { "(5), (5), (5), (9)", "50", 5 },
    { "(1e308), (1e308)", "50", 1e308 },
    { "(9e999), (9e999)", "50", INFINITY },
    { "(1), (9e999)", "0", 1 },
};

static void test_percentile_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof percentiles / sizeof percentiles[0]; i++) {
        char *sql = arena_printf(arena, "WITH v (x) AS (VALUES %s) SELECT percentile(x, %s) FROM v",
                                 percentiles[i].values, percentiles[i].percent);
        struct db_rows *rows = db_query_text(db, sql, DB_BINDS());
        assert_true(db_next(rows));
        double got = db_get_real(rows, 0), want = percentiles[i].want;
        db_done(rows);
        if (!(got == want || fabs(got - want) < 1e-12))
            fail_msg("%s gives %.17g, not %.17g", sql, got, want);
    }
}

static const char *const nulls[] = {
    "SELECT percentile(x, 50) FROM sample",
    "SELECT median(x) FROM sample",
    "SELECT median(NULL)",
    "SELECT percentile(NULL, 50)",
    "SELECT percentile(NULL, 'no number')",
    "SELECT uuid_text(NULL)",
};

static void test_nothing_gives_null(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof nulls / sizeof nulls[0]; i++) {
        struct db_rows *rows = db_query_text(db, nulls[i], DB_BINDS());
        assert_true(db_next(rows));
        assert_true(db_is_null(rows, 0));
        db_done(rows);
        assert_int_equal(db_fault(db), DB_FINE);
    }
}

static const struct {
    const char *sql, *says;
} errors[] = {
    { "SELECT percentile(1, -1)", "from 0 to 100" },
    { "SELECT percentile(1, 100.1)", "from 0 to 100" },
    { "SELECT percentile(1, NULL)", "from 0 to 100" },
    { "SELECT percentile(1, 'half')", "from 0 to 100" },
    { "SELECT percentile(1, x'00')", "from 0 to 100" },
    { "SELECT percentile(x, x) FROM (SELECT 1 AS x UNION ALL SELECT 2)", "same for all rows" },
    { "SELECT percentile(x, 50) FROM (SELECT 1 AS x UNION ALL SELECT 'two')", "not a number" },
    { "SELECT median(x'0102')", "not a number" },
    { "SELECT percentile(1)", "wrong number of arguments" },
    { "SELECT uuid_text('x')", "16 bytes" },
    { "SELECT uuid_text(x'00')", "16 bytes" },
    { "SELECT uuid_text(zeroblob(17))", "16 bytes" },
    { "SELECT uuid_text('0123456789abcdef')", "16 bytes" },
};

static void test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        assert_false(db_next(db_query_text(db, errors[i].sql, DB_BINDS())));
        assert_int_equal(db_fault(db), DB_BROKEN);
        assert_says(db_fault_text(db), errors[i].says);
        db_clear_fault(db);
    }
}

/* Many values, shuffled, in groups: the median of 1 ... 2n - 1 is n, that of a shifted copy n +
 * shift. */
static void test_groups_and_many_values(void **state)
{
    (void)state;
    must_script(
        db, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
            " INSERT INTO sample SELECT i + kind * 100000, kind"
            " FROM n, (SELECT 0 AS kind UNION ALL SELECT 1 UNION ALL SELECT 2) ORDER BY random()");
    struct db_rows *rows = db_query(
        db,
        "SELECT kind, median(x), percentile(x, 50), percentile(x, 10) FROM sample GROUP BY kind");
    for (int kind = 0; kind < 3; kind++) {
        assert_true(db_next(rows));
        assert_true(db_get_real(rows, 1) == 5000 + kind * 100000);
        assert_true(db_get_real(rows, 2) == 5000 + kind * 100000);
        assert_true(fabs(db_get_real(rows, 3) - (1 + 999.8 + kind * 100000)) < 1e-6);
    }
    assert_false(db_next(rows));
}

static void test_uuid_text(void **state)
{
    (void)state;
    struct uuid id;
    const char *text = "018f3c6e-0000-7abc-8def-00ff10203040";
    assert_true(uuid_parse(text, strlen(text), &id));
    assert_string_equal(db_text(db, arena, "SELECT uuid_text(:id)", BINDAS(id, &id)), text);
}

/* They must be allowed in views although trusted_schema is off. */
static void test_functions_in_a_view(void **state)
{
    (void)state;
    must_script(db, "INSERT INTO sample VALUES (1, 0), (3, 0); CREATE VIEW middle AS SELECT "
                    "median(x) AS m FROM sample");
    assert_int_equal(db_int(db, "SELECT m FROM middle"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_percentile_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_gives_null, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_groups_and_many_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_uuid_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_functions_in_a_view, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("db_function", tests, NULL, NULL);
}
