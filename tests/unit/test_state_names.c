/* state: names of rows follow the gate, too; and all of it stays within its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "funnel_home.h"
#include "state.h"

static int64_t known(char kind, const char *name)
{
    int note = -1;
    int64_t id = state_name(account->state, kind, name, strlen(name), &note);
    assert_int_equal(note, id ? id + 1 : -1);
    return id;
}

static void add_name(char kind, const char *name, int64_t id)
{
    state_name_add(account->state, kind, name, strlen(name), id, (int)id + 1);
}

static void add_names(void)
{
    add_name('f', "webinar", 1);
    add_name('v', "webinar", 2);
    add_name('f', "webinars", 3);
    add_name('f', "webinaR", 4);
    add_name('f', "", 5);
    state_name_add(account->state, 'k', "a\0b", 3, 6, 7);
    state_name_add(account->state, 'k', "a\0c", 3, 7, 8);
}

static void finds_names(void)
{
    assert_int_equal(known('f', "webinar"), 1);
    assert_int_equal(known('v', "webinar"), 2);
    assert_int_equal(known('f', "webinars"), 3);
    assert_int_equal(known('f', "webinaR"), 4);
    assert_int_equal(known('f', ""), 5);
    assert_int_equal(state_name(account->state, 'k', "a\0b", 3, NULL), 6);
    assert_int_equal(state_name(account->state, 'k', "a\0c", 3, NULL), 7);
    assert_int_equal(known('k', "a"), 0);
    assert_int_equal(known('o', "webinar"), 0);
    assert_int_equal(known('f', "webina"), 0);
}

static void finds_no_names(void)
{
    assert_int_equal(known('f', "webinar"), 0);
    assert_int_equal(known('f', ""), 0);
    assert_int_equal(state_name(account->state, 'k', "a\0b", 3, NULL), 0);
}

static void write_something(void)
{
    db_run(gate_db(account->gate), "UPDATE account SET name = name || '.'");
}

static void a_name_leads_to_one_row(void **state)
{
    (void)state;
    in_items({ add_names, OK }, { finds_names, OK });
    in_items({ finds_names, OK });
}

static void names_of_an_undone_item_are_forgotten(void **state)
{
    (void)state;
    in_items({ add_names, CONFLICT }, { finds_no_names, OK });
    in_items({ add_names, OK }, { add_names, CONFLICT }, { finds_names, OK });
}

static void what_others_may_have_changed_is_forgotten(void **state)
{
    (void)state;
    struct account *ours = account;
    in_items({ add_names, OK });
    account = home_other_account(&home);
    in_items({ add_names, OK }); /* in its own hands: it writes nothing */
    account = ours;
    in_items({ finds_names, OK });
    account = home_other_account(&home);
    in_items({ write_something, OK });
    account = ours;
    in_items({ finds_no_names, OK });
}

/* As many as fit, of every length: each is told from all others. */
static void add_many_names(void)
{
    char name[16];
    for (int i = 1; i <= 20000; i++) {
        snprintf(name, sizeof name, "%d", i * 7);
        add_name('f', name, i);
    }
}

static void finds_many_names(void)
{
    char name[16];
    for (int i = 1; i <= 20000; i++) {
        snprintf(name, sizeof name, "%d", i * 7);
        assert_int_equal(known('f', name), i);
        snprintf(name, sizeof name, "%d", i * 7 + 1);
        assert_int_equal(known('f', name), 0);
    }
}

static void many_names_are_told_apart(void **state)
{
    (void)state;
    in_items({ add_many_names, OK }, { finds_many_names, OK });
}

static int loads;

static bool row_load(struct account *of, struct held *row)
{
    (void)of;
    loads++;
    return row->key.a >= 0;
}

static void row_save(struct account *of, struct held *row)
{
    (void)of, (void)row;
}

static const struct held_type row_type = { sizeof(struct held), row_load, row_save };

static void hold_rows(int64_t from, int64_t count)
{
    for (int64_t a = from; a < from + count; a++) {
        struct held *row = state_get(account->state, &row_type, a, -a);
        assert_int_equal(row->key.a, a);
        assert_int_equal(row->key.b, -a);
    }
}

static void hold_the_limit(void)
{
    hold_rows(0, STATE_MOST);
}

static void hold_one(void)
{
    hold_rows(0, 1);
}

static void hold_one_more(void)
{
    hold_rows(STATE_MOST, 1);
}

static void rows_are_let_go_between_groups(void **state)
{
    (void)state;
    loads = 0;
    in_items({ hold_the_limit, OK }, { hold_the_limit, OK });
    in_items({ hold_the_limit, OK });
    assert_int_equal(loads, STATE_MOST);
    in_items({ hold_one_more, OK }, { hold_one, OK });
    assert_int_equal(loads, STATE_MOST + 1);
    in_items({ hold_one, OK });
    assert_int_equal(loads, STATE_MOST + 2);
}

static void add_names_to_the_limit(void)
{
    for (int i = 0; i < STATE_MOST; i++)
        state_name_add(account->state, 'k', &i, sizeof i, i + 1, 0);
}

static void names_are_let_go_between_groups(void **state)
{
    (void)state;
    in_items({ add_names_to_the_limit, OK });
    in_items({ add_names, OK });
    in_items({ finds_no_names, OK });
}

/* Long names, as hostile browsers have them: a few thousand fill the memory that names may take. */
static void add_long_names(void)
{
    char name[4096] = { 0 };
    for (int i = 0; i < 10000; i++) {
        memcpy(name, &i, sizeof i);
        state_name_add(account->state, 'a', name, sizeof name, i + 1, 0);
    }
}

static void long_names_are_let_go_sooner(void **state)
{
    (void)state;
    in_items({ add_names, OK });
    in_items({ finds_names, OK }, { add_long_names, OK }, { finds_names, OK });
    in_items({ finds_no_names, OK });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_name_leads_to_one_row),
        TEST(names_of_an_undone_item_are_forgotten),
        TEST(what_others_may_have_changed_is_forgotten),
        TEST(many_names_are_told_apart),
        TEST(rows_are_let_go_between_groups),
        TEST(names_are_let_go_between_groups),
        TEST(long_names_are_let_go_sooner),
    };
    return cmocka_run_group_tests_name("state_names", tests, NULL, NULL);
}
