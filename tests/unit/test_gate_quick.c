/* gate_group, large groups: they run without savepoints, and again with them when an item that
 * wrote must be taken back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db_gate.h"
#include "gate_cast.h"

enum { MANY = ACTS_MOST, LEAST = 8, CAREFUL = 16 }; /* the last two as in gate_group.c */

static struct act acts[MANY];
static enum outcome got[MANY];

static int set_up_many(void **state)
{
    set_up(state);
    acts_fill(acts, MANY);
    runs = 0;
    return 0;
}

static void commit_as_answered(void)
{
    assert_true(commit(acts, got, MANY));
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(got[i], acts[i].answer);
    assert_stored(acts, got, MANY);
}

static void test_all_are_stored_and_run_once(void **state)
{
    (void)state;
    follow();
    for (size_t i = 0; i < MANY; i += 3)
        acts[i].answer = OK;
    commit_as_answered();
    assert_int_equal(runs, MANY);
    assert_heard("Biiiiiiiiiiiiiiiiiiiif");
    assert_int_equal(gate_stats(gate).groups, 1);
    assert_int_equal(gate_stats(gate).items, MANY);
}

static void test_one_that_wrote_is_taken_back_alone(void **state)
{
    (void)state;
    follow();
    acts[4].answer = CONFLICT;
    commit_as_answered();
    assert_int_equal(runs, 5 + MANY);
    assert_heard("Biiiiid"
                 "Biiiiiuiiiiiiiiiiiiiiif");
    assert_string_equal(gate_trouble(gate), "");
    assert_int_equal(gate_stats(gate).groups, 1);
    assert_int_equal(gate_stats(gate).items, MANY - 1);
    assert_int_equal(gate_stats(gate).faults, 0);
}

static void test_refusals_that_wrote_nothing_cost_nothing(void **state)
{
    (void)state;
    follow();
    acts[0] = (struct act){ .answer = INVALID };
    acts[7] = (struct act){ .answer = NOT_FOUND };
    acts[8] = (struct act){ .answer = UNAVAILABLE };
    acts[MANY - 1] = (struct act){ .answer = CONFLICT };
    commit_as_answered();
    assert_int_equal(runs, MANY);
    assert_heard("Biuiiiiiiiuiuiiiiiiiiiiiuf");
}

/* A statement that matched no row has written nothing, and neither has one that a constraint told
 * to do nothing. */
static void test_what_changes_no_row_has_not_written(void **state)
{
    (void)state;
    acts[5] = (struct act){ NULL, CONFLICT, DB_FINE,
                            "UPDATE note SET text = 'x' WHERE text = 'nobody';"
                            "INSERT INTO note (text) VALUES ('1') ON CONFLICT DO NOTHING" };
    commit_as_answered();
    assert_int_equal(runs, MANY);
}

/* What an item has taken back by itself counts as written: nobody looks closer. */
static void test_a_change_that_was_undone_is_a_change(void **state)
{
    (void)state;
    acts[MANY - 1] = (struct act){ NULL, INVALID, DB_FINE,
                                   "SAVEPOINT s; DELETE FROM note; ROLLBACK TO s; RELEASE s" };
    commit_as_answered();
    assert_int_equal(runs, MANY + MANY);
}

/* Among eight acts the fourth is another; what it was answered. */
static enum outcome commit_among(enum outcome (*run)(struct db *with, void *context), void *context)
{
    struct gate_item items[LEAST];
    for (int i = 0; i < LEAST; i++)
        items[i] = (struct gate_item){ .run = act_run, .context = &acts[i] };
    items[3] = (struct gate_item){ .run = run, .context = context };
    assert_true(gate_commit(gate, items, LEAST));
    return items[3].got;
}

static enum outcome write_late(struct db *with, void *context)
{
    const char *text = context;
    assert_true(db_next(db_query(
        with, "INSERT INTO note (text) VALUES (:text), ('more') RETURNING id", BIND(text))));
    return CONFLICT;
}

/* A query left open may still write when it is closed. */
static void test_a_write_left_open_is_seen(void **state)
{
    (void)state;
    assert_int_equal(commit_among(write_late, (char *)"late"), CONFLICT);
    assert_string_equal(stored(), "0 1 2 4 5 6 7");
}

static int runs_of(size_t count)
{
    runs = 0;
    assert_true(commit(acts, got, count));
    assert_int_equal(got[0], CONFLICT);
    return runs;
}

static void test_the_next_large_groups_are_careful(void **state)
{
    (void)state;
    for (size_t i = 1; i < MANY; i++)
        acts[i] = (struct act){ .answer = OK };
    acts[0].answer = CONFLICT; /* each time after a write, so that it can be tried again */
    assert_int_equal(runs_of(LEAST - 1), LEAST - 1);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(runs_of(LEAST), 1 + LEAST);
        for (int i = 0; i < CAREFUL; i++) {
            assert_int_equal(runs_of(LEAST - 1), LEAST - 1); /* small ones do not count */
            assert_int_equal(runs_of(i % 2 ? LEAST : MANY), i % 2 ? LEAST : MANY);
        }
    }
    assert_string_equal(stored(), "");
}

/* Once, while the machine was short of something: the second run gets through. */
static enum outcome fault_once(struct db *with, void *context)
{
    bool *faulted = context;
    if (!*faulted)
        db_fault_inject(with, DB_MEMORY);
    *faulted = true;
    db_run(with, "INSERT INTO note (text) VALUES ('once')");
    return CREATED;
}

static void test_a_fault_that_passes_costs_a_second_run(void **state)
{
    (void)state;
    bool faulted = false;
    follow();
    assert_int_equal(commit_among(fault_once, &faulted), CREATED);
    assert_heard("BiiiidBiiiiiiiif");
    assert_string_equal(stored(), "0 1 2 once 4 5 6 7");
    assert_string_equal(gate_trouble(gate), "");
}

/* Two troubles in one group: the one that lost it is named, not the one before. */
static void test_the_trouble_is_what_lost_the_group(void **state)
{
    (void)state;
    follow();
    acts[4].fault = DB_IO;
    acts[9].script = "ROLLBACK";
    assert_false(commit(acts, got, MANY));
    assert_says(gate_trouble(gate), "ended the transaction");
    assert_heard("BiiiiidBiiiiiuiiiiid");
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(got[i], UNAVAILABLE);
    assert_string_equal(stored(), "");
    assert_true(store("fine"));
    assert_heard("Bif");
}

static void test_a_follower_that_faults_at_undo_or_flush(void **state)
{
    (void)state;
    follow();
    tape.undo_script = "INSERT INTO nowhere VALUES (1)";
    acts[2] = (struct act){ .answer = INVALID };
    assert_false(commit(acts, got, MANY));
    assert_heard("BiiiudBiiiud"); /* the second time there is nothing left to fall back to */
    assert_string_equal(stored(), "");
    tape.undo_script = NULL;
    tape.flush_script = "INSERT INTO nowhere VALUES (1)";
    acts[2].answer = OK;
    assert_false(commit(acts, got, MANY));
    assert_heard("Biiiiiiiiiiiiiiiiiiiifd");
    assert_string_equal(stored(), "");
}

static void test_a_large_group_that_spills_falls_back_whole(void **state)
{
    (void)state;
    must_script(db, "PRAGMA cache_size = 8");
    db_allow_spill(db, true);
    for (size_t i = 0; i < MANY; i++)
        acts[i].script = "INSERT INTO note (text) SELECT hex(randomblob(3000)) FROM "
                         "(VALUES (1), (2), (3), (4), (5), (6), (7), (8))";
    acts[MANY - 1].answer = CONFLICT;
    assert_false(commit(acts, got, MANY));
    assert_says(gate_trouble(gate), "spilled");
    assert_string_equal(stored(), "");
    for (size_t i = 0; i < MANY; i++)
        acts[i].script = NULL;
    commit_as_answered();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_are_stored_and_run_once, set_up_many, tear_down),
        cmocka_unit_test_setup_teardown(test_one_that_wrote_is_taken_back_alone, set_up_many,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_refusals_that_wrote_nothing_cost_nothing, set_up_many,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_changes_no_row_has_not_written, set_up_many,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_change_that_was_undone_is_a_change, set_up_many,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_write_left_open_is_seen, set_up_many, tear_down),
        cmocka_unit_test_setup_teardown(test_the_next_large_groups_are_careful, set_up_many,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_fault_that_passes_costs_a_second_run, set_up_many,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_trouble_is_what_lost_the_group, set_up_many,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_follower_that_faults_at_undo_or_flush, set_up_many,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_large_group_that_spills_falls_back_whole,
                                        set_up_many, tear_down),
    };
    return cmocka_run_group_tests_name("gate_quick", tests, NULL, NULL);
}
