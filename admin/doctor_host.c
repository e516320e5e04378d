/* The libraries under us: versions with known faults, and what we do about them. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

extern char **environ;

/* SQLite releases from 3.7.0 to 3.51.2 can lose a write when a checkpoint meets a reset of the WAL,
 * but for two backports.  The gate keeps the two apart, so this is no trouble for us: it is said
 * for those who look. */
static bool has_reset_race(const char *version)
{
    int major = 0, minor = 0, patch = 0;
    sscanf(version, "%d.%d.%d", &major, &minor, &patch);
    int number = major * 1000000 + minor * 1000 + patch;
    bool mended = number >= 3051003 || (minor == 44 && patch >= 6) || (minor == 50 && patch >= 7);
    return number >= 3007000 && !mended;
}

static void check_sqlite(struct doctor *doctor)
{
    const char *error = "it does not tell its version";
    struct db *db = db_open(":memory:", DB_CREATE, &error);
    const char *version = db ? db_text(db, doctor->common.arena, "SELECT sqlite_version()") : NULL;
    db_close(db);
    if (!version)
        doctor_say(doctor, BROKEN, "SQLite", "%s", error);
    else
        doctor_say(doctor, WELL, "SQLite", "%s%s", version,
                   has_reset_race(version) ? ", which has the WAL-reset bug: guarded by the gate"
                                           : "");
}

/* Packages of Debian 12 and the first build without known holes. */
static const struct {
    const char *package, *least, *why;
} packages[] = {
    { "libfcgi0ldbl", "2.4.2-2+deb12u1", "CVE-2025-23016" },
    { "libcjson1", "1.7.15-1+deb12u4", "CVE-2025-57052 and four more" },
    { "libcurl4", "7.88.1-10+deb12u15", "several CVEs" },
    { "nginx", "1.22.1-9+deb12u10", "overflows in rewrite, regex maps and header counts" },
};

/* Runs a program without a shell; its first line of output in `out`.  -1: it cannot be run. */
static int run(char *const argv[], char *out, size_t size)
{
    int pipe_ends[2], status = -1;
    pid_t child;
    posix_spawn_file_actions_t actions;
    if (pipe2(pipe_ends, O_CLOEXEC) != 0)
        return -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(&child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    FILE *from = fdopen(pipe_ends[0], "r");
    if (!fgets(out, (int)size, from))
        out[0] = '\0';
    while (getc(from) != EOF)
        ; /* so that the program is not ended by a closed pipe */
    fclose(from);
    out[strcspn(out, "\n")] = '\0';
    if (failed || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

static bool is_older(const char *version, const char *least)
{
    char none[8];
    return run((char *const[]){ "dpkg", "--compare-versions", (char *)(uintptr_t)version, "lt",
                                (char *)(uintptr_t)least, NULL },
               none, sizeof none) == 0;
}

static void check_package(struct doctor *doctor, size_t i)
{
    char version[128];
    const char *name = packages[i].package;
    int status = run(
        (char *const[]){ "dpkg-query", "-W", "-f", "${Version}\n", (char *)(uintptr_t)name, NULL },
        version, sizeof version);
    if (status != 0 || !*version)
        return; /* not installed: what needs it would not start */
    if (is_older(version, packages[i].least))
        doctor_say(doctor, WATCH, name, "%s is older than %s (%s): apt-get upgrade", version,
                   packages[i].least, packages[i].why);
    else
        doctor_say(doctor, WELL, name, "%s", version);
}

void doctor_host(struct doctor *doctor)
{
    char none[128];
    check_sqlite(doctor);
    if (run((char *const[]){ "dpkg-query", "--version", NULL }, none, sizeof none) != 0) {
        doctor_say(doctor, WATCH, "packages",
                   "this system has no dpkg-query: look yourself for libcjson 1.7.18 or newer, "
                   "curl 8.11 or newer");
        return;
    }
    for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++)
        check_package(doctor, i);
}
