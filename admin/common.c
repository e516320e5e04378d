/* Options, messages and endings, the same in every command. */
#include "common.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "audit.h"
#include "log.h"

enum { OPTION_CONFIG = 0x1000, OPTION_STATE_DIR, OPTION_JSON };

static const struct argp_option options[] = {
    { 0, 0, 0, 0, "Everywhere:", 9 },
    { "config", OPTION_CONFIG, "FILE", 0,
      "settings (default $WEIR_CONFIG, or weir.ini in the usual places)", 9 },
    { "state-dir", OPTION_STATE_DIR, "DIR", 0, "where the accounts lie, over the settings", 9 },
    { "json", OPTION_JSON, 0, 0, "answer for programs, as JSON", 9 },
    { "quiet", 'q', 0, 0, "say only what was asked for, and errors", 9 },
    { 0 },
};

static error_t parse_common(int key, char *argument, struct argp_state *state)
{
    struct common *common = state->input;
    switch (key) {
    case OPTION_CONFIG:
        common->config_file = argument;
        return 0;
    case OPTION_STATE_DIR:
        common->state_dir = argument;
        return 0;
    case OPTION_JSON:
        common->json = true;
        return 0;
    case 'q':
        common->quiet = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp common_argp = { .options = options, .parser = parse_common };
const struct argp_child common_children[] = { { &common_argp, 0, NULL, 9 }, { 0 } };

/* A state directory given relative to where one stands is meant so. */
static const char *absolute(struct arena *arena, const char *path)
{
    char *here = *path == '/' ? NULL : getcwd(NULL, 0);
    const char *whole = here ? arena_printf(arena, "%s/%s", here, path) : path;
    free(here);
    return whole;
}

void common_start(struct common *common, const struct argp *argp, int argc, char **argv)
{
    const char *error, *overrides[2] = { 0 };
    enum log_level level;
    clock_start();
    common->arena = arena_new();
    argp_parse(argp, argc, argv, 0, NULL, common);
    if (common->state_dir)
        overrides[0] =
            arena_printf(common->arena, "state_dir=%s", absolute(common->arena, common->state_dir));
    if (!config_load(common->arena, common->config_file, overrides, &common->config, &error))
        fail(EX_CONFIG, "%s", error);
    bool to_people = !*common->config.log_file &&
                     strcmp(config_origin(&common->config, "log_level"), "default") == 0;
    if (log_level_parse(common->config.log_level, &level))
        log_threshold(to_people ? LOG_SILENT : level); /* people are told in our own words */
    if (!log_open(common->config.log_file))
        fail(EX_CANTCREAT, "%s: %s: set log_file to a file that this user may write",
             common->config.log_file, strerror(errno));
}

int common_end(struct common *common, int code)
{
    accounts_close(common->accounts);
    arena_free(common->arena);
    if (fflush(stdout) == 0)
        return code;
    complain("standard output: %s", strerror(errno));
    return EX_IOERR;
}

struct accounts *common_accounts(struct common *common)
{
    const char *error;
    if (!common->accounts)
        common->accounts = accounts_open(&common->config, common->arena, &error);
    if (!common->accounts)
        fail(EX_CONFIG, "%s", error);
    return common->accounts;
}

static _Noreturn void no_account(const char *slug)
{
    fail(EX_NOINPUT, "there is no account \"%s\"; weir account list shows them", slug);
}

struct account *common_account(struct common *common, const char *slug)
{
    const char *error;
    struct account *account = account_open(common_accounts(common), slug, &error);
    if (!account && error)
        fail(EX_UNAVAILABLE, "%s", error);
    if (!account)
        no_account(slug);
    return account;
}

struct account_entry *common_find(struct common *common, const char *slug)
{
    size_t count;
    struct account_entry *entries =
        account_entries(common->config.state_dir, common->arena, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(entries[i].slug, slug) == 0)
            return &entries[i];
    return NULL;
}

struct account_entry *common_entry(struct common *common, const char *slug)
{
    struct account_entry *entry = common_find(common, slug);
    if (!entry)
        no_account(slug);
    return entry;
}

struct db *common_database(struct common *common, const struct account_entry *entry,
                           const char **error)
{
    return db_open(account_database(entry->dir, common->arena), DB_READ, error);
}

static void complain_v(const char *format, va_list args)
{
    fflush(stdout);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_v(format, args);
    va_end(args);
}

void fail(int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_v(format, args);
    va_end(args);
    exit(code);
}

int exit_code(enum outcome outcome)
{
    static const int codes[] = {
        [OK] = EX_OK,
        [CREATED] = EX_OK,
        [INVALID] = EX_DATAERR,
        [FORBIDDEN] = EX_NOPERM,
        [NOT_FOUND] = EX_NOINPUT,
        [CONFLICT] = EX_CANTCREAT,
        [TOO_LARGE] = EX_DATAERR,
        [UNAVAILABLE] = EX_TEMPFAIL,
    };
    return codes[outcome];
}

void say(const struct common *common, const char *format, ...)
{
    va_list args;
    if (common->json || common->quiet)
        return;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

void print_json(const struct common *common, const struct json *value)
{
    puts(json_print_pretty(common->arena, value));
}

/* Bytes of the character at s; 0: it is none, or a terminal may obey it, as U+0080 to U+009F. */
static size_t printable_size(const char *s, size_t len)
{
    size_t size = text_utf8_char(s, len);
    bool high = size == 2 && (unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0;
    return (unsigned char)*s < ' ' || *s == 0x7f || high ? 0 : size;
}

const char *printable(struct arena *arena, const char *text)
{
    struct text *out = text_new(arena);
    const char *end = text + strlen(text);
    while (text < end) {
        size_t size = printable_size(text, (size_t)(end - text));
        text_add_n(out, size ? text : "?", size ? size : 1);
        text += size ? size : 1;
    }
    return text_str(out);
}

bool may_colour(FILE *out)
{
    const char *no = getenv("NO_COLOR");
    return !(no && *no) && isatty(fileno(out));
}

const char *common_actor(struct common *common)
{
    const struct passwd *user = getpwuid(getuid());
    return user ? arena_printf(common->arena, "cli:%s", user->pw_name)
                : arena_printf(common->arena, "cli:%u", getuid());
}

struct deed_item {
    struct common *common;
    struct account *account;
    const struct deed *deed;
};

static enum outcome do_deed(struct db *db, void *context)
{
    struct deed_item *item = context;
    const struct deed *deed = item->deed;
    enum outcome got = deed->run ? deed->run(db, item->account, deed->context) : OK;
    if (got != OK && got != CREATED)
        return got;
    audit_add(db, item->account,
              &(struct audit_entry){ .actor = common_actor(item->common),
                                     .at = clock_now(),
                                     .action = deed->action,
                                     .object = deed->object,
                                     .detail = deed->detail });
    return got;
}

enum outcome common_do(struct common *common, struct account *account, const struct deed *deed,
                       const char **error)
{
    struct deed_item context = { common, account, deed };
    struct gate_item item = { .run = do_deed, .context = &context };
    if (!gate_commit(account->gate, &item, 1) || item.got == UNAVAILABLE)
        *error = arena_printf(common->arena, "account %s: %s", account->slug,
                              gate_trouble(account->gate));
    return item.got;
}
