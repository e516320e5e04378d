/* An account of its own for each test, and a way to ask its tables. */
#ifndef WEIR_FUNNEL_HOME_H
#define WEIR_FUNNEL_HOME_H

#include "home.h"
#include "text.h"

static struct home home;
static struct account *account;

static inline int set_up(void **state)
{
    (void)state;
    home_open(&home, "UTC");
    account = home_account(&home);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    clock_thaw();
    home_close(&home);
    return 0;
}

/* What a test does inside an item, and what the item answers: all but OK and CREATED undo it. */
struct act {
    void (*run)(void);
    enum outcome answer;
};

static inline enum outcome run_act(struct db *db, void *context)
{
    const struct act *act = context;
    (void)db;
    act->run();
    return act->answer;
}

/* One group of items. */
static inline void in_group(const struct act *acts, size_t count)
{
    struct gate_item items[16];
    for (size_t i = 0; i < count; i++)
        items[i] = (struct gate_item){ .run = run_act, .context = (void *)(uintptr_t)&acts[i] };
    gate_commit(account->gate, items, count);
    for (size_t i = 0; i < count; i++)
        if (items[i].got != acts[i].answer)
            fail_msg("item %zu: %d: %s", i, items[i].got, gate_trouble(account->gate));
}

#define in_items(...)                                                                              \
    in_group((const struct act[]){ __VA_ARGS__ },                                                  \
             sizeof((const struct act[]){ __VA_ARGS__ }) / sizeof(struct act))

/* Any answer as text: columns joined by |, rows by ;, - for NULL. */
static inline const char *told(const char *sql)
{
    struct text *text = text_new(home.arena);
    struct db *db = account_reader(account);
    struct db_rows *rows = db_query_text(db, sql, DB_BINDS());
    while (db_next(rows)) {
        text_add(text, text_len(text) ? ";" : "");
        for (int i = 0; i < db_column_count(rows); i++)
            text_add_format(text, "%s%s", i ? "|" : "",
                            db_is_null(rows, i) ? "-" : db_get_text(rows, i, NULL));
    }
    if (db_fault(db) != DB_FINE)
        fail_msg("%s: %s", sql, db_fault_text(db));
    return text_str(text);
}

#define assert_told(sql, answer) assert_string_equal(told(sql), answer)

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
