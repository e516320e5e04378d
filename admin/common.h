/* What every command of `weir` shares: four options, the configuration behind them, how it speaks
 * to people and to programs, and how it ends.  A command's own options are a struct whose first
 * member is a struct common. */
#ifndef WEIR_COMMON_H
#define WEIR_COMMON_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include "account.h"
#include "json.h"

struct common {
    const char *config_file, *state_dir; /* flags, NULL when not given */
    bool json, quiet;
    struct arena *arena;
    struct config config;
    struct accounts *accounts; /* NULL until common_accounts() */
};

/* --config, --state-dir, --json, --quiet: for the `children` of a command's argp. */
extern const struct argp_child common_children[];

/* Parses; then arena, clock, configuration and log are ready.  Ends the program when they cannot
 * be. */
void common_start(struct common *common, const struct argp *argp, int argc, char **argv);
int common_end(struct common *common, int code); /* releases everything; answers `code` */

struct accounts *common_accounts(struct common *common); /* or ends with 78 */
/* A reference, or ends with 66 or 69. */
struct account *common_account(struct common *common, const char *slug);
/* Without a key: or ends with 66, or NULL. */
struct account_entry *common_entry(struct common *common, const char *slug);
struct account_entry *common_find(struct common *common, const char *slug);
/* Its database for questions, without a key.  NULL: *error says why. */
struct db *common_database(struct common *common, const struct account_entry *entry,
                           const char **error);

/* "weir event: message" on stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
int exit_code(enum outcome outcome);

/* A line for people on stdout: not with --json or --quiet. */
void say(const struct common *common, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void print_json(const struct common *common, const struct json *value);

/* Foreign text for a terminal or a line of a file: control characters, which could speak to the
 * terminal or begin another line, stand as "?". */
const char *printable(struct arena *arena, const char *text);

/* Colours only on a terminal and without NO_COLOR (any value but the empty one). */
bool may_colour(FILE *out);

const char *common_actor(struct common *common); /* "cli:<system user>", for the audit */

/* One thing done to an account in one transaction, with its line in the audit; run NULL: the line
 * alone.  What run() answers; when it is UNAVAILABLE, *error says why. */
struct deed {
    enum outcome (*run)(struct db *db, struct account *account, void *context);
    void *context;
    const char *action, *object, *detail;
};
enum outcome common_do(struct common *common, struct account *account, const struct deed *deed,
                       const char **error);

#endif
