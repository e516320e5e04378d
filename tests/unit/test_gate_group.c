/* gate_group: what a group does with outcomes and faults, and what its follower hears and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db_gate.h"
#include "gate_cast.h"

static void test_outcomes_share_a_commit(void **state)
{
    (void)state;
    struct act acts[] = { { "a", CREATED, 0, 0 },
                          { "b", CONFLICT, 0, 0 },
                          { "c", OK, 0, 0 },
                          { "d", NOT_FOUND, 0, 0 },
                          { "e", UNAVAILABLE, 0, 0 } };
    enum outcome got[5];
    assert_true(commit(acts, got, 5));
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(got[i], acts[i].answer);
    assert_string_equal(stored(), "a c");
    assert_string_equal(gate_trouble(gate), "");
    assert_int_equal(gate_stats(gate).groups, 1);
    assert_int_equal(gate_stats(gate).items, 2);
    assert_int_equal(gate_stats(gate).faults, 0);
}

static void test_a_group_without_effect(void **state)
{
    (void)state;
    enum outcome got[2];
    assert_true(gate_commit(gate, NULL, 0));
    struct act refused[] = { { "a", INVALID, 0, 0 }, { "b", FORBIDDEN, 0, 0 } };
    assert_true(commit(refused, got, 2));
    struct act busy[] = { { "a", UNAVAILABLE, 0, 0 }, { "b", UNAVAILABLE, 0, 0 } };
    assert_false(commit(busy, got, 2));
    assert_string_equal(stored(), "");
}

/* Real faults that leave the transaction open, and injected ones. */
static const struct act lonely_faults[] = {
    { "bad", CREATED, DB_FINE, "INSERT INTO nowhere VALUES (1)" },
    { "bad", CREATED, DB_FINE, "INSERT INTO note (text) VALUES ('bad')" },
    { "bad", CREATED, DB_FINE, "INSERT INTO note (text) VALUES ('x'); SELEC" },
    { "bad", CREATED, DB_IO, NULL },
    { "bad", OK, DB_FULL, NULL },
    { "bad", NOT_FOUND, DB_MEMORY, NULL },
    { "bad", CREATED, DB_BUSY, NULL },
    { "bad", CREATED, DB_FINE, "SAVEPOINT mine; INSERT INTO note (text) VALUES ('y'); SELEC" },
};

static void assert_faults_alone(const struct act *bad, size_t count)
{
    struct act acts[ACTS_MOST];
    enum outcome got[ACTS_MOST];
    gate_renew();
    acts_fill(acts, count);
    acts[count / 2] = *bad;
    assert_true(commit(acts, got, count));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(got[i], i == count / 2 ? UNAVAILABLE : CREATED);
    assert_true(gate_trouble(gate)[0]);
    assert_int_equal(gate_stats(gate).faults, 1);
    assert_stored(acts, got, count);
    assert_true(store("fine"));
    assert_string_equal(gate_trouble(gate), "");
}

static void test_a_fault_of_one_item_is_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lonely_faults / sizeof lonely_faults[0]; i++) {
        assert_faults_alone(&lonely_faults[i], 3);
        assert_faults_alone(&lonely_faults[i], ACTS_MOST);
    }
}

static const char *const enders[] = {
    "ROLLBACK",
    "ROLLBACK; SELEC",
    "INSERT OR ROLLBACK INTO note (text) VALUES ('bad')",
    "COMMIT",
    "COMMIT; BEGIN",
    "ROLLBACK; BEGIN IMMEDIATE",
    "ROLLBACK; BEGIN IMMEDIATE; SAVEPOINT gate_item; INSERT INTO note (text) VALUES ('stray')",
    "ROLLBACK; BEGIN; SELEC",
    "ROLLBACK; INSERT INTO note (text) VALUES ('stray')",
    "ROLLBACK; SAVEPOINT s; INSERT INTO note (text) VALUES ('stray'); RELEASE s",
};

static void assert_lost(const char *ender, enum outcome answer, size_t count)
{
    struct act acts[ACTS_MOST];
    enum outcome got[ACTS_MOST];
    gate_renew();
    acts_fill(acts, count);
    acts[count / 2] = (struct act){ "bad", answer, DB_FINE, ender };
    runs = 0;
    assert_false(commit(acts, got, count));
    assert_int_equal(runs, count / 2 + 1); /* nothing was tried afterwards */
    for (size_t i = 0; i < count; i++)
        assert_int_equal(got[i], UNAVAILABLE);
    assert_true(gate_trouble(gate)[0]);
    assert_null(strstr(gate_trouble(gate), "RELEASE gate_item"));
    assert_string_equal(stored(), "");
    assert_true(store("fine"));
}

/* What ends the transaction ends the group, and nothing of a later item may commit alone. */
static void test_a_lost_transaction_loses_the_group(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof enders / sizeof enders[0]; i++) {
        assert_lost(enders[i], OK, 3);
        assert_lost(enders[i], INVALID, 3);
        assert_lost(enders[i], OK, ACTS_MOST);
        assert_lost(enders[i], INVALID, ACTS_MOST);
    }
}

static void test_the_follower_hears_in_order(void **state)
{
    (void)state;
    enum outcome got[3];
    follow();
    struct act mixed[] = { { "a", CREATED, 0, 0 }, { "b", CONFLICT, 0, 0 }, { "c", OK, DB_IO, 0 } };
    assert_true(commit(mixed, got, 3));
    assert_heard("Biiuiuf");
    struct act fine[] = { { "d", CREATED, 0, 0 }, { "e", CREATED, 0, 0 } };
    assert_true(commit(fine, got, 2));
    assert_heard("biif");
    struct act lost[] = { { "f", CREATED, 0, 0 },
                          { "g", CREATED, 0, "ROLLBACK" },
                          { "h", OK, 0, 0 } };
    assert_false(commit(lost, got, 3));
    assert_heard("biid");
    assert_true(store("i"));
    assert_heard("Bif"); /* it forgot everything: it must read again */
    assert_string_equal(stored(), "a d e i");
}

static void test_flush_belongs_to_the_group(void **state)
{
    (void)state;
    enum outcome got[2];
    follow();
    struct act acts[] = { { "a", CREATED, 0, 0 }, { "b", OK, 0, 0 } };
    tape.flush_script = "INSERT INTO nowhere VALUES (1)";
    assert_false(commit(acts, got, 2));
    assert_heard("Biifd");
    assert_int_equal(got[0], UNAVAILABLE);
    assert_says(gate_trouble(gate), "nowhere");
    assert_string_equal(stored(), "");
    tape.flush_script = "INSERT INTO note (text) VALUES ('pending')";
    assert_true(commit(acts, got, 2));
    assert_string_equal(stored(), "a b pending");
}

static void test_a_failing_commit_loses_the_group(void **state)
{
    (void)state;
    enum outcome got[2];
    follow();
    must_script(db, "CREATE TABLE child (up INTEGER REFERENCES note (id) DEFERRABLE INITIALLY "
                    "DEFERRED) STRICT");
    struct act acts[] = { { "a", CREATED, 0, 0 },
                          { "b", CREATED, 0, "INSERT INTO child VALUES (99)" } };
    assert_false(commit(acts, got, 2));
    assert_heard("Biifd");
    assert_int_equal(got[0], UNAVAILABLE);
    assert_string_equal(stored(), "");
    assert_true(store("fine"));
    assert_string_equal(stored(), "fine");
}

static void test_the_follower_hears_of_other_writers(void **state)
{
    (void)state;
    follow();
    assert_true(store("a"));
    assert_true(store("b"));
    assert_heard("Bifbif");
    struct gate *other = must_gate(path, 3);
    struct act act = { "c", CREATED, 0, 0 };
    struct gate_item item = { .run = act_run, .context = &act };
    assert_true(gate_commit(other, &item, 1));
    gate_close(other);
    assert_true(store("d"));
    assert_true(store("e"));
    assert_heard("Bifbif");
}

static bool insert_alone(struct db *with, void *context)
{
    assert_false(db_in_transaction(with));
    return db_script(with, context);
}

static void test_errands_alone(void **state)
{
    (void)state;
    follow();
    assert_true(store("a"));
    assert_true(gate_alone(gate, insert_alone, (char *)"INSERT INTO note (text) VALUES ('b')"));
    assert_true(store("c"));
    assert_heard("BifBif");
    assert_false(gate_alone(gate, insert_alone,
                            (char *)"BEGIN; INSERT INTO note (text) VALUES ('x'); SELEC"));
    assert_says(gate_trouble(gate), "SELEC");
    assert_int_equal(db_fault(db), DB_FINE);
    assert_true(
        gate_alone(gate, insert_alone, (char *)"BEGIN; INSERT INTO note (text) VALUES ('y')"));
    assert_false(db_in_transaction(db));
    assert_string_equal(stored(), "a b c");
}

static enum outcome leave_open(struct db *with, void *context)
{
    struct db_rows **rows = context;
    *rows = db_query(with, "SELECT id FROM note");
    assert_true(db_next(*rows));
    return OK;
}

static void test_open_queries_do_not_cross_the_gate(void **state)
{
    (void)state;
    struct db_rows *rows;
    assert_true(store("a"));
    struct gate_item item = { .run = leave_open, .context = &rows };
    assert_true(gate_commit(gate, &item, 1));
    assert_false(db_next(rows));
    assert_int_equal(db_close_rows(db), 0);
    assert_says(read_text(path_of("log")), "left a query open");
    rows = db_query(db, "SELECT id FROM note");
    assert_true(db_next(rows));
    assert_false(gate_commit(gate, NULL, 0));
    assert_says(gate_trouble(gate), "left open");
    assert_true(gate_commit(gate, NULL, 0));
}

/* What SQLite 3.40.1 gets wrong when pages spill: after the undoing of an item the commit of the
 * others is there, and gone after the next recovery.  Small caches and many pages, then everybody
 * closes the file. */
static enum outcome insert_pages(struct db *with, void *context)
{
    const enum outcome *answer = context;
    for (int i = 0; i < 8; i++)
        db_run(with, "INSERT INTO note (text) VALUES (hex(randomblob(3000)))");
    return *answer;
}

static void insert_mixed(int rounds, bool spill, enum outcome *got)
{
    static enum outcome answers[] = { INVALID, OK, CONFLICT, CREATED };
    struct gate_item items[4];
    for (int i = 0; i < 4; i++)
        items[i] = (struct gate_item){ .run = insert_pages, .context = &answers[i] };
    for (int round = 0; round < rounds; round++) {
        assert_true(gate_truncate(gate));
        gate_close(gate);
        gate = must_gate(path, 3);
        db = gate_db(gate);
        must_script(db, "PRAGMA cache_size = 8");
        if (spill)
            db_allow_spill(db, true);
        gate_commit(gate, items, 4);
        for (int i = 0; i < 4; i++)
            got[i] = items[i].got;
    }
    assert_true((db_spills(db) > 0) == spill);
}

static void test_commits_survive_recovery_after_undone_items(void **state)
{
    (void)state;
    enum outcome got[4];
    insert_mixed(25, false, got);
    assert_int_equal(got[0], INVALID);
    assert_int_equal(got[3], CREATED);
    gate_close(gate);
    gate = must_gate(path, 3);
    db = gate_db(gate);
    assert_int_equal(db_int(db, "SELECT count(*) FROM note"), 25 * 16);
    assert_string_equal(db_integrity(db, arena), "ok");
}

static void test_a_group_that_spilled_is_undone_whole(void **state)
{
    (void)state;
    enum outcome got[4];
    insert_mixed(1, true, got);
    for (int i = 0; i < 4; i++)
        assert_int_equal(got[i], UNAVAILABLE);
    assert_says(gate_trouble(gate), "spilled");
    assert_string_equal(stored(), "");
    assert_true(store("fine"));
    assert_string_equal(stored(), "fine");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_outcomes_share_a_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_group_without_effect, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_fault_of_one_item_is_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_lost_transaction_loses_the_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_follower_hears_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_flush_belongs_to_the_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_failing_commit_loses_the_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_follower_hears_of_other_writers, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_errands_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_open_queries_do_not_cross_the_gate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_commits_survive_recovery_after_undone_items, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_group_that_spilled_is_undone_whole, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("gate_group", tests, NULL, NULL);
}
