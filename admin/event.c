/* weir event: lines of JSON into an account, by the same front door as the forms.  A group of lines
 * is parsed first and stored then, in one transaction behind the gate.  Groups grow and shrink so
 * that nobody waits for us: running the command again over the same lines stores nothing twice,
 * because an event's id is its identity. */
#include "event.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "commands.h"
#include "common.h"
#include "lines.h"
#include "progress.h"

/* A group holds the gate for at most 50 ms: one that took longer than GOAL_MS is followed by a
 * smaller one. */
enum {
    FIRST_GROUP = 256,
    LEAST_GROUP = 16,
    DEFAULT_GROUP = 4096,
    LARGEST_GROUP = 65536,
    GOAL_MS = 45,
    CACHE_MIB = 64
};
enum { TRIES = 3, PAUSE_MS = 200, SHOWN_REFUSALS = 10 };

struct input {
    struct common common;
    const char *slug, *path, *errors_path;
    struct event_reading reading;
    size_t group_most;
    struct account *account;
    struct arena *group; /* what is parsed and stored in one transaction */
    struct lines lines;
    FILE *errors;
    int64_t stored, known, refused;
};

/* A line on its way. */
struct arrival {
    struct input *input;
    struct line line;
    const struct json *object;
    const char *error;
    enum outcome got;
};

enum { OPTION_NO_CREATE = 0x3000, OPTION_ORIGIN, OPTION_GROUP, OPTION_ERRORS };
static const struct argp_option options[] = {
    { "no-create", OPTION_NO_CREATE, 0, 0,
      "refuse funnels, pages, videos and offers that are not known yet", 1 },
    { "origin", OPTION_ORIGIN, "NAME", 0,
      "where events come from that do not say: web, api, hook, import (default) or system", 1 },
    { "group", OPTION_GROUP, "N", 0, "events in one transaction, at most (default 4096)", 1 },
    { "errors", OPTION_ERRORS, "FILE", 0, "write every refused line's number and fault here", 1 },
    { 0 },
};

static void take_group(struct input *input, const char *argument, struct argp_state *state)
{
    char *end;
    errno = 0;
    long number = strtol(argument, &end, 10);
    if (errno || *end || number < 1 || number > LARGEST_GROUP)
        argp_error(state, "--group: give a number from 1 to %d", LARGEST_GROUP);
    input->group_most = (size_t)number;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &input->common;
        return 0;
    case OPTION_NO_CREATE:
        input->reading.create_names = false;
        return 0;
    case OPTION_ORIGIN:
        if (!origin_find(argument, &input->reading.origin))
            argp_error(state, "--origin: give web, api, hook, import or system");
        return 0;
    case OPTION_GROUP:
        take_group(input, argument, state);
        return 0;
    case OPTION_ERRORS:
        input->errors_path = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (input->path)
            argp_error(state, "one account and one file");
        *(input->slug ? &input->path : &input->slug) = argument;
        return 0;
    case ARGP_KEY_END:
        if (!input->path)
            argp_error(state, "name the account and the file (- for standard input)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static enum outcome store(struct db *db, void *context)
{
    struct arrival *arrival = context;
    struct input *input = arrival->input;
    struct event event;
    (void)db;
    enum outcome got =
        event_from_json(input->account, arrival->object, arrival->line.text, arrival->line.len,
                        &input->reading, input->group, &event, &arrival->error);
    if (got != OK)
        return got;
    got = event_happened(input->account, &event, input->group);
    if (got == CONFLICT)
        arrival->error = "id: another event has it already, of another kind, time or person";
    return got;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* What ends a line, and may differ between two copies of a file, is no part of it. */
static void trim(struct line *line)
{
    while (line->text && line->len && is_space(line->text[line->len - 1]))
        line->len--;
}

static void parse_line(struct arrival *arrival)
{
    static const struct json_limits limits = { .bytes = LINE_MOST, .depth = 8, .tokens = 1000 };
    struct input *input = arrival->input;
    if (!arrival->line.text)
        arrival->error = "the line is longer than 64 KiB";
    else
        arrival->object = json_parse(input->group, arrival->line.text, arrival->line.len, &limits,
                                     &arrival->error);
    arrival->got = arrival->object ? UNAVAILABLE : INVALID;
}

static size_t read_group(struct input *input, struct arrival *arrivals, size_t most)
{
    size_t count = 0;
    struct line line;
    while (count < most && lines_next(&input->lines, &line)) {
        trim(&line);
        if (line.text && line.len == 0)
            continue;
        arrivals[count] = (struct arrival){ .input = input, .line = line };
        parse_line(&arrivals[count++]);
    }
    return count;
}

/* One transaction over those that wait still.  How many wait after it. */
static size_t commit(struct input *input, struct arrival *arrivals, size_t count)
{
    struct gate_item *items = arena_alloc_array(input->group, count + 1, sizeof *items);
    size_t waiting = 0, left = 0;
    for (size_t i = 0; i < count; i++)
        if (arrivals[i].got == UNAVAILABLE)
            items[waiting++] = (struct gate_item){ .run = store, .context = &arrivals[i] };
    if (waiting > 0)
        gate_commit(input->account->gate, items, waiting);
    for (size_t i = 0; i < waiting; i++) {
        ((struct arrival *)items[i].context)->got = items[i].got;
        left += items[i].got == UNAVAILABLE;
    }
    return left;
}

static void refuse(struct input *input, const struct arrival *arrival)
{
    const char *says = arrival->error ? arrival->error : "refused";
    if (strncmp(says, "line 1, ", 8) == 0)
        says += 8; /* of the one line that was parsed */
    says = printable(input->group, says);
    if (input->refused++ < SHOWN_REFUSALS)
        complain("%s:%lld: %s", input->path, (long long)arrival->line.number, says);
    else if (input->refused == SHOWN_REFUSALS + 1)
        complain("more lines are refused; %s",
                 input->errors ? "all are in the file of errors" : "--errors FILE lists all");
    if (input->errors)
        fprintf(input->errors, "%s:%lld: %s\n", input->path, (long long)arrival->line.number, says);
}

static void count_group(struct input *input, const struct arrival *arrivals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (arrivals[i].got == CREATED)
            input->stored++;
        else if (arrivals[i].got == OK)
            input->known++;
        else if (arrivals[i].got != UNAVAILABLE)
            refuse(input, &arrivals[i]);
    }
}

/* False: some could not be stored in several tries. */
static bool store_group(struct input *input, struct arrival *arrivals, size_t count)
{
    size_t left = commit(input, arrivals, count);
    for (int try = 1; left > 0 && try < TRIES; try++) {
        clock_sleep(PAUSE_MS * try);
        left = commit(input, arrivals, count);
    }
    count_group(input, arrivals, count);
    return left == 0;
}

static size_t next_size(const struct input *input, size_t size, size_t count, int64_t ms)
{
    size_t fit = ms > 0 ? count * GOAL_MS / (size_t)ms : size * 2;
    if (count < size && fit >= size)
        return size; /* the input was short, not the time */
    fit = fit > size * 2 ? size * 2 : fit;
    fit = fit < LEAST_GROUP ? LEAST_GROUP : fit;
    return fit > input->group_most ? input->group_most : fit;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* Once: the group in hand is stored, then the command ends.  Twice: at once, which loses nothing
 * either. */
static void interrupts_take(void)
{
    struct sigaction take = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND };
    sigaction(SIGINT, &take, NULL);
    sigaction(SIGTERM, &take, NULL);
}

static int stop(struct input *input, const struct arrival *arrivals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (arrivals[i].got != UNAVAILABLE)
            continue;
        complain("%s:%lld: could not be stored: %s", input->path,
                 (long long)arrivals[i].line.number, gate_trouble(input->account->gate));
        break;
    }
    complain(
        "stopped; run the command again when that is mended: lines that are stored are skipped");
    return EX_TEMPFAIL;
}

static int read_all(struct input *input, struct progress *progress)
{
    struct arrival *arrivals =
        arena_alloc_array(input->common.arena, input->group_most, sizeof *arrivals);
    size_t size = input->group_most < FIRST_GROUP ? input->group_most : FIRST_GROUP;
    while (!interrupted && lines_fill(&input->lines)) {
        size_t count;
        while (!interrupted && (count = read_group(input, arrivals, size)) > 0) {
            int64_t since = clock_boot();
            input->reading.now = clock_now();
            bool all = store_group(input, arrivals, count);
            if (!all)
                return stop(input, arrivals, count);
            size = next_size(input, size, count, clock_boot() - since);
            arena_reset(input->group);
            progress_show(progress, input->lines.number, input->lines.taken);
        }
    }
    if (interrupted) {
        complain("stopped behind line %lld; start it again for the rest: what is stored is skipped",
                 (long long)input->lines.number);
        return EX_TEMPFAIL;
    }
    if (input->lines.why) {
        complain("%s: %s", input->path, strerror(input->lines.why));
        return EX_IOERR;
    }
    return input->refused ? EX_DATAERR : EX_OK;
}

static void summary(struct input *input, int64_t ms)
{
    struct common *common = &input->common;
    double seconds = (double)(ms > 0 ? ms : 1) / 1000;
    double rate = (double)(input->stored + input->known) / seconds;
    say(common, "stored %lld, known before %lld, refused %lld, in %.1f s (%.0f events/s)",
        (long long)input->stored, (long long)input->known, (long long)input->refused, seconds,
        rate);
    if (!common->json)
        return;
    struct json *answer = json_object(common->arena);
    json_set_int(answer, "lines", input->lines.number);
    json_set_int(answer, "stored", input->stored);
    json_set_int(answer, "known_before", input->known);
    json_set_int(answer, "refused", input->refused);
    json_set_double(answer, "seconds", seconds);
    json_set_int(answer, "events_per_second", (int64_t)rate);
    print_json(common, answer);
}

static void open_files(struct input *input)
{
    if (!lines_open(&input->lines, input->path))
        fail(EX_NOINPUT, "%s: %s", input->path, strerror(errno));
    int fd = input->errors_path
                 ? open(input->errors_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
                 : -1;
    input->errors = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (input->errors_path && !input->errors)
        fail(EX_CANTCREAT, "%s: %s", input->errors_path, strerror(errno));
}

static int close_files(struct input *input, int code)
{
    lines_close(&input->lines);
    if (input->errors && fclose(input->errors) != 0) {
        complain("%s: %s", input->errors_path, strerror(errno));
        return EX_IOERR;
    }
    return code;
}

static const char about[] =
    "Read events, one JSON object a line, into an account; FILE - is standard input.\v"
    "The form of an event is described in docs/events.md. An event that is known already is "
    "skipped, so that a run which was stopped may simply be started again. The exit code is 65 "
    "when a line was refused, 75 when the run stopped.";

int event_main(int argc, char **argv)
{
    struct input input = { .reading = { .create_names = true, .origin = ORIGIN_IMPORT },
                           .group_most = DEFAULT_GROUP };
    const struct argp argp = {
        .options = options,
        .parser = parse,
        .children = common_children,
        .args_doc = "ACCOUNT FILE",
        .doc = about,
    };
    common_start(&input.common, &argp, argc, argv);
    input.account = common_account(&input.common, input.slug);
    input.group = arena_new();
    db_cache(gate_db(input.account->gate), CACHE_MIB);
    open_files(&input);
    interrupts_take();
    struct progress progress = progress_begin(&input.common, input.lines.size);
    int64_t since = clock_boot();
    int code = read_all(&input, &progress);
    progress_end(&progress);
    summary(&input, clock_boot() - since);
    code = close_files(&input, code);
    arena_free(input.group);
    account_release(input.account);
    return common_end(&input.common, code);
}
