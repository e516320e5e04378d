/* db_backup: copies that are whole, private and checked; restores that refuse what is not ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>

#include "db_folder.h"
#include "db_gate.h"

static const char schema[] =
    "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT) STRICT;"
    "CREATE INDEX note_text ON note (text);"
    "INSERT INTO note VALUES (1, 'one'), (2, 'two'); PRAGMA user_version = 4";

static void test_a_backup_is_one_private_checked_file(void **state)
{
    (void)state;
    const char *error, *path = must_create("a.db", schema), *copy = path_of("copy.db");
    struct db *writer = must_open(path, DB_WRITE), *reader = must_open(path, DB_READ);
    must_script(writer, "BEGIN IMMEDIATE; INSERT INTO note VALUES (3, 'not committed')");
    mode_t former = umask(0);
    assert_true(db_backup(reader, copy, &error));
    umask(former);
    must_script(writer, "COMMIT");
    struct stat about;
    assert_int_equal(stat(copy, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_false(is_there(path_of("copy.db-wal")));
    assert_false(is_there(path_of("copy.db.part")));
    struct db *db = must_open(copy, DB_READ);
    assert_int_equal(db_int(db, "SELECT count(*) FROM note"), 2);
    assert_int_equal(db_user_version(db), 4);
    assert_string_equal(db_integrity(db, arena), "ok");
    db_close(db);
    assert_false(is_there(path_of("copy.db-wal"))); /* reading it leaves nothing behind */
    db_close(reader);
    db_close(writer);
}

static void assert_no_backup(struct db *db, const char *to, const char *says)
{
    const char *error = "";
    assert_false(db_backup(db, to, &error));
    assert_says(error, says);
    assert_false(is_there(arena_printf(arena, "%s.part", to)));
}

static void test_backups_that_are_refused(void **state)
{
    (void)state;
    const char *error;
    struct db *db = must_open(must_create("a.db", schema), DB_WRITE);
    close(open(path_of("there"), O_CREAT | O_WRONLY, 0600));
    assert_no_backup(db, path_of("there"), "exists already");
    assert_no_backup(db, path_of("no/where"), "No such file");
    must_script(db, "BEGIN IMMEDIATE");
    assert_no_backup(db, path_of("copy.db"), "while it is written to");
    must_script(db, "ROLLBACK");
    close(
        open(path_of("copy.db.part"), O_CREAT | O_WRONLY, 0600)); /* of a backup that was killed */
    assert_true(db_backup(db, path_of("copy.db"), &error));
    db_close(db);
}

/* Overwrites the second half of a file: pages of a table or an index, not the header. */
static void damage(const char *path)
{
    struct stat about;
    char noise[4096];
    memset(noise, 0x5a, sizeof noise);
    int fd = open(path, O_RDWR);
    assert_int_equal(fstat(fd, &about), 0);
    for (off_t at = about.st_size / 2 / 4096 * 4096; at < about.st_size; at += 4096)
        assert_int_equal(pwrite(fd, noise, sizeof noise, at), sizeof noise);
    close(fd);
}

static const char *filled(const char *name)
{
    const char *path = must_create(name, schema);
    struct db *db = must_open(path, DB_WRITE);
    db_run(db, "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
               " INSERT INTO note SELECT i, hex(randomblob(200)) FROM n");
    assert_true(db_truncate_wal(db, 100));
    db_close(db);
    return path;
}

static void test_a_damaged_database_gives_no_backup(void **state)
{
    (void)state;
    const char *path = filled("a.db");
    damage(path);
    struct db *db = must_open(path, DB_READ);
    assert_no_backup(db, path_of("copy.db"), "not made");
    assert_false(is_there(path_of("copy.db")));
    db_close(db);
}

static void assert_not_restored(struct db *db, const char *from, const char *says)
{
    const char *error = "";
    assert_false(db_restore(db, from, &error));
    assert_says(error, says);
    assert_int_equal(db_int(db, "SELECT count(*) FROM note"), 2);
    assert_int_equal(db_fault(db), DB_FINE);
}

static void test_restores_that_are_refused(void **state)
{
    (void)state;
    const char *foreign = must_create("foreign.db", "PRAGMA application_id = 0");
    const char *orphan = must_create(
        "orphan.db",
        "PRAGMA foreign_keys = OFF;"
        "CREATE TABLE note (id INTEGER PRIMARY KEY, up INTEGER REFERENCES note (id)) STRICT;"
        "INSERT INTO note VALUES (5, 99)");
    const char *damaged = filled("damaged.db");
    damage(damaged);
    const char *path = must_create("a.db", schema);
    struct db *db = must_open(path, DB_WRITE);
    assert_not_restored(db, path_of("none.db"), "no such database");
    assert_not_restored(db, foreign, "not a database of Weir");
    assert_not_restored(db, orphan, "row 5 of note refers to a missing row of note");
    assert_not_restored(db, damaged, "damaged");
    assert_not_restored(db, path, "the open database itself");
    db_close(db);
}

static void test_a_restore_reaches_everyone_who_has_the_file_open(void **state)
{
    (void)state;
    const char *error, *path = must_create("a.db", schema), *copy = path_of("copy.db");
    struct db *db = must_open(path, DB_WRITE), *reader = must_open(path, DB_READ);
    assert_true(db_backup(db, copy, &error));
    must_script(db, "DROP TABLE note; CREATE TABLE later (id INTEGER); PRAGMA user_version = 9");
    assert_int_equal(db_int(reader, "SELECT count(*) FROM sqlite_schema"), 1);
    int64_t before = db_data_version(reader);
    assert_true(db_restore(db, copy, &error));
    for (int i = 0; i < 2; i++) {
        struct db *seen = i ? reader : db;
        assert_int_equal(db_int(seen, "SELECT count(*) FROM note"), 2);
        assert_int_equal(db_user_version(seen), 4);
        assert_string_equal(db_text(seen, arena, "PRAGMA journal_mode"), "wal");
        assert_string_equal(db_integrity(seen, arena), "ok");
    }
    assert_int_not_equal(db_data_version(reader), before);
    assert_true(db_is_current(db));
    db_close(reader);
    db_close(db);
}

static void test_integrity_tells_what_is_wrong(void **state)
{
    (void)state;
    const char *path = filled("a.db");
    struct db *db = must_open(path, DB_READ);
    db_budget(db, 1); /* does not count here */
    assert_string_equal(db_integrity(db, arena), "ok");
    db_close(db);
    damage(path);
    db = must_open(path, DB_READ);
    assert_string_not_equal(db_integrity(db, arena), "ok");
    assert_string_not_equal(db_integrity(db, arena), "");
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_backup_is_one_private_checked_file, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(test_backups_that_are_refused, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_a_damaged_database_gives_no_backup, folder_make,
                                        folder_remove),
        cmocka_unit_test_setup_teardown(test_restores_that_are_refused, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_a_restore_reaches_everyone_who_has_the_file_open,
                                        folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(test_integrity_tells_what_is_wrong, folder_make,
                                        folder_remove),
    };
    return cmocka_run_group_tests_name("db_backup", tests, NULL, NULL);
}
