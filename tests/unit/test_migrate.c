/* migrate: forward in whole steps, whatever happens between and inside them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "clock.h"
#include "db_folder.h"
#include "gate.h"
#include "migrate.h"

static const char ground[] =
    "-- What is there?\nCREATE TABLE a (x INTEGER) STRICT;\nINSERT INTO a VALUES (1);\n";
static const char second[] = "CREATE TABLE b (y INTEGER) STRICT; UPDATE a SET x = x + 1;";
static const char third[] = "ALTER TABLE b ADD COLUMN z INTEGER; UPDATE a SET x = x * 10;";

static const struct migration three[] = {
    { "0001_ground", ground }, { "0002_b", second }, { "0003_c", third }, { 0 }
};
static const struct migration two[] = { { "0001_ground", ground }, { "0002_b", second }, { 0 } };
static const struct migration one[] = { { "0001_ground", ground }, { 0 } };
static const struct migration none[] = { { 0 } };

static const char *path, *backups;

static int set_up(void **state)
{
    folder_make(state);
    path = must_create("a.db", "");
    backups = path_of("backups");
    clock_freeze(1764757800000); /* 2025-12-03T10:30:00Z */
    return 0;
}

static int tear_down(void **state)
{
    clock_thaw();
    return folder_remove(state);
}

static struct gate *must_gate(void)
{
    const char *error = "";
    struct gate *gate = gate_open(path, 0, &error);
    if (!gate)
        fail_msg("%s", error);
    gate_min_free(gate, 0, 0);
    return gate;
}

/* NULL, or why not. */
static const char *migrated(const struct migration *steps, const char *backup_dir)
{
    const char *error = NULL;
    struct gate *gate = must_gate();
    bool done = migrate(gate, steps, backup_dir, arena, &error);
    assert_int_equal(db_fault(gate_db(gate)), DB_FINE);
    assert_int_equal(gate_patience(gate, 1), 3000);
    gate_close(gate);
    assert_true(done ? !error : error && *error);
    return done ? NULL : arena_strdup(arena, error);
}

static void assert_done(const struct migration *steps, const char *backup_dir)
{
    const char *error = migrated(steps, backup_dir);
    if (error)
        fail_msg("%s", error);
}

static void assert_schema(const char *file, int version, int value)
{
    struct db *db = must_open(file, DB_READ);
    assert_int_equal(db_user_version(db), version);
    assert_int_equal(db_int(db, "SELECT count(*) FROM schema_step"), version);
    assert_int_equal(db_int(db, "SELECT x FROM a"), value);
    assert_string_equal(db_integrity(db, arena), "ok");
    db_close(db);
}

static void test_from_nothing_to_the_newest(void **state)
{
    (void)state;
    assert_int_equal(migration_count(three), 3);
    assert_int_equal(migration_count(none), 0);
    assert_done(three, backups);
    assert_schema(path, 3, 20);
    assert_false(is_there(backups)); /* there was nothing to lose */
    struct db *db = must_open(path, DB_READ);
    assert_string_equal(db_text(db, arena, "SELECT name FROM schema_step WHERE number = 2"),
                        "0002_b");
    assert_true(db_int(db, "SELECT done_at FROM schema_step WHERE number = 2") == 1764757800000);
    assert_string_equal(db_text(db, arena, "SELECT sha256 FROM schema_step WHERE number = 2"),
                        "4df619a75f32f373936954318f0593d7eabde8b88615e25b09b92b05a3d82cd6");
    db_close(db);
}

static void test_nothing_to_do_writes_nothing(void **state)
{
    (void)state;
    assert_done(none, NULL);
    assert_done(three, NULL);
    struct db *db = must_open(path, DB_READ);
    int64_t before = db_data_version(db);
    assert_done(three, backups);
    assert_int_equal(db_data_version(db), before);
    assert_false(is_there(backups));
    db_close(db);
}

static void test_a_backup_comes_first(void **state)
{
    (void)state;
    const char *first = path_of("backups/before-0002-20251203T103000Z.db");
    assert_done(one, NULL);
    assert_done(three, backups);
    assert_schema(path, 3, 20);
    assert_schema(first, 1, 1);
    assert_false(
        is_there(path_of("backups/before-0003-20251203T103000Z.db"))); /* one for the whole run */
    struct stat about;
    assert_int_equal(stat(first, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_int_equal(stat(backups, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0700);
}

static void test_a_backup_is_never_overwritten(void **state)
{
    (void)state;
    static const struct migration bad[] = { { "0001_ground", ground },
                                            { "0002_b", "CREATE TABLE a (x)" },
                                            { 0 } };
    assert_done(one, NULL);
    for (int i = 0; i < 3; i++)
        assert_says(migrated(bad, backups), "0002_b");
    assert_true(is_there(path_of("backups/before-0002-20251203T103000Z.db")));
    assert_true(is_there(path_of("backups/before-0002-20251203T103000Z-2.db")));
    assert_true(is_there(path_of("backups/before-0002-20251203T103000Z-3.db")));
}

static void test_no_backup_no_migration(void **state)
{
    (void)state;
    assert_done(one, NULL);
    assert_says(migrated(three, path_of("log/backups")), "backups");
    assert_schema(path, 1, 1);
}

static const char *const broken[] = {
    "CREATE TABLE c (z INTEGER); UPDATE a SET x = 99; INSERT INTO nowhere VALUES (1)",
    "UPDATE a SET x = 99; SELEC",
    "UPDATE a SET x = 99; CREATE TABLE a (x)",
    "UPDATE a SET x = 99; BEGIN",
    "UPDATE a SET x = 99; ROLLBACK; SELEC",
    "UPDATE a SET x = 99; COMMIT",
    "UPDATE a SET x = 99; COMMIT; UPDATE a SET x = 98; BEGIN",
    "ROLLBACK; UPDATE a SET x = 99",
    "UPDATE a SET x = 99; INSERT OR ROLLBACK INTO schema_step VALUES (1, 'x', 'x', 1)",
};

static void test_a_step_that_fails_leaves_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        const struct migration steps[] = {
            { "0001_ground", ground }, { "0002_b", second }, { "0003_broken", broken[i] }, { 0 }
        };
        assert_says(migrated(steps, NULL), "step 0003_broken failed and left nothing behind");
        assert_schema(path, 2, 2);
    }
    assert_done(three, NULL);
    assert_schema(path, 3, 20);
}

static void test_an_edited_step_is_found(void **state)
{
    (void)state;
    static const struct migration edited[] = {
        { "0001_ground",
          "-- What is there? \nCREATE TABLE a (x INTEGER) STRICT;\nINSERT INTO a VALUES (1);\n" },
        { "0002_b", second },
        { "0003_c", third },
        { 0 }
    };
    assert_done(two, NULL);
    const char *error = migrated(edited, NULL);
    assert_says(error, "0001_ground");
    assert_says(error, "never edited");
    assert_schema(path, 2, 2);
    assert_done(three, NULL);
    assert_says(migrated(edited, NULL), "0001_ground"); /* also with nothing to do */
}

static void test_a_newer_schema_is_refused(void **state)
{
    (void)state;
    assert_done(three, NULL);
    assert_says(migrated(two, NULL), "schema version 3, this program knows 2");
    assert_schema(path, 3, 20);
}

static void test_a_version_without_its_steps_is_refused(void **state)
{
    (void)state;
    assert_done(two, NULL);
    struct db *db = must_open(path, DB_WRITE);
    must_script(db, "DELETE FROM schema_step WHERE number = 2");
    assert_says(migrated(three, NULL), "1 steps are noted");
    must_script(db,
                "DELETE FROM schema_step; INSERT INTO schema_step VALUES (9, '0009_x', 'x', 1)");
    assert_says(migrated(three, NULL), "0009_x");
    db_close(db);
}

static void test_a_missing_file_is_found(void **state)
{
    (void)state;
    static const struct migration gap[] = { { "0001_ground", ground }, { "0003_c", third }, { 0 } };
    assert_says(migrated(gap, NULL), "0003_c stands at place 2");
    struct db *db = must_open(path, DB_READ);
    assert_int_equal(db_user_version(db), 0);
    db_close(db);
}

static void kill_here(void *context)
{
    int *left = context;
    if (--*left == 0)
        _exit(9);
}

/* The process ends before the n-th COMMIT, and then after it: what was done stays whole, the rest
 * follows. */
static void test_a_migration_that_is_killed_goes_on(void **state)
{
    (void)state;
    for (int n = 1; n <= 4; n++) {
        path = must_create(arena_printf(arena, "%d.db", n), "");
        int status, left = n;
        pid_t pid = fork();
        if (pid == 0) {
            const char *error;
            struct gate *gate = must_gate();
            gate_follow(gate, &(struct gate_follower){ .context = &left, .flush = kill_here });
            migrate(gate, three, NULL, arena, &error);
            _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(WEXITSTATUS(status), 9);
        struct db *db = must_open(path, DB_READ);
        assert_int_equal(db_user_version(db), n - 1);
        db_close(db);
        assert_done(three, NULL);
        assert_schema(path, 3, 20);
    }
}

/* Both start at once; each step is done once, by either. */
static void test_two_at_once(void **state)
{
    (void)state;
    for (int round = 0; round < 5; round++) {
        path = must_create(arena_printf(arena, "%d.db", round), "");
        pid_t pids[3];
        for (int i = 0; i < 3; i++)
            if ((pids[i] = fork()) == 0) {
                const char *error = "no gate";
                struct gate *gate = gate_open(path, 0, &error);
                if (gate)
                    gate_min_free(gate, 0, 0);
                _exit(gate && migrate(gate, three, NULL, arena, &error) ? 0 : 1);
            }
        for (int i = 0; i < 3; i++) {
            int status;
            assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
            assert_int_equal(status, 0);
        }
        assert_schema(path, 3, 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_from_nothing_to_the_newest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_to_do_writes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_backup_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_backup_is_never_overwritten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_backup_no_migration, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_step_that_fails_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_edited_step_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_newer_schema_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_version_without_its_steps_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_missing_file_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_migration_that_is_killed_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_two_at_once, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
