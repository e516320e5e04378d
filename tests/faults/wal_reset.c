/* The WAL-reset race of SQLite 3.7.0 ... 3.51.2 (security.md 0.1, R-2), as a schedule and not as a
 * matter of luck.  A checkpoint reads the WAL header, and before it looks how much is already
 * copied, a writer starts the WAL anew: frames of the new WAL are then taken for copied, and the
 * next truncation throws them away.  SQLite calls xUnfetch(file, 0, NULL) just there, so the shim
 * holds the checkpointer in it.  Three processes play the same schedule through one of two doors:
 * plain connections, where it must corrupt, and the gate, where it must not. */
#include <errno.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faults.h"
#include "gate_lock.h"
#include "log.h"
#include "wal_reset_door.h"

enum { ROUNDS_A_FILE = 10, SMALL = 20, LARGE = 600 };
enum act { COMMIT, CHECKPOINT, TRUNCATE, GO };
enum say { READY = 'r', TRYING = 't', HELD = 'h', DONE = 'd', FAILED = 'f' };

struct order {
    enum act act;
    int count, bytes; /* COMMIT: so many transactions of one row */
    bool hold; /* CHECKPOINT: stop between reading the header and looking at what is copied */
};

struct actor {
    pid_t pid;
    int line;
};

struct tally {
    size_t rounds, held, waited, gate_locked, sqlite_locked, failed, corrupt;
};

/* One file and the three processes that share it. */
struct stage {
    const struct door *door;
    const char *path;
    struct actor writer, first, second;
    struct tally *tally;
};

static int actor_line = -1;
static bool hold_next;

static void tell(int line, const void *what, size_t size)
{
    if (write(line, what, size) != (ssize_t)size)
        stop("write to an actor");
}

static void hear(int line, void *what, size_t size)
{
    if (read(line, what, size) != (ssize_t)size)
        stop("read from an actor");
}

static void say(enum say what)
{
    tell(actor_line, &(char){ (char)what }, 1);
}

static int held_unfetch(sqlite3_file *file, sqlite3_int64 offset, void *page)
{
    if (!page && hold_next) {
        struct order go;
        hold_next = false;
        say(HELD);
        hear(actor_line, &go, sizeof go);
    }
    return shim_real(file)->xUnfetch(file, offset, page);
}

/* The race is about shared memory, not about the disk. */
static int no_sync(sqlite3_file *file, int flags)
{
    (void)file, (void)flags;
    return SQLITE_OK;
}

static void replace(enum shim_file file, sqlite3_io_methods *methods)
{
    methods->xSync = no_sync;
    if (file == SHIM_DATABASE)
        methods->xUnfetch = held_unfetch;
}

static bool actor_commit(const struct door *door, void *store, const struct order *order)
{
    for (int i = 0; i < order->count; i++)
        if (!door->commit(store, order->bytes))
            return false;
    return true;
}

static bool actor_obey(const struct door *door, void *store, const struct order *order)
{
    hold_next = order->hold;
    bool done = order->act == COMMIT       ? actor_commit(door, store, order)
                : order->act == CHECKPOINT ? door->checkpoint(store)
                                           : door->truncate(store);
    hold_next = false;
    return done;
}

/* Lives until the other end hangs up; leaves the file as a killed process would. */
_Noreturn static void actor_run(const struct door *door, const char *path, int line)
{
    struct order order;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    actor_line = line;
    void *store = door->open(path);
    say(READY);
    while (read(line, &order, sizeof order) == (ssize_t)sizeof order) {
        say(TRYING);
        say(actor_obey(door, store, &order) ? DONE : FAILED);
    }
    _exit(0);
}

static char actor_hear(const struct actor *actor)
{
    char word;
    hear(actor->line, &word, 1);
    return word;
}

static void actor_expect(const struct actor *actor, enum say word)
{
    if (actor_hear(actor) != (char)word)
        stop("an actor out of step");
}

static struct actor actor_start(const struct door *door, const char *path)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        stop("socketpair");
    struct actor actor = { .pid = fork(), .line = ends[0] };
    if (actor.pid < 0)
        stop("fork");
    if (actor.pid == 0) {
        close(ends[0]);
        actor_run(door, path, ends[1]);
    }
    close(ends[1]);
    actor_expect(&actor, READY);
    return actor;
}

static void actor_end(struct actor *actor)
{
    shutdown(actor->line, SHUT_RDWR);
    waitpid(actor->pid, NULL, 0);
    close(actor->line);
}

static void actor_begin(const struct actor *actor, struct order order)
{
    tell(actor->line, &order, sizeof order);
    actor_expect(actor, TRYING);
}

static bool actor_do(const struct actor *actor, struct order order)
{
    actor_begin(actor, order);
    return actor_hear(actor) == DONE;
}

static bool comes_through(const struct actor *actor, int patience_ms)
{
    struct pollfd wait = { .fd = actor->line, .events = POLLIN };
    return poll(&wait, 1, patience_ms) > 0;
}

static bool is_gate_locked(const char *path)
{
    char name[4096];
    struct gate_lock lock;
    snprintf(name, sizeof name, "%.*s/gate", (int)(strrchr(path, '/') - path), path);
    if (!gate_lock_open(&lock, name))
        stop(name);
    bool locked = !gate_lock_take(&lock, 0);
    gate_lock_close(&lock);
    return locked;
}

static bool is_sqlite_locked(const char *path)
{
    sqlite3 *db = plain_open(path);
    sqlite3_busy_timeout(db, 0);
    bool locked = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_BUSY;
    sqlite3_close(db);
    return locked;
}

/* While the checkpointer is held: two locks must be in the writer's way, each enough by itself. */
static void look_around(const struct stage *stage)
{
    stage->tally->held++;
    stage->tally->waited += !comes_through(&stage->writer, stage->door->patience_ms);
    stage->tally->gate_locked += is_gate_locked(stage->path);
    stage->tally->sqlite_locked += is_sqlite_locked(stage->path);
}

/* The heart: the second checkpointer stops, the writer tries, the checkpointer goes on. */
static bool overtake(const struct stage *stage)
{
    actor_begin(&stage->second, (struct order){ .act = CHECKPOINT, .hold = true });
    char word = actor_hear(&stage->second);
    actor_begin(&stage->writer, (struct order){ .act = COMMIT, .count = 5, .bytes = SMALL });
    if (word == HELD) {
        look_around(stage);
        tell(stage->second.line, &(struct order){ .act = GO }, sizeof(struct order));
        word = actor_hear(&stage->second);
    }
    bool stored = actor_hear(&stage->writer) == DONE;
    return word == DONE && stored;
}

static bool schedule(const struct stage *stage)
{
    static const struct order store_8 = { .act = COMMIT, .count = 8, .bytes = LARGE };
    static const struct order store_80 = { .act = COMMIT, .count = 80, .bytes = LARGE };
    static const struct order checkpoint = { .act = CHECKPOINT }, truncate = { .act = TRUNCATE };
    bool done = actor_do(&stage->writer, store_8);
    done &= actor_do(&stage->first, checkpoint);
    done &= overtake(stage);
    done &= actor_do(&stage->first, checkpoint);
    done &= actor_do(&stage->writer, store_80);
    done &= actor_do(&stage->first, truncate);
    return done;
}

static bool is_sound(const char *path, int64_t rows, struct arena *arena)
{
    const char *error;
    struct db *db = db_open(path, DB_READ, &error);
    if (!db)
        return false;
    bool sound = strcmp(db_integrity(db, arena), "ok") == 0 &&
                 db_int(db, "SELECT count(*) FROM leaf") == rows && db_fault(db) == DB_FINE;
    db_close(db);
    arena_reset(arena);
    return sound;
}

static void file_create(const char *path)
{
    const char *error;
    struct db *db = db_open(path, DB_CREATE, &error);
    if (!db || !db_script(db, "CREATE TABLE leaf (id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                              " body TEXT NOT NULL) STRICT;"
                              "CREATE INDEX leaf_name ON leaf (name)")) {
        fprintf(stderr, "%s: %s\n", path, db ? db_fault_text(db) : error);
        exit(2);
    }
    db_close(db);
}

/* A file of its own with its own processes: a corrupt one says nothing about the next. */
static void play_file(const struct door *door, const char *path, size_t rounds, struct tally *tally)
{
    struct arena *arena = arena_new();
    struct stage stage = { .door = door, .path = path, .tally = tally };
    file_create(path);
    stage.writer = actor_start(door, path);
    stage.first = actor_start(door, path);
    stage.second = actor_start(door, path);
    for (size_t round = 1; round <= rounds; round++) {
        tally->rounds++;
        tally->failed += !schedule(&stage);
        tally->corrupt += !is_sound(path, (int64_t)round * (8 + 5 + 80), arena);
    }
    actor_end(&stage.writer);
    actor_end(&stage.first);
    actor_end(&stage.second);
    arena_free(arena);
}

static void file_remove(const char *path)
{
    static const char *const tails[] = { "", "-wal", "-shm" };
    char name[4096];
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        if (unlink(name) != 0 && errno != ENOENT)
            stop(name);
    }
}

static struct tally play(const struct door *door, const char *folder, size_t rounds,
                         size_t rounds_a_file)
{
    struct tally tally = { 0 };
    char path[4000];
    snprintf(path, sizeof path, "%s/%s.db", folder, door->name);
    while (tally.rounds < rounds) {
        size_t left = rounds - tally.rounds;
        play_file(door, path, left < rounds_a_file ? left : rounds_a_file, &tally);
        file_remove(path);
    }
    return tally;
}

/* Mended in 3.51.3, and in the older lines by 3.44.6 and 3.50.7. */
static bool is_affected(int version)
{
    int line = version / 1000, patch = version % 1000;
    return version >= 3007000 && version < 3051003 && !(line == 3044 && patch >= 6) &&
           !(line == 3050 && patch >= 7);
}

static void control(const char *folder, size_t rounds)
{
    if (!is_affected(sqlite3_libversion_number())) {
        figure("SQLite %s has no WAL-reset race: the ungated control is skipped",
               sqlite3_libversion());
        return;
    }
    struct tally tally = play(&plain, folder, rounds, 1);
    check(tally.corrupt == rounds,
          "without the gate the schedule corrupts SQLite %s: %zu of %zu rounds",
          sqlite3_libversion(), tally.corrupt, rounds);
}

static void proof(const char *folder, size_t rounds)
{
    struct tally tally = play(&gated, folder, rounds, ROUNDS_A_FILE);
    const struct {
        const char *sentence;
        size_t count;
    } always[] = {
        { "the checkpointer was held between reading the header and copying", tally.held },
        { "the writer that came meanwhile had to wait", tally.waited },
        { "the gate was locked meanwhile", tally.gate_locked },
        { "SQLite's own write lock was taken meanwhile, too", tally.sqlite_locked },
        { "every commit and checkpoint behind the gate succeeded", rounds - tally.failed },
        { "behind the gate the database stays whole", rounds - tally.corrupt },
    };
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        check(always[i].count == rounds, "%s: %zu of %zu rounds", always[i].sentence,
              always[i].count, rounds);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: wal_reset FOLDER [GATED ROUNDS] [CONTROL ROUNDS]\n", stderr);
        return 2;
    }
    char log[4096];
    snprintf(log, sizeof log, "%s/log", argv[1]);
    log_open(log); /* the control's faults are expected */
    shim_install(replace);
    control(argv[1], argument(argc, argv, 3, 20));
    proof(argv[1], argument(argc, argv, 2, 1000));
    return checks_failed != 0;
}
