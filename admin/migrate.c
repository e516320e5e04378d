/* weir migrate: every database, or one, to the schema of this program.  It needs no key, because a
 * schema holds no secret, and it goes on after a database that fails. */
#include "migrate.h"

#include <string.h>
#include <sysexits.h>

#include "backups.h"
#include "commands.h"
#include "common.h"
#include "state_dir.h"

struct migrating {
    struct common common;
    const char *slug; /* NULL: all */
    struct json *answer;
    int failed;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct migrating *migrating = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &migrating->common;
        return 0;
    case ARGP_KEY_ARG:
        if (migrating->slug)
            argp_error(state, "name one account, or none for all");
        migrating->slug = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

struct result {
    const char *name, *error, *backup;
    int64_t from, to;
};

static void report(struct migrating *migrating, const struct result *result)
{
    struct common *common = &migrating->common;
    struct json *row = json_object(common->arena), *steps = json_array(common->arena);
    if (result->error)
        complain("%s: %s", result->name, result->error);
    else if (result->from == result->to)
        say(common, "%s: schema %lld, nothing to do", result->name, (long long)result->to);
    for (int64_t step = result->from; step < result->to; step++) {
        say(common, "%s: %s done", result->name, migrations[step].name);
        json_append_text(steps, migrations[step].name);
    }
    if (result->backup && result->from < result->to)
        say(common, "%s: the database as it was before: %s", result->name, result->backup);
    json_set_text(row, "account", result->name);
    json_set_int(row, "from", result->from);
    json_set_int(row, "to", result->to);
    json_set(row, "steps", steps);
    json_set_text(row, "backup", result->from < result->to ? result->backup : NULL);
    json_set_text(row, "error", result->error);
    json_append(migrating->answer, row);
    migrating->failed += result->error != NULL;
}

static void migrate_one(struct migrating *migrating, const struct account_entry *entry)
{
    struct arena *arena = migrating->common.arena;
    struct result result = { .name = entry->slug ? entry->slug : entry->dir };
    int64_t at;
    const char *folder = state_backup_dir(arena, migrating->common.config.state_dir, entry->uuid);
    struct gate *gate = gate_open(account_database(entry->dir, arena), 0, &result.error);
    if (gate) {
        result.error = NULL;
        result.from = db_user_version(gate_db(gate));
        if (migrate(gate, migrations, folder, arena, &result.error))
            result.error = NULL;
        result.to = db_user_version(gate_db(gate));
        result.backup = backup_newest(arena, folder, &at);
    }
    if (result.error)
        result.error = arena_strdup(arena, result.error);
    gate_close(gate);
    report(migrating, &result);
}

static const char about[] =
    "Bring the database of every account, or of one, to the schema of this program. A backup is "
    "made before the first step.\v"
    "Forward only: there is no way back but weir restore.";

int migrate_main(int argc, char **argv)
{
    struct migrating migrating = { 0 };
    size_t count = 1;
    const struct argp argp = {
        .parser = parse, .children = common_children, .args_doc = "[SLUG]", .doc = about,
    };
    common_start(&migrating.common, &argp, argc, argv);
    struct common *common = &migrating.common;
    migrating.answer = json_array(common->arena);
    struct account_entry *entries =
        migrating.slug ? common_entry(common, migrating.slug)
                       : account_dirs(common->config.state_dir, common->arena, &count);
    for (size_t i = 0; i < count; i++)
        migrate_one(&migrating, &entries[i]);
    if (common->json)
        print_json(common, migrating.answer);
    else if (count == 0)
        say(common, "There is no account yet: weir init makes the first.");
    return common_end(common, migrating.failed ? EX_UNAVAILABLE : EX_OK);
}
