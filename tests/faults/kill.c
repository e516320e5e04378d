/* kill -9 of writers (security.md T 1): eight processes store groups through the gate and note each
 * group that was acknowledged; the parent kills them at random instants, and ambushes kill them at
 * the places that chance rarely meets: inside a checkpoint, at the restart of the WAL, while
 * opening.  Afterwards every acknowledged row is there once, nothing refused is there, and what was
 * never acknowledged is at most one whole group a kill. */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faults.h"
#include "gate.h"
#include "kill_judge.h"
#include "kill_plan.h"
#include "log.h"

static const char schema[] =
    "CREATE TABLE writer (id INTEGER PRIMARY KEY, number INTEGER NOT NULL,"
    " ballast BLOB NOT NULL) STRICT;"
    "CREATE TABLE entry (id INTEGER PRIMARY KEY, writer INTEGER NOT NULL REFERENCES writer (id),"
    " number INTEGER NOT NULL, payload TEXT NOT NULL, UNIQUE (writer, number)) STRICT;"
    "CREATE INDEX entry_payload ON entry (payload);"
    "CREATE TABLE counter (id INTEGER PRIMARY KEY, entries INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL) STRICT;"
    "INSERT INTO counter VALUES (1, 0, 0);"
    "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 7)"
    " INSERT INTO writer SELECT i, 0, x'' FROM n";

enum {
    SYNC_USECS = 200,
    PAUSE_USECS = 5000,   /* at most, between two kills */
    QUIET_USECS = 100000, /* now and then, so that the WAL fills up and checkpoints come */
};

enum spot { AT_OPEN, AT_RESTART, AT_FRAME, AT_COMMIT, AT_COPY, AT_COPIED, SPOTS };

static const struct {
    const char *where;
    size_t within; /* the ambush springs at one of the next so many visits, by anyone */
} spots[SPOTS] = {
    [AT_OPEN] = { "opening the file", 40 },
    [AT_RESTART] = { "starting the WAL anew", 2 },
    [AT_FRAME] = { "appending a frame", 4000 },
    [AT_COMMIT] = { "syncing the WAL", 100 },
    [AT_COPY] = { "copying a page in a checkpoint", 3000 },
    [AT_COPIED] = { "syncing a checkpoint", 6 },
};

/* Shared by all processes, and outlives each of them. */
struct board {
    _Atomic int64_t countdown[SPOTS], sprung[SPOTS];
    struct {
        _Atomic bool ready;
        _Atomic int64_t unavailable, checkpoints, longest_wait_ms;
    } writers[WRITERS];
};

struct run {
    char path[4000];
    int acks;
    pid_t pids[WRITERS];
    int32_t lives[WRITERS];
    size_t kills, early, strange;
};

static struct board *board;

static void ambush(enum spot spot)
{
    if (atomic_fetch_sub(&board->countdown[spot], 1) != 1)
        return;
    atomic_fetch_add(&board->sprung[spot], 1);
    kill(getpid(), SIGKILL);
}

static int deadly_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
    bool database = shim_file_of(file) == SHIM_DATABASE;
    ambush(database ? AT_COPY : offset == 0 ? AT_RESTART : AT_FRAME);
    return shim_real(file)->xWrite(file, bytes, size, offset);
}

/* A killed process loses nothing that it has handed to the kernel: the time of a sync is enough. */
static int deadly_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    ambush(shim_file_of(file) == SHIM_DATABASE ? AT_COPIED : AT_COMMIT);
    usleep(SYNC_USECS);
    return SQLITE_OK;
}

static void deadly_open(enum shim_file file, const char *path)
{
    (void)file, (void)path;
    ambush(AT_OPEN);
}

static void replace(enum shim_file file, sqlite3_io_methods *methods)
{
    (void)file;
    methods->xWrite = deadly_write;
    methods->xSync = deadly_sync;
}

struct item {
    const struct batch *batch;
    int place;
    const unsigned char *ballast;
    size_t ballast_size;
};

static enum outcome item_store(struct db *db, void *context)
{
    const struct item *item = context;
    enum fate fate = plan_fate(item->batch, item->place);
    int64_t writer = item->batch->writer;
    int64_t number = plan_number(item->batch, fate == REPEATED ? 0 : item->place);
    char payload[PAYLOAD_MOST + 1];
    plan_payload(item->batch, item->place, payload);
    db_run(db, "UPDATE counter SET entries = entries + 1, bytes = bytes + length(:payload)",
           BINDAS(payload, (const char *)payload));
    if (db_run(db,
               "INSERT INTO entry (writer, number, payload) VALUES (:writer, :number, :payload)"
               " ON CONFLICT (writer, number) DO NOTHING",
               BIND(writer), BIND(number), BINDAS(payload, (const char *)payload)) == 0)
        return CONFLICT;
    if (item->place == 0)
        db_run(db, "UPDATE writer SET number = :number, ballast = :ballast WHERE id = :writer",
               BIND(number), BIND(writer), BINDBLOB(ballast, item->ballast, item->ballast_size));
    return fate == STORED ? CREATED : CONFLICT;
}

_Noreturn static void writer_fail(const char *what)
{
    figure("a writer gave up: %s", what);
    _exit(1);
}

/* One group through the gate; true when it was acknowledged. */
static bool batch_store(struct gate *gate, const struct batch *batch)
{
    static unsigned char ballast[BALLAST_MOST];
    struct item items[ITEMS_MOST];
    struct gate_item gated[ITEMS_MOST];
    int count = plan_items(batch);
    size_t size = plan_ballast(batch, ballast);
    for (int i = 0; i < count; i++) {
        items[i] = (struct item){ batch, i, ballast, size };
        gated[i] = (struct gate_item){ .run = item_store, .context = &items[i] };
    }
    if (!gate_commit(gate, gated, (size_t)count))
        return false;
    for (int i = 0; i < count; i++)
        if (gated[i].got != (plan_fate(batch, i) == STORED ? CREATED : CONFLICT))
            writer_fail("an item got another outcome than its own");
    return true;
}

static void board_note(const struct gate *gate, const struct batch *batch, bool stored,
                       int64_t *checkpoints)
{
    struct gate_stats stats = gate_stats(gate);
    atomic_fetch_add(&board->writers[batch->writer].unavailable, !stored);
    atomic_fetch_add(&board->writers[batch->writer].checkpoints, stats.checkpoints - *checkpoints);
    *checkpoints = stats.checkpoints;
    if (stats.longest_wait_ms > board->writers[batch->writer].longest_wait_ms)
        board->writers[batch->writer].longest_wait_ms = stats.longest_wait_ms;
}

_Noreturn static void writer_run(const struct run *run, struct batch batch)
{
    const char *error;
    int64_t checkpoints = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct gate *gate = gate_open(run->path, 0, &error);
    if (!gate)
        writer_fail(error);
    gate_min_free(gate, 0, 0); /* not what this is about */
    board->writers[batch.writer].ready = true;
    for (batch.batch = 1;; batch.batch++) {
        struct ack ack = { batch, batch_store(gate, &batch) };
        if (write(run->acks, &ack, sizeof ack) != (ssize_t)sizeof ack)
            writer_fail("the acknowledgement could not be noted");
        board_note(gate, &batch, ack.stored, &checkpoints);
    }
}

static void writer_start(struct run *run, int writer)
{
    board->writers[writer].ready = false;
    run->lives[writer]++;
    pid_t pid = fork();
    if (pid < 0)
        stop("fork");
    if (pid == 0)
        writer_run(run, (struct batch){ writer, run->lives[writer], 0 });
    run->pids[writer] = pid;
}

/* Counts a death; a writer that ended by itself is a finding. */
static void writer_bury(struct run *run, pid_t pid, int status)
{
    int writer = 0;
    while (run->pids[writer] != pid)
        writer++;
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    run->kills += killed;
    run->strange += !killed;
    run->early += killed && !board->writers[writer].ready;
    run->pids[writer] = 0;
}

static void strike(struct run *run, int writer)
{
    int status;
    pid_t pid = run->pids[writer];
    kill(pid, SIGKILL);
    if (waitpid(pid, &status, 0) != pid)
        stop("waitpid");
    writer_bury(run, pid, status);
}

static void writers_restart(struct run *run)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        writer_bury(run, pid, status);
    for (int i = 0; i < WRITERS; i++)
        if (!run->pids[i])
            writer_start(run, i);
}

/* Mostly one; now and then it dies again while it opens, or all die and the WAL is recovered. */
static void strike_someone(struct run *run)
{
    int writer = (int)chance_below(WRITERS);
    size_t dice = chance_below(64);
    for (int i = 0; dice == 0 && i < WRITERS; i++)
        if (i != writer)
            strike(run, i);
    strike(run, writer);
    writers_restart(run);
    if (dice < 8) {
        usleep((useconds_t)chance_below(2000));
        strike(run, writer);
        writers_restart(run);
    }
}

static void arm(void)
{
    for (int i = 0; i < SPOTS; i++)
        if (board->countdown[i] <= 0)
            board->countdown[i] = 1 + (int64_t)chance_below(spots[i].within);
}

/* Before the parent itself opens the database. */
static void disarm(void)
{
    for (int i = 0; i < SPOTS; i++)
        board->countdown[i] = 0;
}

static bool sprung_everywhere(void)
{
    for (int i = 0; i < SPOTS; i++)
        if (!board->sprung[i])
            return false;
    return true;
}

static void run_kills(struct run *run, size_t kills)
{
    time_t end = time(NULL) + 60 + (time_t)kills / 50;
    writers_restart(run);
    while ((run->kills < kills || !sprung_everywhere()) && time(NULL) < end) {
        arm();
        usleep((useconds_t)chance_below(chance_below(32) ? PAUSE_USECS : QUIET_USECS));
        strike_someone(run);
    }
    for (int i = 0; i < WRITERS; i++)
        strike(run, i);
    disarm();
}

static void report(const struct run *run, const struct findings *found)
{
    int64_t checkpoints = 0, unavailable = 0, wait = 0;
    for (int i = 0; i < WRITERS; i++) {
        checkpoints += board->writers[i].checkpoints;
        unavailable += board->writers[i].unavailable;
        if (board->writers[i].longest_wait_ms > wait)
            wait = board->writers[i].longest_wait_ms;
    }
    figure("%zu kills, %zu of them before the writer had opened", run->kills, run->early);
    for (int i = 0; i < SPOTS; i++)
        figure("%lld of them %s", (long long)board->sprung[i], spots[i].where);
    figure("%zu groups, %zu rows, %zu acknowledgements, %zu groups stored and not acknowledged",
           found->groups, found->rows, found->acknowledged, found->unacknowledged);
    figure("%lld checkpoints, %lld groups refused, longest wait for the gate %lld ms",
           (long long)checkpoints, (long long)unavailable, (long long)wait);
}

static void verify(const struct run *run, size_t kills)
{
    const char *error;
    struct arena *arena = arena_new();
    struct gate *gate = gate_open(run->path, 0, &error);
    check(gate != NULL, "the database opens after %zu kills%s%s", run->kills, gate ? "" : ": ",
          gate ? "" : error);
    if (!gate)
        return;
    struct db *db = gate_db(gate);
    struct findings found = judge_database(db, run->acks);
    report(run, &found);
    check(run->kills >= kills && sprung_everywhere(),
          "writers were killed %zu times, and at every place at least once", kills);
    check(run->strange == 0, "no writer ended but by kill -9 (%zu did)", run->strange);
    check(found.acknowledged > 0 && found.lost == 0, "every acknowledged group is there (%zu lost)",
          found.lost);
    check(found.torn == 0, "every group is there whole, its refused items are not (%zu torn)",
          found.torn);
    check(found.refused == 0, "no group that was answered UNAVAILABLE is there (%zu are)",
          found.refused);
    check(found.stray == 0 && found.unacknowledged <= run->kills,
          "what was not acknowledged is at most the last group of a killed writer (%zu strays)",
          found.stray);
    check(found.ballast == 0,
          "every writer's large value is the one of its newest group (%zu are not)", found.ballast);
    check(found.sums, "the counter equals the sum of the rows");
    const char *integrity = db_integrity(db, arena);
    check(strcmp(integrity, "ok") == 0, "integrity_check and foreign_key_check: %s", integrity);
    check(db_fault(db) == DB_FINE, "the verification met no fault%s", db_fault_text(db));
    gate_close(gate);
    arena_free(arena);
}

static void database_create(const char *path)
{
    const char *error = NULL;
    struct db *db = db_open(path, DB_CREATE, &error);
    if (!db || !db_script(db, schema)) {
        fprintf(stderr, "%s: %s\n", path, db ? db_fault_text(db) : error);
        exit(2);
    }
    db_close(db);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: kill FOLDER [KILLS] [SEED]\n", stderr);
        return 2;
    }
    size_t kills = argument(argc, argv, 2, 1000);
    struct run run = { 0 };
    char name[4096];
    chance_seed(argument(argc, argv, 3, 1));
    snprintf(run.path, sizeof run.path, "%s/db", argv[1]);
    snprintf(name, sizeof name, "%s/acks", argv[1]);
    run.acks = open(name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run.acks < 0 || board == MAP_FAILED)
        stop(name);
    snprintf(name, sizeof name, "%s/log", argv[1]);
    log_open(name);
    database_create(run.path);
    shim.opened = deadly_open;
    shim_install(replace);
    run_kills(&run, kills);
    verify(&run, kills);
    return checks_failed != 0;
}
