/* weir account: the accounts of this installation.  Each subcommand is a row of the table. */
#include <string.h>
#include <sysexits.h>

#include "commands.h"
#include "migrate.h"
#include "provision.h"

enum { MOST_WORDS = 2 };

struct account_command {
    struct common common;
    struct provision new;
    const char *action, *words[MOST_WORDS];
    int count; /* words after the action */
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct account_command *command = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &command->new;
        state->child_inputs[1] = &command->common;
        return 0;
    case ARGP_KEY_ARG:
        if (command->action && command->count == MOST_WORDS)
            argp_error(state, "too many words: \"%s\"", argument);
        if (command->action)
            command->words[command->count++] = argument;
        else
            command->action = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "say what to do: list, show, create or rename");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The row of the account as people may see it, by a connection that needs no key. */
static struct json *describe(struct common *common, const struct account_entry *entry)
{
    const char *error = "";
    char uuid[UUID_TEXT];
    struct json *account = json_object(common->arena);
    uuid_format(entry->uuid, uuid);
    json_set_text(account, "slug", entry->slug);
    json_set_text(account, "uuid", uuid);
    json_set_text(account, "directory", entry->dir);
    struct db *db = common_database(common, entry, &error);
    struct db_rows *rows =
        db ? db_query(db, "SELECT name, time_zone, currency FROM account") : NULL;
    bool found = db_next(rows);
    json_set_text(account, "name", found ? db_get_text(rows, 0, NULL) : NULL);
    json_set_text(account, "time_zone", found ? db_get_text(rows, 1, NULL) : NULL);
    json_set_text(account, "currency", found ? db_get_text(rows, 2, NULL) : NULL);
    db_done(rows);
    if (db)
        json_set_int(account, "schema", db_user_version(db));
    else
        json_set_text(account, "error", error);
    db_close(db);
    return account;
}

static const char *text_of(const struct json *object, const char *key)
{
    const char *text = "-";
    json_text(json_get(object, key), &text);
    return text;
}

static int list(struct account_command *command)
{
    struct common *common = &command->common;
    size_t count;
    struct account_entry *entries =
        account_entries(common->config.state_dir, common->arena, &count);
    struct json *all = json_array(common->arena);
    for (size_t i = 0; i < count; i++) {
        struct json *account = describe(common, &entries[i]);
        json_append(all, account);
        if (!common->json)
            printf("%-20s %-24s %-20s %s\n", entries[i].slug, text_of(account, "name"),
                   text_of(account, "time_zone"), text_of(account, "currency"));
    }
    if (common->json)
        print_json(common, all);
    else if (count == 0)
        say(common, "There is no account yet: weir init makes the first.");
    return EX_OK;
}

/* What an account holds, in numbers. */
static const struct {
    const char *key;
    const char *sql;
} counts[] = {
    { "events", "SELECT count(*) FROM event" },
    { "contacts", "SELECT count(*) FROM contact" },
    { "leads", "SELECT count(*) FROM lead" },
    { "conversions", "SELECT count(*) FROM conversion" },
    { "funnels", "SELECT count(*) FROM funnel" },
    { "workspaces", "SELECT count(*) FROM workspace" },
    { "users", "SELECT count(*) FROM user" },
    { "api_keys", "SELECT count(*) FROM api_key WHERE revoked_at IS NULL" },
};

static void count_rows(struct common *common, const struct account_entry *entry,
                       struct json *account)
{
    const char *error;
    struct db *db = common_database(common, entry, &error);
    for (size_t i = 0; db && i < sizeof counts / sizeof counts[0]; i++) {
        struct db_rows *rows = db_query_text(db, counts[i].sql, DB_BINDS());
        if (db_next(rows))
            json_set_int(account, counts[i].key, db_get_int(rows, 0));
        db_done(rows);
    }
    db_close(db);
}

static int show(struct account_command *command)
{
    struct common *common = &command->common;
    const struct account_entry *entry = common_entry(common, command->words[0]);
    struct json *account = describe(common, entry);
    count_rows(common, entry, account);
    if (common->json)
        print_json(common, account);
    for (const struct json *member = json_first(account); !common->json && member;
         member = json_next(member)) {
        const char *text = json_number_text(member);
        json_text(member, &text);
        printf("%-12s %s\n", json_key(member), text ? text : "-");
    }
    return EX_OK;
}

static int create(struct account_command *command)
{
    struct common *common = &command->common;
    const char *error;
    if (command->new.settings.slug)
        fail(EX_USAGE,
             "--slug is for weir init; here the name comes first: weir account create SLUG");
    command->new.settings.slug = command->words[0];
    enum outcome got = provision_account(common, &command->new, &error);
    if (got != CREATED)
        fail(exit_code(got), "%s", error);
    if (common->json)
        print_json(common, provision_json(common, &command->new));
    else
        provision_say(common, &command->new);
    return EX_OK;
}

static int rename_account(struct account_command *command)
{
    struct common *common = &command->common;
    const char *error, *old = command->words[0], *new = command->words[1];
    enum outcome got = account_rename(common_accounts(common), old, new, common->arena, &error);
    if (got == NOT_FOUND)
        common_account(common, old);
    if (got != OK)
        fail(exit_code(got), "%s", error);
    struct account *account = common_account(common, new);
    got = common_do(common, account,
                    &(struct deed){ .action = "account.rename",
                                    .object = "account",
                                    .detail = arena_printf(common->arena, "%s to %s", old, new) },
                    &error);
    if (got != OK)
        complain("renamed, but not written into the audit: %s", error);
    account_release(account);
    if (common->json)
        print_json(common, describe(common, common_entry(common, new)));
    say(common, "The account %s is called %s now.  API keys work again with the new name in them.",
        old, new);
    return EX_OK;
}

static const struct {
    const char *name;
    int words;
    int (*run)(struct account_command *command);
} actions[] = {
    { "list", 0, list },
    { "show", 1, show },
    { "create", 1, create },
    { "rename", 2, rename_account },
};

static int run(struct account_command *command)
{
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(actions[i].name, command->action) != 0)
            continue;
        if (command->count != actions[i].words)
            fail(EX_USAGE, "%s takes %d names, not %d; see weir account --help", command->action,
                 actions[i].words, command->count);
        return actions[i].run(command);
    }
    fail(EX_USAGE, "there is no \"weir account %s\": give list, show, create or rename",
         command->action);
}

static const char about[] =
    "List, create, show and rename accounts.\v"
    "An account is a tenant with a database of its own. A slug is 2 to 40 of a-z, 0-9 and -.";

int account_main(int argc, char **argv)
{
    struct account_command command = { 0 };
    const struct argp_child children[] = { { &provision_argp, 0, "For create:", 1 },
                                           common_children[0],
                                           { 0 } };
    const struct argp argp = {
        .parser = parse,
        .children = children,
        .args_doc = "list\nshow SLUG\ncreate SLUG\nrename OLD NEW",
        .doc = about,
    };
    common_start(&command.common, &argp, argc, argv);
    return common_end(&command.common, run(&command));
}
