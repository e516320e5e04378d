/* Power cuts (security.md T 3, R-1): a workload behind the gate is recorded write by write, then
 * cut at random points; each cut becomes an image of what the disk may hold, and the product opens
 * it.  The image must hold exactly the state after the last acknowledged operation, or after the
 * one that was under way: whole, no more and no less.  The same with syncs forgotten must fail,
 * else this test would prove nothing. */
#include <sys/stat.h>

#include "gate.h"
#include "log.h"
#include "power_cut_image.h"

/* g: a group of items.  s: the next script.  c: checkpoint.  t: truncate.  r: open again. */
static const char workload[] = "gggggcgggcggscggcgtgggrggcgscgcgggtgscgcggg";

static const char schema[] =
    "CREATE TABLE thing (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL) STRICT;"
    "CREATE INDEX thing_kind ON thing (kind);"
    "CREATE TABLE tally (id INTEGER PRIMARY KEY, operation INTEGER NOT NULL) STRICT;"
    "INSERT INTO tally VALUES (1, 0)";

/* What migrations and retention do, each one a single operation. */
static const char *const scripts[] = {
    ("BEGIN IMMEDIATE; ALTER TABLE thing ADD COLUMN note TEXT NOT NULL DEFAULT 'none';"
     "CREATE INDEX thing_note ON thing (note); UPDATE thing SET note = kind || id WHERE id % 2;"
     "UPDATE tally SET operation = operation + 1; PRAGMA user_version = 2; COMMIT"),

    ("BEGIN IMMEDIATE; CREATE TABLE copied (id INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
     " body BLOB NOT NULL, note TEXT NOT NULL DEFAULT 'none') STRICT;"
     "INSERT INTO copied SELECT id, upper(kind), body, note FROM thing;"
     "DROP TABLE thing; ALTER TABLE copied RENAME TO thing;"
     "CREATE INDEX thing_kind ON thing (kind, note);"
     "UPDATE tally SET operation = operation + 1; PRAGMA user_version = 3; COMMIT"),

    ("BEGIN IMMEDIATE; DELETE FROM thing WHERE id % 3;"
     "UPDATE tally SET operation = operation + 1; COMMIT; VACUUM"),
};

enum { GROUP_MOST = 20, BODY_MOST = 3000, LARGE_MOST = 40000, STATES = sizeof workload };
enum deed { INSERT, INSERT_LARGE, UPDATE, REMOVE, REFUSE, DEEDS };

/* The digest of everything stored, after each operation of the workload. */
struct states {
    uint64_t digests[STATES];
    int64_t count;
};

struct deed_item {
    enum deed deed;
    int64_t operation;
    uint64_t dice;
};

static enum outcome deed_run(struct db *db, void *context)
{
    const struct deed_item *item = context;
    static const char *const kinds[] = { "lead", "sale", "visit", "call" };
    const char *kind = kinds[item->dice % 4];
    int64_t size = (int64_t)(item->dice % (item->deed == INSERT_LARGE ? LARGE_MOST : BODY_MOST));
    int64_t among = (int64_t)(item->dice >> 20 & 0xffff);
    int64_t operation = item->operation;
    db_run(db, "UPDATE tally SET operation = :operation", BIND(operation));
    if (item->deed == UPDATE)
        db_run(db,
               "UPDATE thing SET kind = :kind, body = randomblob(:size) WHERE id ="
               " (SELECT min(id) FROM thing WHERE id >= :among % (SELECT max(id) FROM thing))",
               BIND(kind), BIND(size), BIND(among));
    else if (item->deed == REMOVE)
        db_run(db,
               "DELETE FROM thing WHERE id ="
               " (SELECT min(id) FROM thing WHERE id >= :among % (SELECT max(id) FROM thing))",
               BIND(among));
    else
        db_run(db, "INSERT INTO thing (kind, body) VALUES (:kind, randomblob(:size))", BIND(kind),
               BIND(size));
    return item->deed == REFUSE ? CONFLICT : OK;
}

/* True when stored; the first item is never refused, so every group leaves its number. */
static bool group_store(struct gate *gate, int64_t operation, size_t count)
{
    struct deed_item deeds[GROUP_MOST];
    struct gate_item items[GROUP_MOST];
    for (size_t i = 0; i < count; i++) {
        deeds[i] = (struct deed_item){ i ? (enum deed)chance_below(DEEDS) : INSERT, operation,
                                       chance() >> 8 };
        items[i] = (struct gate_item){ .run = deed_run, .context = &deeds[i] };
    }
    return gate_commit(gate, items, count);
}

static bool script_run(struct db *db, void *context)
{
    return db_script(db, context);
}

static void digest_add(uint64_t *digest, const void *bytes, size_t size)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < size; i++)
        *digest = (*digest ^ b[i]) * 0x100000001b3U;
}

static void digest_rows(struct db *db, const char *question, uint64_t *digest)
{
    struct db_rows *rows = db_query_text(db, question, DB_BINDS());
    while (db_next(rows))
        for (int i = 0; i < db_column_count(rows); i++) {
            size_t size;
            const void *bytes = db_get_blob(rows, i, &size, NULL);
            digest_add(digest, &size, sizeof size);
            digest_add(digest, bytes, size);
        }
}

static uint64_t digest_of(struct db *db)
{
    uint64_t digest = 0xcbf29ce484222325U + (uint64_t)db_user_version(db);
    digest_rows(db, "SELECT type, name, sql FROM sqlite_schema ORDER BY name", &digest);
    digest_rows(db, "SELECT * FROM thing ORDER BY id", &digest);
    digest_rows(db, "SELECT * FROM tally", &digest);
    return digest;
}

_Noreturn static void workload_fail(const char *what, const char *why)
{
    check(false, "the workload itself runs: %s: %s", what, why);
    exit(1);
}

static struct gate *open_or_fail(const char *path)
{
    const char *error = NULL;
    struct gate *gate = gate_open(path, 0, &error);
    if (!gate)
        workload_fail("gate_open", error);
    gate_min_free(gate, 0, 0); /* not what this is about */
    return gate;
}

static void database_create(const char *path)
{
    const char *error = NULL;
    struct db *db = db_open(path, DB_CREATE, &error);
    if (!db || !db_script(db, schema))
        workload_fail("db_open", db ? db_fault_text(db) : error);
    db_close(db);
}

static void acknowledge(struct states *states, struct db *db)
{
    story_add((struct op){ .what = ACKNOWLEDGED, .at = (size_t)states->count });
    states->digests[states->count++] = digest_of(db);
}

/* One letter; false when the product refuses. */
static bool step(struct gate **gate, const char *path, char letter, struct states *states,
                 size_t *script)
{
    bool done = true;
    if (letter == 'r') {
        gate_close(*gate);
        *gate = open_or_fail(path);
    } else if (letter == 'c') {
        done = gate_checkpoint(*gate);
    } else if (letter == 't') {
        done = gate_truncate(*gate);
    } else {
        done = letter == 'g'
                   ? group_store(*gate, states->count, 1 + chance_below(GROUP_MOST))
                   : gate_alone(*gate, script_run, (void *)(uintptr_t)scripts[(*script)++]);
        if (done)
            acknowledge(states, gate_db(*gate));
    }
    return done;
}

static struct states record(const char *path, unsigned forget)
{
    struct states states = { 0 };
    size_t script = 0;
    story_clear();
    story.forget = forget;
    story.on = true;
    database_create(path);
    struct gate *gate = open_or_fail(path);
    acknowledge(&states, gate_db(gate));
    for (const char *letter = workload; *letter; letter++)
        if (!step(&gate, path, *letter, &states, &script))
            workload_fail((char[]){ *letter, '\0' }, gate_trouble(gate));
    gate_close(gate);
    story.on = false;
    return states;
}

static int64_t acknowledged_before(size_t at)
{
    while (at-- > 0)
        if (story.ops[at].what == ACKNOWLEDGED)
            return (int64_t)story.ops[at].at;
    return -1;
}

/* NULL, or what is wrong with the state behind the gate. */
static const char *state_fault(struct gate *gate, const struct states *states, int64_t acknowledged,
                               int64_t operation, struct arena *arena)
{
    struct db *db = gate_db(gate);
    const char *integrity = db_integrity(db, arena);
    if (strcmp(integrity, "ok") != 0)
        return integrity;
    if (db_fault(db) != DB_FINE)
        return arena_strdup(arena, db_fault_text(db));
    if (operation < acknowledged || operation > acknowledged + 1)
        return arena_printf(arena, "holds operation %lld, acknowledged was %lld",
                            (long long)operation, (long long)acknowledged);
    if (operation >= states->count || digest_of(db) != states->digests[operation])
        return arena_printf(arena, "operation %lld is not whole", (long long)operation);
    return group_store(gate, operation + 1, 1) ? NULL : "refuses the next write";
}

struct tally {
    size_t images, in_flight, torn, shuffled, ahead, broken;
};

static const char *image_fault(const char *path, const struct states *states, int64_t acknowledged,
                               struct tally *tally, struct arena *arena)
{
    const char *error = NULL;
    struct gate *gate = gate_open(path, 0, &error);
    if (!gate)
        return error;
    gate_min_free(gate, 0, 0);
    int64_t operation = db_int(gate_db(gate), "SELECT operation FROM tally");
    const char *fault = state_fault(gate, states, acknowledged, operation, arena);
    tally->ahead += !fault && operation > acknowledged;
    gate_close(gate);
    return fault;
}

static struct cut cut_choose(size_t first)
{
    static const size_t keep_pct[] = { 0, 10, 50, 90, 100 }, sectors[] = { 0, 512, 4096 };
    return (struct cut){
        .at = first + chance_below(story.count - first + 1),
        .keep_pct = keep_pct[chance_below(5)],
        .sector = sectors[chance_below(3)],
        .shuffled = chance_below(2) == 1,
    };
}

/* Cuts begin once the database is there and acknowledged: before that there is nothing to keep. */
static struct tally replay(const char *path, const struct states *states, size_t images)
{
    struct content contents[SHIM_FILES] = { 0 };
    struct tally tally = { 0 };
    struct arena *arena = arena_new();
    size_t first = 0;
    while (story.ops[first++].what != ACKNOWLEDGED)
        continue;
    for (; tally.images < images; tally.images++) {
        struct cut cut = cut_choose(first);
        bool in_flight = image_build(contents, &cut) > 0;
        tally.in_flight += in_flight;
        tally.torn += in_flight && cut.sector > 0;
        tally.shuffled += in_flight && cut.shuffled;
        image_write(contents, path);
        int64_t acknowledged = acknowledged_before(cut.at);
        const char *fault = image_fault(path, states, acknowledged, &tally, arena);
        if (fault && tally.broken++ < 3)
            figure("cut at %zu of %zu, %zu%% kept, sector %zu%s: %.*s", cut.at, story.count,
                   cut.keep_pct, cut.sector, cut.shuffled ? ", shuffled" : "",
                   (int)strcspn(fault, "\n"), fault);
        arena_reset(arena);
    }
    for (int i = 0; i < SHIM_FILES; i++)
        free(contents[i].bytes);
    arena_free(arena);
    return tally;
}

static struct tally cuts(const char *folder, const char *name, unsigned forget, size_t images)
{
    char live[4096], image[4096];
    snprintf(live, sizeof live, "%s/%s", folder, name);
    snprintf(image, sizeof image, "%s/%s/image", folder, name);
    if (mkdir(live, 0700) != 0 || mkdir(image, 0700) != 0)
        stop(live);
    strcat(live, "/db");
    strcat(image, "/db");
    struct states states = record(live, forget);
    size_t writes = 0, syncs = 0;
    for (size_t i = 0; i < story.count; i++) {
        writes += story.ops[i].what == WROTE;
        syncs += story.ops[i].what == SYNCED;
    }
    figure("%s: %zu operations, %lld acknowledged states, %zu writes, %zu syncs", name,
           strlen(workload), (long long)states.count, writes, syncs);
    return replay(image, &states, images);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name, *sentence;
        unsigned forget;
    } controls[] = {
        { "no_syncs", "no sync at all", ~0U },
        { "no_wal_syncs", "no sync of the WAL", 1U << SHIM_WAL },
        { "no_database_syncs", "no sync of the database in checkpoints", 1U << SHIM_DATABASE },
    };
    if (argc < 2) {
        fputs("usage: power_cut FOLDER [IMAGES] [SEED]\n", stderr);
        return 2;
    }
    char log[4096];
    snprintf(log, sizeof log, "%s/log", argv[1]);
    log_open(log); /* broken images fault, and say so at length */
    chance_seed(argument(argc, argv, 3, 1));
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, (int)argument(argc, argv, 3, 1), NULL);
    shim_install(story_replace);
    shim.opened = story_open;
    shim.vfs.xDelete = story_delete;

    struct tally tally = cuts(argv[1], "honest", 0, argument(argc, argv, 2, 1000));
    figure("%zu images: %zu with writes in flight, of these %zu in sectors, %zu out of order",
           tally.images, tally.in_flight, tally.torn, tally.shuffled);
    figure("%zu of them hold an operation that was not acknowledged yet", tally.ahead);
    check(tally.in_flight * 4 > tally.images, "at least one image in four was cut amid writes");
    check(tally.broken == 0,
          "%zu crash images hold every acknowledged operation whole and nothing half (%zu do not)",
          tally.images, tally.broken);
    for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
        struct tally control = cuts(argv[1], controls[i].name, controls[i].forget, 100);
        check(control.broken > 0, "the control with %s is caught: %zu of %zu images",
              controls[i].sentence, control.broken, control.images);
    }
    story_clear();
    free(story.ops);
    free(unsynced.list);
    return checks_failed != 0;
}
