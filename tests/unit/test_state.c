/* state: rows in hand follow the gate.  A small table of the test's own stands for the persons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "funnel_home.h"
#include "log.h"
#include "state.h"

struct thing {
    struct held held;
    int64_t value;
    char more[100]; /* so that a row is not all key */
};

static int loads, saves;

static bool thing_load(struct account *of, struct held *row)
{
    struct thing *thing = (struct thing *)row;
    loads++;
    struct db_rows *rows =
        db_query(gate_db(of->gate), "SELECT value FROM thing WHERE a = :a AND b = :b",
                 BINDAS(a, row->key.a), BINDAS(b, row->key.b));
    bool found = db_next(rows);
    if (found)
        thing->value = db_get_int(rows, 0);
    db_done(rows);
    return found;
}

static void thing_save(struct account *of, struct held *row)
{
    const struct thing *thing = (const struct thing *)row;
    saves++;
    db_run(gate_db(of->gate), "UPDATE thing SET value = :value WHERE a = :a AND b = :b",
           BINDM(thing, value), BINDAS(a, row->key.a), BINDAS(b, row->key.b));
}

static const struct held_type thing_type = { sizeof(struct thing), thing_load, thing_save };
static const struct held_type other_type = { sizeof(struct thing), thing_load, thing_save };

static struct thing *get(int64_t a)
{
    return state_get(account->state, &thing_type, a, 7);
}

static void add_to(int64_t a, int64_t value)
{
    struct thing *thing = get(a);
    assert_non_null(thing);
    state_change(account->state, thing);
    thing->value += value;
}

static void make_table(void)
{
    assert_true(db_script(gate_db(account->gate),
                          "CREATE TABLE thing (a INTEGER, b INTEGER, value INTEGER NOT NULL,"
                          " PRIMARY KEY (a, b)) STRICT;"
                          "INSERT INTO thing VALUES (1, 7, 100), (2, 7, 200);"));
}

static int set_up_things(void **state)
{
    set_up(state);
    assert_true(log_open(arena_printf(home.arena, "%s/log", home.dir)));
    in_items({ make_table, OK });
    loads = saves = 0;
    return 0;
}

static int tear_down_things(void **state)
{
    log_open(NULL);
    return tear_down(state);
}

static void add_one(void)
{
    add_to(1, 1);
}

static void add_ten(void)
{
    add_to(1, 10);
}

static void look(void)
{
    get(1);
}

static void flush(void)
{
    state_flush(account->state);
}

static void do_nothing(void)
{
}

static void finds_111(void)
{
    assert_int_equal(get(1)->value, 111);
}

static void finds_101(void)
{
    assert_int_equal(get(1)->value, 101);
}

static void finds_100(void)
{
    assert_int_equal(get(1)->value, 100);
}

static void holds(int value, int loaded, int saved)
{
    assert_told("SELECT a, value FROM thing WHERE a = 1", arena_printf(home.arena, "1|%d", value));
    assert_int_equal(loads, loaded);
    assert_int_equal(saves, saved);
}

static void a_row_is_read_once_and_written_once(void **state)
{
    (void)state;
    in_items({ add_one, OK }, { add_ten, CREATED }, { finds_111, OK });
    holds(111, 1, 1);
    in_items({ finds_111, OK }, { do_nothing, OK });
    holds(111, 1, 1);
    in_items({ add_one, OK });
    holds(112, 1, 2);
}

static void no_row_is_no_row(void)
{
    assert_null(get(3));
    assert_null(get(3));
    assert_null(state_get(account->state, &thing_type, 1, 8));
    assert_non_null(state_get(account->state, &other_type, 1, 7)); /* of its own type */
    assert_ptr_not_equal(state_get(account->state, &other_type, 1, 7), get(1));
}

static void what_is_not_there_is_asked_again(void **state)
{
    (void)state;
    in_items({ no_row_is_no_row, OK });
    assert_int_equal(loads, 5);
    assert_int_equal(saves, 0);
}

static void an_undone_item_takes_its_change_with_it(void **state)
{
    (void)state;
    in_items({ add_one, OK }, { add_ten, CONFLICT }, { finds_101, OK });
    holds(101, 1, 1);
    in_items({ add_ten, INVALID }, { finds_101, OK });
    holds(101, 1, 1); /* nothing was left to write */
    in_items({ add_ten, NOT_FOUND });
    in_items({ finds_101, OK });
    holds(101, 1, 1);
}

static void a_row_read_by_an_undone_item_is_read_anew(void **state)
{
    (void)state;
    in_items({ look, CONFLICT }, { finds_100, OK });
    holds(100, 2, 0);
    in_items({ add_ten, CONFLICT }, { add_one, OK }, { finds_101, OK });
    holds(101, 2, 1);
}

static void twice_in_one_item(void)
{
    add_to(1, 5);
    add_to(2, 5);
    add_to(1, 5);
    add_to(2, 5);
    flush();
    add_to(1, 5);
}

static void an_item_is_undone_to_its_beginning(void **state)
{
    (void)state;
    in_items({ look, OK }, { add_one, OK }, { twice_in_one_item, CONFLICT }, { finds_101, OK });
    assert_told("SELECT value FROM thing ORDER BY a", "101;200");
    in_items({ add_ten, OK }, { twice_in_one_item, OK });
    assert_told("SELECT value FROM thing ORDER BY a", "126;210");
}

/* What an item wrote for its predecessors is rolled back with it. */
static void what_was_flushed_and_undone_is_written_again(void **state)
{
    (void)state;
    in_items({ add_one, OK }, { flush, CONFLICT });
    holds(101, 1, 2);
    in_items({ add_ten, OK }, { flush, OK }, { do_nothing, CONFLICT });
    holds(111, 1, 3);
}

static void a_flush_writes_what_is_pending_and_no_more(void **state)
{
    (void)state;
    in_items({ add_one, OK }, { flush, OK }, { flush, OK }, { add_ten, OK }, { flush, OK });
    holds(111, 1, 2);
}

static void create(void)
{
    assert_null(get(9));
    db_run(gate_db(account->gate), "INSERT INTO thing VALUES (9, 7, 1)");
    struct thing *thing = state_add(account->state, &thing_type, 9, 7);
    assert_int_equal(thing->value, 0);
    assert_ptr_equal(get(9), thing);
    thing->value = 1;
    state_change(account->state, thing);
    thing->value = 2;
}

static void finds_nothing(void)
{
    assert_null(get(9));
}

static void finds_two(void)
{
    assert_int_equal(get(9)->value, 2);
}

static void a_row_that_was_made_vanishes_with_its_item(void **state)
{
    (void)state;
    in_items({ create, CONFLICT }, { finds_nothing, OK });
    assert_told("SELECT count(*) FROM thing", "2");
    in_items({ create, OK }, { finds_two, OK });
    assert_told("SELECT value FROM thing WHERE a = 9", "2");
}

/* Groups of eight and more run without savepoints first, and anew when an item that wrote is
 * taken back. */
static void large_groups_end_the_same(void **state)
{
    (void)state;
    in_items({ add_one, OK }, { look, CONFLICT }, { create, CONFLICT }, { add_ten, INVALID },
             { flush, OK }, { flush, CONFLICT }, { finds_nothing, OK }, { create, OK },
             { finds_two, OK }, { finds_101, OK });
    assert_told("SELECT value FROM thing ORDER BY a", "101;200;2");
    in_items({ add_ten, OK }, { finds_111, OK }, { add_one, CONFLICT }, { finds_111, OK },
             { do_nothing, OK }, { do_nothing, OK }, { do_nothing, OK }, { flush, OK });
    assert_told("SELECT value FROM thing ORDER BY a", "111;200;2");
}

static void what_others_changed_is_read_anew(void **state)
{
    (void)state;
    in_items({ add_one, OK });
    struct account *ours = account;
    account = home_other_account(&home);
    in_items({ add_ten, OK });
    account = ours;
    assert_int_equal(loads, 2);
    in_items({ finds_111, OK });
    assert_int_equal(loads, 3);
    in_items({ finds_111, OK }); /* our own commit is no news */
    assert_int_equal(loads, 3);
}

static void fail_the_disk(void)
{
    add_to(1, 1000);
    db_fault_inject(gate_db(account->gate), DB_FULL);
}

static void a_lost_group_is_forgotten(void **state)
{
    (void)state;
    in_items({ add_one, OK });
    in_items({ fail_the_disk, UNAVAILABLE });
    in_items({ finds_101, OK });
    assert_told("SELECT value FROM thing WHERE a = 1", "101");
}

int main(void)
{
#define THING(name) cmocka_unit_test_setup_teardown(name, set_up_things, tear_down_things)
    const struct CMUnitTest tests[] = {
        THING(a_row_is_read_once_and_written_once),
        THING(what_is_not_there_is_asked_again),
        THING(an_undone_item_takes_its_change_with_it),
        THING(a_row_read_by_an_undone_item_is_read_anew),
        THING(an_item_is_undone_to_its_beginning),
        THING(what_was_flushed_and_undone_is_written_again),
        THING(a_flush_writes_what_is_pending_and_no_more),
        THING(a_row_that_was_made_vanishes_with_its_item),
        THING(large_groups_end_the_same),
        THING(what_others_changed_is_read_anew),
        THING(a_lost_group_is_forgotten),
    };
    return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
