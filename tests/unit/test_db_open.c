/* db_open: which files are refused, what every connection is set to, and knowing the file again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>

#include "db_folder.h"
#include "db_private.h"

static const char schema[] = "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT) STRICT;"
                             "INSERT INTO note VALUES (1, 'one')";

static void assert_refused(const char *path, enum db_mode mode, const char *says)
{
    const char *error = NULL;
    assert_null(db_open(path, mode, &error));
    assert_says(error, path);
    assert_says(error, says);
}

static unsigned mode_of(const char *path)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 07777;
}

static void test_files_that_are_refused(void **state)
{
    (void)state;
    const char *path = must_create("a.db", schema), *link = path_of("link.db"),
               *dir = path_of("dir");
    const char *text = path_of("text.db");
    assert_refused(path, DB_CREATE, "exists already");
    assert_refused(path_of("none.db"), DB_WRITE, "weir init");
    assert_refused(path_of("none.db"), DB_READ, "weir init");
    assert_false(is_there(path_of("none.db")));
    assert_refused(path_of("no/where.db"), DB_CREATE, "No such file");
    assert_int_equal(symlink(path, link), 0);
    assert_refused(link, DB_WRITE, "symbolic link");
    assert_refused(link, DB_CREATE, "exists already");
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_refused(dir, DB_READ, "not a regular file");
    FILE *file = fopen(text, "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is no database\n", file);
    fclose(file);
    assert_int_equal(chmod(text, 0600), 0);
    assert_refused(text, DB_READ, "not a database");
    assert_refused(text, DB_WRITE, "not a database");
    for (unsigned mode = 0600; mode < 0700; mode++) {
        assert_int_equal(chmod(path, mode), 0);
        if (mode & 022)
            assert_refused(path, DB_READ, "chmod 600");
        else
            db_close(must_open(path, DB_READ));
    }
}

static void test_a_symlink_to_nowhere_creates_nothing(void **state)
{
    (void)state;
    const char *target = path_of("target.db"), *link = path_of("link.db");
    assert_int_equal(symlink(target, link), 0);
    assert_refused(link, DB_CREATE, "exists already");
    assert_false(is_there(target));
}

static void test_files_are_private_under_any_umask(void **state)
{
    (void)state;
    static const mode_t masks[] = { 0, 022, 0077, 0777 };
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        const char *path = path_of(arena_printf(arena, "u%zu.db", i));
        mode_t former = umask(masks[i]);
        struct db *db = must_open(path, DB_CREATE);
        must_script(db, schema);
        umask(former);
        assert_int_equal(mode_of(path), 0600);
        assert_int_equal(mode_of(arena_printf(arena, "%s-wal", path)), 0600);
        assert_int_equal(mode_of(arena_printf(arena, "%s-shm", path)), 0600);
        db_close(db);
    }
}

/* What a start that was killed between creating and filling leaves is taken over. */
static void test_an_empty_file_is_taken_over(void **state)
{
    (void)state;
    const char *path = path_of("empty.db");
    close(open(path, O_CREAT | O_WRONLY, 0600));
    struct db *db = must_open(path, DB_CREATE);
    must_script(db, schema);
    db_close(db);
    assert_refused(path, DB_CREATE, "exists already");
}

static const struct {
    const char *pragma, *created, *written, *read;
} expected[] = {
    { "journal_mode", "wal", "wal", "wal" },
    { "synchronous", "2", "2", "2" },
    { "foreign_keys", "1", "1", "1" },
    { "secure_delete", "1", "1", "1" },
    { "cell_size_check", "1", "1", "1" },
    { "trusted_schema", "0", "0", "0" },
    { "temp_store", "2", "2", "2" },
    { "mmap_size", "0", "0", "0" },
    { "cache_size", "-2048", "-2048", "-2048" },
    { "page_size", "4096", "4096", "4096" },
    { "busy_timeout", "3000", "3000", "3000" },
    { "application_id", "1466263922", "1466263922", "1466263922" },
    { "query_only", "0", "0", "1" },
};

static const char *pragma(struct db *db, const char *name)
{
    struct db_rows *rows = db_query_text(db, arena_printf(arena, "PRAGMA %s", name), DB_BINDS());
    const char *value = db_next(rows) ? db_get_text(rows, 0, arena) : "";
    db_done(rows);
    return value;
}

static void test_settings(void **state)
{
    (void)state;
    const char *path = path_of("a.db");
    for (enum db_mode mode = DB_CREATE; mode <= DB_READ; mode++) {
        struct db *db = must_open(path, mode);
        assert_string_equal(db_path(db), path);
        for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
            const char *want[] = { expected[i].created, expected[i].written, expected[i].read };
            assert_string_equal(pragma(db, expected[i].pragma), want[mode]);
        }
        db_close(db);
    }
}

static void test_a_larger_cache(void **state)
{
    (void)state;
    struct db *db = must_open(must_create("a.db", schema), DB_WRITE);
    db_cache(db, 64);
    assert_string_equal(pragma(db, "cache_size"), "-65536");
    db_close(db);
}

static const char *const forbidden[] = {
    "SELECT load_extension('x')",
    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'x'",
    "SELECT \"no such column\" FROM note",
    "CREATE TABLE other (a TEXT CHECK (a <> \"text\"))",
};

static void test_what_no_connection_may(void **state)
{
    (void)state;
    struct db *db = must_open(must_create("a.db", schema), DB_WRITE);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        if (db_script(db, forbidden[i]))
            fail_msg("allowed: %s", forbidden[i]);
        assert_int_equal(db_fault(db), DB_BROKEN);
        db_clear_fault(db);
    }
    db_script(db, "PRAGMA journal_mode = OFF");
    assert_string_equal(pragma(db, "journal_mode"), "wal");
    db_close(db);
}

static void test_versions(void **state)
{
    (void)state;
    const char *path = must_create("a.db", schema);
    struct db *a = must_open(path, DB_WRITE), *b = must_open(path, DB_WRITE);
    int64_t before = db_data_version(a);
    must_script(a, "INSERT INTO note VALUES (2, 'mine')");
    assert_int_equal(db_data_version(a), before);
    must_script(b, "INSERT INTO note VALUES (3, 'theirs'); PRAGMA user_version = 7");
    assert_int_not_equal(db_data_version(a), before);
    assert_int_equal(db_user_version(a), 7);
    db_close(a);
    db_close(b);
}

static void test_another_file_under_the_same_name(void **state)
{
    (void)state;
    const char *error, *path = must_create("a.db", schema), *other = must_create("b.db", schema);
    struct db *db = must_open(path, DB_WRITE);
    struct db_rows *held = db_query(db, "SELECT id FROM note");
    assert_true(db_next(held));
    assert_true(db_is_current(db));
    assert_int_equal(rename(path, path_of("moved.db")), 0);
    assert_false(db_is_current(db));
    for (int i = 0; i < 3; i++)
        assert_false(db_reopen(db, &error));
    assert_says(error, "no such database");
    const char *log = strstr(read_text(path_of("log")), "no such database");
    assert_non_null(log);
    assert_null(strstr(log + 1, "no such database")); /* said once, not at each attempt */
    assert_false(db_is_current(db));
    assert_int_equal(db_fault(db), DB_IO);
    db_clear_fault(db); /* cannot be: there is no file */
    assert_int_equal(db_int(db, "SELECT 1"), 0);
    assert_false(db_in_transaction(db));
    assert_int_equal(db_last_id(db), 0);
    assert_false(db_checkpoint(db));
    assert_false(db_truncate_wal(db, 1));
    db_budget(db, 10);
    db_cache(db, 10);
    db_authorize(db, NULL, NULL);
    unlink(path_of("a.db-wal"));
    unlink(path_of("a.db-shm"));
    must_script(db = (db_close(db), must_open(other, DB_WRITE)), "DELETE FROM note");
    assert_true(db_truncate_wal(db, 100));
    db_close(db);
    db = must_open(path_of("moved.db"), DB_WRITE);
    assert_int_equal(rename(other, path_of("moved.db")), 0);
    assert_false(db_is_current(db));
    unlink(path_of("moved.db-wal"));
    assert_true(db_reopen(db, &error));
    assert_true(db_is_current(db));
    assert_int_equal(db_int(db, "SELECT count(*) FROM note"), 0);
    assert_int_equal(db_fault(db), DB_FINE);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_files_that_are_refused, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_a_symlink_to_nowhere_creates_nothing, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(test_files_are_private_under_any_umask, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(test_an_empty_file_is_taken_over, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(test_settings, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_a_larger_cache, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_what_no_connection_may, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_versions, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_another_file_under_the_same_name, folder_make,
                                        folder_remove),
    };
    return cmocka_run_group_tests_name("db_open", tests, NULL, NULL);
}
