/* Each account: its files, its database, its gate, its audit and its newest backup.  Only the audit
 * needs the master key; the rest works for an account that no program can open. */
#include <string.h>
#include <sys/stat.h>

#include "audit.h"
#include "backups.h"
#include "doctor.h"
#include "file.h"
#include "migrate.h"
#include "state_dir.h"

enum { WAL_WATCH = 64 << 20, GATE_WATCH_MS = 250, BACKUP_WATCH_MS = 48 * 3600 * 1000 };

struct patient {
    const struct account_entry *entry;
    const char *name, *path; /* of the database */
    struct db *db;
};

static void check_files(struct doctor *doctor, const struct patient *patient)
{
    static const char *const names[] = { "", "/weir.db", "/weir.db-wal", "/weir.db-shm", "/gate" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *path =
            arena_printf(doctor->common.arena, "%s%s", patient->entry->dir, names[i]);
        struct stat is;
        mode_t mode = i == 0 ? STATE_DIR_MODE : STATE_FILE_MODE;
        if (i < 2 || (lstat(path, &is) == 0 && (is.st_mode & 07777 & ~mode)))
            doctor_mode(doctor, patient->name, path, i == 0 ? S_IFDIR : S_IFREG, mode);
    }
}

static void check_schema(struct doctor *doctor, const struct patient *patient)
{
    int64_t has = db_user_version(patient->db), known = migration_count(migrations);
    if (has < known)
        doctor_say(doctor, BROKEN, patient->name,
                   "schema %lld, this program needs %lld: weir migrate %s", (long long)has,
                   (long long)known, patient->name);
    else if (has > known)
        doctor_say(doctor, BROKEN, patient->name,
                   "schema %lld, this program knows %lld: install the newer Weir", (long long)has,
                   (long long)known);
    else
        doctor_say(doctor, WELL, patient->name, "schema %lld", (long long)has);
}

static void check_integrity(struct doctor *doctor, const struct patient *patient)
{
    const char *says = db_integrity(patient->db, doctor->common.arena);
    if (strcmp(says, "ok") == 0)
        doctor_say(doctor, WELL, patient->name, "integrity and foreign keys");
    else
        doctor_say(doctor, BROKEN, patient->name,
                   "the database is damaged: weir restore %s BACKUP.  SQLite says: %s",
                   patient->name, says);
}

static void check_wal(struct doctor *doctor, const struct patient *patient)
{
    struct stat is = { 0 };
    stat(arena_printf(doctor->common.arena, "%s-wal", patient->path), &is);
    doctor_say(doctor, is.st_size > WAL_WATCH ? WATCH : WELL, patient->name,
               "write-ahead log %.1f MiB%s", (double)is.st_size / (1 << 20),
               is.st_size > WAL_WATCH
                   ? ": a reader that never ends keeps it from shrinking; restart the programs"
                   : "");
}

static bool nothing(struct db *db, void *context)
{
    (void)db, (void)context;
    return true;
}

static void check_gate(struct doctor *doctor, const struct patient *patient)
{
    const char *error;
    int64_t since = clock_boot();
    struct gate *gate = gate_open(patient->path, 0, &error);
    bool passed = gate && gate_alone(gate, nothing, NULL);
    int64_t ms = clock_boot() - since;
    if (!passed)
        doctor_say(doctor, BROKEN, patient->name, "the write gate: %s",
                   gate ? gate_trouble(gate) : error);
    else
        doctor_say(doctor, ms > GATE_WATCH_MS ? WATCH : WELL, patient->name,
                   "write gate passed in %lld ms", (long long)ms);
    gate_close(gate);
}

static void check_audit(struct doctor *doctor, const struct patient *patient)
{
    struct common *common = &doctor->common;
    const char *error = NULL;
    if (!common->accounts)
        common->accounts = accounts_open(&common->config, common->arena, &error);
    struct account *account =
        common->accounts ? account_open(common->accounts, patient->name, &error) : NULL;
    struct db *db = account ? account_reader(account) : NULL;
    if (db)
        db_budget(db, 0);
    if (!db)
        doctor_say(doctor, BROKEN, patient->name, "cannot be opened: %s",
                   error ? error : "its name leads elsewhere");
    else if (!audit_verify(db, account, common->arena, &error))
        doctor_say(doctor, BROKEN, patient->name, "%s", error);
    else
        doctor_say(doctor, WELL, patient->name, "audit chain of %lld rows",
                   (long long)db_int(db, "SELECT count(*) FROM audit"));
    if (account)
        account_release(account);
}

static void check_backup(struct doctor *doctor, const struct patient *patient)
{
    int64_t at;
    const char *folder = state_backup_dir(doctor->common.arena, doctor->common.config.state_dir,
                                          patient->entry->uuid);
    const char *path = backup_newest(doctor->common.arena, folder, &at);
    double hours = (double)(clock_now() - at) / 3600000;
    if (!path)
        doctor_say(doctor, WATCH, patient->name, "no backup in %s: weir backup %s", folder,
                   patient->name);
    else
        doctor_say(doctor, clock_now() - at > BACKUP_WATCH_MS ? WATCH : WELL, patient->name,
                   "newest backup %.0f hours old: %s", hours < 0 ? 0 : hours, path);
}

static void examine(struct doctor *doctor, struct patient *patient)
{
    const char *error;
    check_files(doctor, patient);
    patient->db = db_open(patient->path, DB_READ, &error);
    if (!patient->db) {
        doctor_say(doctor, BROKEN, patient->name, "%s", error);
        return;
    }
    check_schema(doctor, patient);
    check_integrity(doctor, patient);
    check_wal(doctor, patient);
    check_gate(doctor, patient);
    if (patient->entry->slug)
        check_audit(doctor, patient);
    check_backup(doctor, patient);
    db_close(patient->db);
}

void doctor_accounts(struct doctor *doctor)
{
    size_t count;
    struct arena *arena = doctor->common.arena;
    const struct account_entry *entries =
        account_dirs(doctor->common.config.state_dir, arena, &count);
    for (size_t i = 0; i < count; i++) {
        struct patient patient = { .entry = &entries[i],
                                   .path = account_database(entries[i].dir, arena) };
        patient.name = entries[i].slug ? entries[i].slug : file_last_name(entries[i].dir);
        examine(doctor, &patient);
    }
    if (count == 0)
        doctor_say(doctor, WATCH, "accounts", "there is none yet: weir init makes the first");
}
