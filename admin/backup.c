/* weir backup: a consistent, checked copy of one database while the programs go on writing.  What
 * is sealed in the database stays sealed in the copy. */
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "backups.h"
#include "commands.h"
#include "common.h"
#include "state_dir.h"

struct backup {
    struct common common;
    const char *slug, *to;
};

enum { OPTION_TO = 't' };
static const struct argp_option options[] = {
    { "to", OPTION_TO, "FILE", 0,
      "write here (default backups/<account>/<UTC time>.db in the state directory)", 1 },
    { 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct backup *backup = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &backup->common;
        return 0;
    case OPTION_TO:
        backup->to = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (backup->slug)
            argp_error(state, "one account at a time");
        backup->slug = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name the account");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char *make(struct backup *backup, const struct account_entry *entry)
{
    struct common *common = &backup->common;
    const char *error, *to = backup->to;
    if (!to)
        to = backup_new_path(
            common, state_backup_dir(common->arena, common->config.state_dir, entry->uuid), "");
    else if (access(to, F_OK) == 0)
        fail(EX_CANTCREAT, "%s exists already: choose another name", to);
    struct db *db = common_database(common, entry, &error);
    if (!db)
        fail(EX_UNAVAILABLE, "%s", error);
    if (!db_backup(db, to, &error))
        fail(EX_IOERR, "%s", error);
    db_close(db);
    return to;
}

static const char about[] =
    "Copy the database of an account while it is in use. The copy is checked before it gets its "
    "name.\v"
    "The master key is not in it: keep that elsewhere. weir restore SLUG FILE puts a copy back.";

int backup_main(int argc, char **argv)
{
    struct backup backup = { 0 };
    struct stat is = { 0 };
    const struct argp argp = {
        .options = options, .parser = parse, .children = common_children, .args_doc = "SLUG",
        .doc = about,
    };
    common_start(&backup.common, &argp, argc, argv);
    struct common *common = &backup.common;
    const char *path = make(&backup, common_entry(common, backup.slug));
    if (stat(path, &is) != 0)
        fail(EX_IOERR, "%s is gone as soon as it was written", path);
    if (common->json) {
        struct json *answer = json_object(common->arena);
        json_set_text(answer, "account", backup.slug);
        json_set_text(answer, "file", path);
        json_set_int(answer, "bytes", is.st_size);
        print_json(common, answer);
    } else if (common->quiet)
        puts(path);
    say(common, "%s  (%.1f MiB, checked)", path, (double)is.st_size / (1 << 20));
    return common_end(common, EX_OK);
}
