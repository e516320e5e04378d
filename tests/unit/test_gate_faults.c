/* gate under faults: the n-th allocation, or the n-th thing that SQLite asks of the disk, fails,
 * once or from then on, for every n until a run gets through.  After each run a healthy connection
 * must find what was acknowledged and nothing else, in a sound file, and the next group must
 * succeed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db_folder.h"
#include "db_gate.h"
#include "faulty.h"
#include "gate.h"

enum { MOST = 10, BODY = 6000, FILE_MOST = 1 << 20 };

/* The follower mirrors the number of notes, and its flush writes it beside them. */
static struct {
    struct db *db;
    int64_t notes, at_item;
    bool known;
} mirror;

static void mirror_begin(void *context, bool changed)
{
    (void)context;
    if (changed || !mirror.known)
        mirror.notes = db_int(mirror.db, "SELECT count(*) FROM note");
    mirror.known = true;
}

static void mirror_item(void *context)
{
    (void)context;
    mirror.at_item = mirror.notes;
}

static void mirror_undo(void *context)
{
    (void)context;
    mirror.notes = mirror.at_item;
}

static void mirror_flush(void *context)
{
    (void)context;
    int64_t notes = mirror.notes;
    db_run(mirror.db, "UPDATE tally SET notes = :notes", BIND(notes));
}

static void mirror_drop(void *context)
{
    (void)context;
    mirror.known = false;
}

struct scenario {
    const char *name;
    bool warm; /* the statements are prepared already */
    enum { WITH_THE_GROUP, WHILE_OPENING, AFTER_THE_GROUP } begin; /* of the faults */
    const char *setting;
    const char *answers, *got; /* a letter an item; got NULL: as they answered */
};

static const char small[] = "PRAGMA cache_size = 8",
                  spilling[] = "PRAGMA cache_size = 8; PRAGMA cache_spill = ON";

/* Ten are a large group: without savepoints, and again with them when one is undone. */
static const struct scenario scenarios[] = {
    { "cold", false, WITH_THE_GROUP, "", "CCO", NULL },
    { "warm", true, WITH_THE_GROUP, "", "COC", NULL },
    { "second undone", true, WITH_THE_GROUP, "", "CXC", NULL },
    { "small cache, two undone", true, WITH_THE_GROUP, small, "IXO", NULL },
    { "spilling", true, WITH_THE_GROUP, spilling, "CCO", NULL },
    { "spilling, second undone", true, WITH_THE_GROUP, spilling, "OIO", "---" },
    { "opening", false, WHILE_OPENING, "", "CNC", NULL },
    { "checkpoint", true, AFTER_THE_GROUP, "", "OCC", NULL },
    { "ten", false, WITH_THE_GROUP, "", "CCOCCCCCCC", NULL },
    { "ten, fourth undone", true, WITH_THE_GROUP, "", "CCCXCCOCCC", NULL },
    { "ten, small cache, two undone", true, WITH_THE_GROUP, small, "CCCXCCCCIC", NULL },
};

static enum outcome outcome_of(char letter)
{
    static const enum outcome outcomes[] = {
        ['C'] = CREATED, ['O'] = OK,        ['X'] = CONFLICT,
        ['I'] = INVALID, ['N'] = NOT_FOUND, ['-'] = UNAVAILABLE
    };
    return outcomes[(unsigned char)letter];
}

static bool is_large(const struct scenario *scenario)
{
    return strlen(scenario->answers) == MOST;
}

static const char *path;
static char *template;
static size_t template_size;

struct item {
    int64_t id;
    enum outcome answer;
};

static enum outcome note_store(struct db *db, void *context)
{
    const struct item *item = context;
    char body[BODY];
    int64_t id = item->id;
    memset(body, 'a' + (int)(id % 26), sizeof body);
    body[sizeof body - 1] = '\0';
    db_run(db, "INSERT INTO note (id, body) VALUES (:id, :body)", BIND(id),
           BINDAS(body, (const char *)body));
    db_run(db, "INSERT INTO trail (note, kind) VALUES (:id, hex(randomblob(300)))", BIND(id));
    db_run(db, "UPDATE trail SET kind = 'seen ' || id WHERE note = :id % 50", BIND(id));
    mirror.notes++;
    return item->answer;
}

static bool group_commit(struct gate *gate, const char *answers, int64_t first, enum outcome *got)
{
    struct item items[MOST];
    struct gate_item gated[MOST];
    size_t count = strlen(answers);
    for (size_t i = 0; i < count; i++) {
        items[i] = (struct item){ first + (int64_t)i, outcome_of(answers[i]) };
        gated[i] = (struct gate_item){ .run = note_store, .context = &items[i] };
    }
    bool answered = gate_commit(gate, gated, count);
    for (size_t i = 0; i < count; i++)
        got[i] = gated[i].got;
    return answered;
}

static struct gate *faulty_gate(const struct scenario *scenario)
{
    const char *error;
    struct gate *gate = gate_open(path, 1, &error);
    if (!gate)
        return NULL;
    gate_min_free(gate, 0, 0);
    mirror.db = gate_db(gate);
    mirror.known = false;
    gate_follow(gate, &(struct gate_follower){ NULL, mirror_begin, mirror_item, mirror_undo,
                                               mirror_flush, mirror_drop });
    db_script(gate_db(gate), scenario->setting);
    return gate;
}

static void file_renew(const char *bytes, size_t size)
{
    path = path_of("a.db");
    unlink(path_of("a.db-wal"));
    unlink(path_of("a.db-shm"));
    bytes_write(path, bytes, size);
}

/* What a kill at this instant leaves: the file and its log, not the shared memory. */
static void gate_kill(struct gate *gate)
{
    static char file[FILE_MOST], wal[FILE_MOST];
    size_t file_size = bytes_read(path, file, sizeof file);
    size_t wal_size = bytes_read(path_of("a.db-wal"), wal, sizeof wal);
    gate_close(gate);
    file_renew(file, file_size);
    bytes_write(path_of("a.db-wal"), wal, wal_size);
}

static bool is_stored(enum outcome got)
{
    return got == OK || got == CREATED;
}

/* What comes after the fault. */
enum sequel {
    GOES_ON, /* the same program, on a disk that is well again */
    CLOSES,  /* while the fault lasts; another program opens the file */
    KILLED,  /* without a last word: the file and its log as they lie there */
    SEQUELS
};

struct run {
    const struct scenario *scenario;
    int64_t n;
    enum sequel sequel;
    enum outcome got[MOST];
    bool answered;
};

static void complain(const struct run *run, const char *what)
{
    fail_msg("%s: %s %s fails at ask %lld (%s): %s", run->scenario->name,
             plan.persistent ? "from then on" : "once", sqlite3_errstr(plan.code),
             (long long)run->n, plan.where, what);
}

/* The one limit that gate.h names: COMMIT failed at its sync, the disk took nothing afterwards, and
 * the log is found whole by the next program. */
static bool may_reappear(const struct run *run)
{
    return plan.persistent && plan.code == SQLITE_IOERR && strcmp(plan.where, "sync") == 0 &&
           !run->answered && run->sequel != GOES_ON;
}

/* Reads behind a healthy connection: exactly what was acknowledged, and a sound file. */
static void compare(const struct run *run)
{
    struct db *db = must_open(path, DB_READ);
    bool reappeared = may_reappear(run) && db_int(db, "SELECT count(*) FROM note WHERE id >= 1000");
    const char *answers = run->scenario->answers;
    for (int i = 0; answers[i]; i++) {
        int64_t id = 1000 + i;
        bool there = db_int(db, "SELECT count(*) FROM note WHERE id = :id", BIND(id));
        if (there != is_stored(reappeared ? outcome_of(answers[i]) : run->got[i]))
            complain(run, there ? "an item that was refused is stored"
                                : "an acknowledged item is not stored");
        if (there != db_int(db, "SELECT count(*) FROM trail WHERE note = :id", BIND(id)))
            complain(run, "an item is half stored");
    }
    if (db_int(db, "SELECT notes - (SELECT count(*) FROM note) FROM tally") != 0)
        complain(run, "the follower's state does not match");
    if (strcmp(db_integrity(db, arena), "ok") != 0 || db_fault(db) != DB_FINE)
        complain(run, db_integrity(db, arena));
    db_close(db);
}

static void go_on(const struct run *run, struct gate *gate)
{
    enum outcome got[MOST];
    const char *answers = is_large(run->scenario) ? "CCCCCCCCCC" : "CCO";
    if (!group_commit(gate, answers, 2000, got))
        complain(run, arena_printf(arena, "the next group is refused: %s", gate_trouble(gate)));
    for (int i = 0; answers[i]; i++)
        if (!is_stored(got[i]))
            complain(run, "an item of the next group is refused");
}

/* One group under the plan; the gate is still open, when it could be opened. */
static struct gate *disturb(struct run *run, int code, bool persistent)
{
    enum outcome ignored[MOST];
    file_renew(template, template_size);
    plan_set(code, persistent, run->scenario->begin == WHILE_OPENING ? run->n : 0);
    struct gate *gate = faulty_gate(run->scenario);
    if (run->scenario->warm && !group_commit(gate, "CCO", 500, ignored))
        complain(run, gate_trouble(gate));
    if (run->scenario->begin == WITH_THE_GROUP)
        plan_set(code, persistent, run->n);
    for (int i = 0; i < MOST; i++)
        run->got[i] = UNAVAILABLE;
    run->answered = gate && group_commit(gate, run->scenario->answers, 1000, run->got);
    if (run->scenario->begin == AFTER_THE_GROUP) {
        plan_set(code, persistent, run->n);
        gate_checkpoint(gate);
        gate_truncate(gate);
    }
    return gate;
}

/* False when the n-th ask was never made. */
static bool play(struct run *run, int code, bool persistent)
{
    struct gate *gate = disturb(run, code, persistent);
    bool struck = plan.struck;
    if (run->sequel == GOES_ON)
        plan_end();
    if (run->sequel == GOES_ON && gate)
        go_on(run, gate);
    if (run->sequel == KILLED)
        gate_kill(gate);
    else
        gate_close(gate);
    plan_end();
    compare(run);
    if (run->sequel != GOES_ON) {
        gate = faulty_gate(&scenarios[0]);
        go_on(run, gate);
        gate_close(gate);
    }
    arena_reset(arena);
    return struck;
}

static void assert_undisturbed(const struct run *run)
{
    const char *got = run->scenario->got ? run->scenario->got : run->scenario->answers;
    for (int i = 0; got[i]; i++)
        if (run->got[i] != outcome_of(got[i]))
            complain(run, "a run without a fault does not answer as its items did");
}

/* Places of memory are many, and next to one another much alike. */
static int64_t stride(const struct scenario *scenario, int code)
{
    if (code != SQLITE_NOMEM)
        return 1;
    return is_large(scenario) ? 13 : scenario->begin == WHILE_OPENING ? 7 : 1;
}

/* The disk's errors meet every sequel at every place; for the others the sequels take turns. */
static bool meets_all(const struct scenario *scenario, int code)
{
    return code == SQLITE_IOERR && !is_large(scenario);
}

static int64_t play_kind(const struct scenario *scenario, int code, bool persistent,
                         enum sequel sequel)
{
    struct run run = { .scenario = scenario, .n = 1, .sequel = sequel };
    while (play(&run, code, persistent)) {
        run.n += stride(scenario, code);
        run.sequel = meets_all(scenario, code) ? sequel : (run.sequel + 1) % SEQUELS;
    }
    assert_undisturbed(&run);
    return run.n - 1;
}

static void play_all(const struct scenario *scenario, int code)
{
    int64_t most = 0;
    enum sequel end = meets_all(scenario, code) ? SEQUELS : GOES_ON + 1;
    for (enum sequel sequel = GOES_ON; sequel < end; sequel++) {
        most = play_kind(scenario, code, false, sequel);
        play_kind(scenario, code, true, sequel);
    }
    print_message("%s, %s: %lld places\n", scenario->name, sqlite3_errstr(code), (long long)most);
}

static void play_scenarios(int code)
{
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
        play_all(&scenarios[i], code);
}

static void test_disk_full(void **state)
{
    (void)state;
    play_scenarios(SQLITE_FULL);
}

static void test_input_output_errors(void **state)
{
    (void)state;
    play_scenarios(SQLITE_IOERR);
}

static void test_no_memory(void **state)
{
    (void)state;
    play_scenarios(SQLITE_NOMEM);
}

static int set_up(void **state)
{
    (void)state;
    folder_make_in(access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                                 : "/tmp"); /* some ten thousand files */
    log_threshold(LOG_ERROR + 1);
    path = must_create(
        "a.db", "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;"
                "CREATE INDEX note_body ON note (body);"
                "CREATE TABLE trail (id INTEGER PRIMARY KEY, note INTEGER NOT NULL, kind TEXT NOT "
                "NULL) STRICT;"
                "CREATE INDEX trail_note ON trail (note); CREATE INDEX trail_kind ON trail (kind);"
                "CREATE TABLE tally (notes INTEGER NOT NULL) STRICT; INSERT INTO tally VALUES (0);"
                "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)"
                " INSERT INTO trail (note, kind) SELECT i % 50, hex(randomblob(100)) FROM n;"
                "PRAGMA user_version = 1");
    struct db *db = must_open(path, DB_WRITE);
    assert_true(db_truncate_wal(db, 100));
    db_close(db);
    FILE *file = fopen(path, "r");
    template = malloc(FILE_MOST);
    template_size = fread(template, 1, FILE_MOST, file);
    fclose(file);
    return 0;
}

static int tear_down(void **state)
{
    plan_end();
    log_threshold(LOG_INFO);
    free(template);
    return folder_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_disk_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_input_output_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_memory, set_up, tear_down),
    };
    shims_install();
    return cmocka_run_group_tests_name("gate_faults", tests, NULL, NULL);
}
