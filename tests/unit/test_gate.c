/* gate: the file, the disk, the log and other writers; what it refuses, and what it restores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate_cast.h"

static void test_the_schema_version_is_asked_inside(void **state)
{
    (void)state;
    follow();
    must_script(db, "PRAGMA user_version = 2");
    assert_false(store("a"));
    assert_says(gate_trouble(gate), "weir migrate");
    must_script(db, "PRAGMA user_version = 4");
    assert_false(store("a"));
    assert_says(gate_trouble(gate), "version 4");
    assert_heard(""); /* no group began, so none was dropped */
    must_script(db, "PRAGMA user_version = 3");
    assert_true(store("a"));
    assert_string_equal(stored(), "a");
    struct gate *any = must_gate(path, 0);
    must_script(db, "PRAGMA user_version = 8");
    assert_true(gate_commit(any, NULL, 0));
    gate_close(any);
}

static void replace_by(const char *other)
{
    static const char *const tails[] = { "", "-wal", "-shm" };
    for (size_t i = 0; i < 3; i++)
        rename(arena_printf(arena, "%s%s", path, tails[i]),
               arena_printf(arena, "%s/old%s", folder, tails[i]));
    for (size_t i = 0; other && i < 3; i++)
        rename(arena_printf(arena, "%s%s", other, tails[i]),
               arena_printf(arena, "%s%s", path, tails[i]));
}

static void test_another_file_under_the_gates_feet(void **state)
{
    (void)state;
    follow();
    assert_true(store("old"));
    replace_by(must_create("b.db", schema));
    tape.heard[0] = '\0';
    assert_true(store("new"));
    assert_heard("Bif");
    assert_string_equal(stored(), "new");
    assert_ptr_equal(gate_db(gate), db);
    struct db *old = must_open(path_of("old"), DB_READ);
    assert_string_equal(db_text(old, arena, "SELECT group_concat(text) FROM note"), "old");
    db_close(old);
    replace_by(NULL);
    assert_false(gate_commit(gate, NULL, 0));
    assert_says(gate_trouble(gate), "no such database");
    assert_false(gate_commit(gate, NULL, 0));
    must_create("a.db", schema);
    assert_true(store("newest"));
    assert_string_equal(stored(), "newest");
}

static void test_a_nearly_full_disk_refuses_first(void **state)
{
    (void)state;
    follow();
    gate_min_free(gate, INT64_MAX, 0);
    assert_false(store("a"));
    assert_says(gate_trouble(gate), "nearly full");
    gate_min_free(gate, 0, 101);
    assert_false(store("a"));
    assert_heard("");
    assert_true(gate_checkpoint(gate)); /* what frees space is allowed */
    gate_min_free(gate, 0, 0);
    assert_true(store("a"));
    assert_string_equal(stored(), "a");
}

static void test_gates_that_do_not_open(void **state)
{
    (void)state;
    const char *error = "";
    assert_null(gate_open(path_of("none.db"), 1, &error));
    assert_says(error, "weir init");
    assert_false(is_there(path_of("none.db")));
    const char *inner = path_of("inner");
    assert_int_equal(mkdir(inner, 0700), 0);
    must_create("inner/a.db", schema);
    assert_int_equal(symlink("/dev/null", path_of("inner/gate")), 0);
    assert_null(gate_open(path_of("inner/a.db"), 3, &error));
    assert_says(error, "inner/gate");
    struct stat about;
    assert_int_equal(stat(path_of("gate"), &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    gate_close(NULL);
}

static enum outcome insert_much(struct db *with, void *context)
{
    (void)context;
    db_run(with, "INSERT INTO pile (ballast) VALUES (zeroblob(5 << 20))");
    return OK;
}

static int64_t wal_size(void)
{
    struct stat about;
    return stat(path_of("a.db-wal"), &about) == 0 ? about.st_size : -1;
}

static void test_the_wal_is_copied_back_past_16_mib(void **state)
{
    (void)state;
    int64_t highest = 0;
    struct gate_item item = { .run = insert_much };
    must_script(db, "CREATE TABLE pile (ballast BLOB) STRICT");
    for (int i = 0; i < 12; i++) { /* every fourth passes the mark */
        assert_true(gate_commit(gate, &item, 1));
        highest = wal_size() > highest ? wal_size() : highest;
    }
    assert_int_equal(gate_stats(gate).checkpoints, 3);
    assert_in_range(highest, 16 << 20, 22 << 20);
    assert_true(gate_truncate(gate));
    assert_int_equal(wal_size(), 0);
}

static void test_a_long_reader_does_not_make_every_group_copy(void **state)
{
    (void)state;
    struct gate_item item = { .run = insert_much };
    must_script(db, "CREATE TABLE pile (ballast BLOB) STRICT; INSERT INTO pile VALUES (x'00')");
    struct db *reader = must_open(path, DB_READ);
    struct db_rows *rows = db_query(reader, "SELECT rowid FROM pile");
    assert_true(db_next(rows));
    for (int i = 0; i < 4; i++)
        assert_true(gate_commit(gate, &item, 1));
    assert_int_equal(gate_stats(gate).checkpoints, 1);
    for (int i = 0; i < 20; i++)
        assert_true(store(arena_printf(arena, "%d", i)));
    assert_int_equal(gate_stats(gate).checkpoints, 1);
    assert_true(gate_commit(gate, &item, 1));
    assert_int_equal(gate_stats(gate).checkpoints, 2);
    assert_false(gate_truncate(gate)); /* the reader is in the way for 100 ms */
    assert_true(gate_checkpoint(gate));
    db_close(reader);
    assert_true(gate_commit(gate, &item, 1));
    assert_true(gate_commit(gate, &item, 1)); /* the log starts anew */
    for (int i = 0; i < 3; i++)
        assert_true(gate_commit(gate, &item, 1));
    assert_int_equal(gate_stats(gate).checkpoints, 5);
    assert_true(gate_truncate(gate));
    assert_int_equal(wal_size(), 0);
}

static void test_a_refusal_is_logged_once(void **state)
{
    (void)state;
    gate_min_free(gate, INT64_MAX, 0);
    for (int i = 0; i < 5; i++)
        assert_false(store("a"));
    const char *log = read_text(path_of("log")), *first = strstr(log, "nearly full");
    assert_non_null(first);
    assert_null(strstr(first + 1, "nearly full"));
}

static void test_restore(void **state)
{
    (void)state;
    const char *error = "", *copy = path_of("copy.db");
    follow();
    assert_true(store("a"));
    assert_true(db_backup(db, copy, &error));
    assert_true(store("erased afterwards"));
    tape.heard[0] = '\0';
    assert_true(gate_restore(gate, copy, &error));
    assert_string_equal(stored(), "a");
    assert_int_equal(wal_size(), 0);
    assert_true(store("b"));
    assert_heard("Bif");
    struct db *newer = must_open(copy, DB_WRITE);
    must_script(newer, "PRAGMA user_version = 4");
    db_close(newer);
    assert_false(gate_restore(gate, copy, &error));
    assert_says(error, "schema version 4");
    assert_false(gate_restore(gate, path_of("none"), &error));
    assert_says(error, "none");
    assert_false(gate_restore(gate, path, &error));
    assert_says(error, "open database itself");
    assert_true(store("c"));
    assert_string_equal(stored(), "a b c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_schema_version_is_asked_inside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_file_under_the_gates_feet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_nearly_full_disk_refuses_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gates_that_do_not_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_wal_is_copied_back_past_16_mib, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_long_reader_does_not_make_every_group_copy, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_refusal_is_logged_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_restore, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
