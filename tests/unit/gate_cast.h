/* What the gate tests share: a gate on a small database, items that store a text and then answer,
 * fault or break the rules, and a follower that writes down what it hears. */
#ifndef WEIR_GATE_CAST_H
#define WEIR_GATE_CAST_H

#include "db_folder.h"
#include "gate.h"

static struct gate *gate;
static struct db *db;
static const char *path;

static const char schema[] = "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT UNIQUE) STRICT;"
                             "PRAGMA user_version = 3";

static inline struct gate *must_gate(const char *file, int64_t version)
{
    const char *error = "";
    struct gate *opened = gate_open(file, version, &error);
    if (!opened)
        fail_msg("%s", error);
    gate_min_free(opened, 0, 0); /* whatever the disk of this machine */
    return opened;
}

static inline int set_up(void **state)
{
    folder_make(state);
    path = must_create("a.db", schema);
    gate = must_gate(path, 3);
    db = gate_db(gate);
    return 0;
}

static inline int tear_down(void **state)
{
    gate_close(gate);
    return folder_remove(state);
}

/* What an item does: store its text, if it has one, then answer or fault. */
struct act {
    const char *text;
    enum outcome answer;
    enum db_fault fault;
    const char *script; /* instead of a fault: run this */
};

enum { ACTS_MOST = 20 };
static int runs; /* of all acts, since somebody set it to 0 */

static inline enum outcome act_run(struct db *with, void *context)
{
    const struct act *act = context;
    const char *text = act->text;
    runs++;
    if (text)
        db_run(with, "INSERT INTO note (text) VALUES (:text)", BIND(text));
    if (act->script)
        db_script(with, act->script);
    if (act->fault != DB_FINE) {
        db_fault_inject(with, act->fault);
        db_int(with, "SELECT 1");
    }
    return act->answer;
}

static inline bool commit(struct act *acts, enum outcome *got, size_t count)
{
    struct gate_item items[ACTS_MOST];
    assert_in_range(count, 0, ACTS_MOST);
    for (size_t i = 0; i < count; i++)
        items[i] = (struct gate_item){ .run = act_run, .context = &acts[i], .got = CONFLICT };
    bool answered = gate_commit(gate, items, count);
    for (size_t i = 0; i < count; i++)
        got[i] = items[i].got;
    assert_false(db_in_transaction(db));
    assert_int_equal(db_fault(db), DB_FINE);
    return answered;
}

/* Acts that store "0", "1", "2" and so on. */
static inline void acts_fill(struct act *acts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        acts[i] = (struct act){ .text = arena_printf(arena, "%zu", i), .answer = CREATED };
}

static inline bool store(const char *text)
{
    enum outcome got;
    return commit(&(struct act){ .text = text, .answer = CREATED }, &got, 1) && got == CREATED;
}

/* Read through another connection: what is committed, not what we believe. */
static inline const char *stored(void)
{
    struct db *reader = must_open(path, DB_READ);
    const char *texts = db_text(
        reader, arena,
        "SELECT coalesce(group_concat(text, ' '), '') FROM (SELECT text FROM note ORDER BY id)");
    assert_int_equal(db_fault(reader), DB_FINE);
    assert_string_equal(db_integrity(reader, arena), "ok");
    db_close(reader);
    return texts;
}

/* Exactly what was acknowledged is there. */
static inline void assert_stored(const struct act *acts, const enum outcome *got, size_t count)
{
    char texts[256] = "", *end = texts;
    for (size_t i = 0; i < count; i++)
        if (acts[i].text && (got[i] == OK || got[i] == CREATED))
            end += sprintf(end, "%s%s", end > texts ? " " : "", acts[i].text);
    assert_string_equal(stored(), texts);
}

/* A gate that remembers nothing, before an empty table. */
static inline void gate_renew(void)
{
    must_script(db, "DELETE FROM note");
    gate_close(gate);
    gate = must_gate(path, 3);
    db = gate_db(gate);
}

/* The follower writes down what it hears. */
static struct {
    char heard[256];
    const char *undo_script, *flush_script;
} tape;

static inline void hear(const char *word)
{
    if (strlen(tape.heard) + strlen(word) < sizeof tape.heard)
        strcat(tape.heard, word);
}

static inline void on_begin(void *context, bool changed)
{
    assert_true(db_in_transaction(context));
    hear(changed ? "B" : "b");
}

static inline void on_item(void *context)
{
    (void)context;
    hear("i");
}

static inline void on_undo(void *context)
{
    assert_true(db_in_transaction(context));
    if (tape.undo_script)
        db_script(context, tape.undo_script);
    hear("u");
}

static inline void on_flush(void *context)
{
    assert_true(db_in_transaction(context));
    if (tape.flush_script)
        db_script(context, tape.flush_script);
    hear("f");
}

static inline void on_drop(void *context)
{
    assert_false(db_in_transaction(context));
    hear("d");
}

static inline void follow(void)
{
    memset(&tape, 0, sizeof tape);
    gate_follow(gate, &(struct gate_follower){ db, on_begin, on_item, on_undo, on_flush, on_drop });
}

static inline void assert_heard(const char *words)
{
    assert_string_equal(tape.heard, words);
    tape.heard[0] = '\0';
}

#endif
