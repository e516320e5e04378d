/* db_wal: the log grows until it is told, is copied back in two forms, and tells its length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db_folder.h"
#include "db_gate.h"

static const char schema[] = "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT) STRICT;"
                             "INSERT INTO note VALUES (1, 'one')";

static void fill(struct db *db, int rows)
{
    db_run(db,
           "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
           " INSERT INTO note (text) SELECT hex(randomblob(1000)) FROM n",
           BIND(rows));
    assert_int_equal(db_fault(db), DB_FINE);
}

static int64_t size_of(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? about.st_size : -1;
}

static void test_the_wal_grows_until_it_is_told(void **state)
{
    (void)state;
    const char *path = must_create("a.db", schema), *wal = path_of("a.db-wal");
    struct db *db = must_open(path, DB_WRITE);
    assert_int_equal(db_wal_bytes(db), 0);
    for (int i = 0; i < 40; i++)
        fill(db, 100); /* far past the 1000 frames of SQLite's own checkpoint */
    int64_t database = size_of(path);
    assert_true(db_wal_bytes(db) > 8 << 20);
    assert_in_range(db_wal_bytes(db), size_of(wal) - 4120, size_of(wal));
    assert_true(db_checkpoint(db));
    assert_true(size_of(path) > database);
    assert_true(size_of(wal) > 8 << 20);
    fill(db, 1);
    assert_true(db_wal_bytes(db) < 100000); /* begun anew */
    assert_true(db_truncate_wal(db, 100));
    assert_int_equal(size_of(wal), 0);
    assert_int_equal(db_wal_bytes(db), 0);
    fill(db, 10);
    db_close(db);
    assert_true(size_of(wal) > 0); /* closing does not checkpoint either */
    db = must_open(path, DB_READ);
    assert_int_equal(db_int(db, "SELECT count(*) FROM note"), 4012);
    db_close(db);
}

/* The routine form needs the write lock: whoever writes without the gate is in its way. */
static void test_no_checkpoint_beside_a_writer(void **state)
{
    (void)state;
    const char *path = must_create("a.db", schema);
    struct db *db = must_open(path, DB_WRITE), *stray = must_open(path, DB_WRITE);
    fill(db, 10);
    must_script(stray, "BEGIN IMMEDIATE");
    assert_false(db_checkpoint(db));
    assert_int_equal(db_fault(db), DB_FINE);
    assert_says(read_text(path_of("log")), "checkpoint not done");
    must_script(stray, "ROLLBACK");
    assert_true(db_checkpoint(db));
    db_close(stray);
    db_close(db);
}

static void test_a_reader_keeps_the_wal_from_truncation(void **state)
{
    (void)state;
    const char *path = must_create("a.db", schema);
    struct db *db = must_open(path, DB_WRITE), *reader = must_open(path, DB_READ);
    struct db_rows *rows = db_query(reader, "SELECT id FROM note");
    assert_true(db_next(rows));
    fill(db, 10);
    assert_false(db_truncate_wal(db, 20));
    assert_int_equal(db_fault(db), DB_FINE); /* the WAL is whole: not a fault */
    assert_int_equal(db_int(db, "PRAGMA busy_timeout"), 3000);
    db_done(rows);
    assert_true(db_truncate_wal(db, 20));
    db_close(reader);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_wal_grows_until_it_is_told, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(test_no_checkpoint_beside_a_writer, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(test_a_reader_keeps_the_wal_from_truncation, folder_make,
                                        folder_remove),
    };
    return cmocka_run_group_tests_name("db_wal", tests, NULL, NULL);
}
