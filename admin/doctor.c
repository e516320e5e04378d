/* weir doctor: is all well?  One line for each thing looked at; exit code 69 when something is
 * broken. */
#include "doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "commands.h"
#include "file.h"

enum { OPTION_FIX = 'f' };
static const struct argp_option options[] = {
    { "fix", OPTION_FIX, 0, 0, "mend modes and slug files, remove what crashes left behind", 1 },
    { 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct doctor *doctor = state->input;
    (void)argument;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &doctor->common;
        return 0;
    case OPTION_FIX:
        doctor->fix = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct {
    const char *word, *colour;
} healths[] = { [WELL] = { "ok", "\033[32m" },
                [WATCH] = { "warn", "\033[33m" },
                [BROKEN] = { "fail", "\033[1;31m" } };

static void print_line(const struct doctor *doctor, enum health health, const char *subject,
                       const char *text)
{
    bool colour = may_colour(stdout);
    if (doctor->common.json || (doctor->common.quiet && health == WELL))
        return;
    printf("%s%-4s%s  %-16s  %s\n", colour ? healths[health].colour : "", healths[health].word,
           colour ? "\033[0m" : "", subject, text);
}

void doctor_say(struct doctor *doctor, enum health health, const char *subject, const char *format,
                ...)
{
    struct arena *arena = doctor->common.arena;
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(arena, format, args);
    va_end(args);
    struct json *line = json_object(arena);
    json_set_text(line, "state", healths[health].word);
    json_set_text(line, "subject", subject);
    json_set_text(line, "says", text);
    json_append(doctor->lines, line);
    doctor->counts[health]++;
    print_line(doctor, health, subject, text);
}

static bool mend_mode(const struct doctor *doctor, const char *path, mode_t mode)
{
    return doctor->fix && chmod(path, mode) == 0;
}

void doctor_mode(struct doctor *doctor, const char *subject, const char *path, mode_t kind,
                 mode_t mode)
{
    struct stat is;
    const char *complaint = file_distrust(doctor->common.arena, path, kind, 0);
    if (complaint || lstat(path, &is) != 0) {
        doctor_say(doctor, BROKEN, subject, "%s", complaint ? complaint : strerror(errno));
        return;
    }
    mode_t extra = is.st_mode & 07777 & ~mode, missing = mode & 0700 & ~is.st_mode;
    if (!extra && !missing)
        doctor_say(doctor, WELL, subject, "%s (%04o)", path, is.st_mode & 07777);
    else if (mend_mode(doctor, path, mode))
        doctor_say(doctor, WELL, subject, "%s (mended: %04o, was %04o)", path, mode,
                   is.st_mode & 07777);
    else if (missing)
        doctor_say(doctor, BROKEN, subject,
                   "%s is closed to its owner (%04o): chmod %03o it, or run weir doctor --fix",
                   path, is.st_mode & 07777, mode);
    else
        doctor_say(doctor, extra & 022 ? BROKEN : WATCH, subject,
                   "%s is open to others (%04o): chmod %03o it, or run weir doctor --fix", path,
                   is.st_mode & 07777, mode);
}

static int finish(struct doctor *doctor)
{
    struct common *common = &doctor->common;
    const int *counts = doctor->counts;
    if (common->json) {
        struct json *answer = json_object(common->arena);
        json_set_bool(answer, "well", counts[BROKEN] == 0);
        json_set(answer, "checks", doctor->lines);
        print_json(common, answer);
    }
    say(common, "\n%d ok, %d to watch, %d broken", counts[WELL], counts[WATCH], counts[BROKEN]);
    return common_end(common, counts[BROKEN] ? EX_UNAVAILABLE : EX_OK);
}

static const char about[] =
    "Look at files, keys, databases and libraries, one line each: ok, warn or fail.\v"
    "The exit code is 69 when something fails.";

int doctor_main(int argc, char **argv)
{
    struct doctor doctor = { 0 };
    const struct argp argp = {
        .options = options,
        .parser = parse,
        .children = common_children,
        .doc = about,
    };
    common_start(&doctor.common, &argp, argc, argv);
    doctor.lines = json_array(doctor.common.arena);
    doctor_place(&doctor);
    doctor_host(&doctor);
    doctor_names(&doctor);
    doctor_accounts(&doctor);
    return finish(&doctor);
}
