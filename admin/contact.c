/* weir contact: what is known of a person, opened.  Reading is written into the audit before a word
 * is shown. */
#include "contact.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "commands.h"
#include "common.h"

struct contact_command {
    struct common common;
    const char *words[3]; /* show, account, id or e-mail */
    int count;
    int64_t id;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct contact_command *command = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &command->common;
        return 0;
    case ARGP_KEY_ARG:
        if (command->count == 3)
            argp_error(state, "too many words: \"%s\"", argument);
        command->words[command->count++] = argument;
        return 0;
    case ARGP_KEY_END:
        if (command->count != 3 || strcmp(command->words[0], "show") != 0)
            argp_error(state, "give: show, the account, and the contact's number or e-mail");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int64_t find(struct account *account, const char *word)
{
    char *end;
    if (strchr(word, '@'))
        return contact_by_email(account_reader(account), account, word);
    int64_t id = strtoll(word, &end, 10);
    return *end == '\0' && id > 0 ? id : 0;
}

static enum outcome check(struct db *db, struct account *account, void *context)
{
    const struct contact_command *command = context;
    int64_t id = command->id;
    (void)account;
    return db_int(db, "SELECT count(*) FROM contact WHERE id = :id", BIND(id)) ? OK : NOT_FOUND;
}

static void print_value(struct arena *arena, const struct json *value, int depth)
{
    for (const struct json *member = json_first(value); member; member = json_next(member)) {
        const char *text = json_number_text(member), *key = json_key(member);
        bool is_true;
        if (json_bool(member, &is_true))
            text = is_true ? "yes" : "no";
        json_text(member, &text);
        printf("%*s%-*s %s\n", depth * 2, "", 30 - depth * 2, key ? printable(arena, key) : "-",
               text ? printable(arena, text) : "");
        if (json_type(member) == JSON_OBJECT || json_type(member) == JSON_ARRAY)
            print_value(arena, member, depth + 1);
    }
}

static void show(struct contact_command *command, struct account *account)
{
    struct common *common = &command->common;
    const char *error;
    struct deed deed = { .run = check,
                         .context = command,
                         .action = "contact.show",
                         .object =
                             arena_printf(common->arena, "contact:%lld", (long long)command->id) };
    enum outcome got = command->id ? common_do(common, account, &deed, &error) : NOT_FOUND;
    if (got == UNAVAILABLE)
        fail(EX_TEMPFAIL, "%s", error);
    struct json *contact = got == OK ? contact_json(account, command->id, common->arena) : NULL;
    if (!contact)
        fail(EX_NOINPUT, "the account %s has no contact %s", command->words[1], command->words[2]);
    if (common->json)
        print_json(common, contact);
    else
        print_value(common->arena, contact, 0);
}

static const char about[] =
    "Show what is known of a person, with names and addresses in clear.\v"
    "Who looked, and when, is written into the audit.";

int contact_main(int argc, char **argv)
{
    struct contact_command command = { 0 };
    const struct argp argp = {
        .parser = parse, .children = common_children, .args_doc = "show ACCOUNT ID-or-EMAIL",
        .doc = about,
    };
    common_start(&command.common, &argp, argc, argv);
    struct account *account = common_account(&command.common, command.words[1]);
    command.id = find(account, command.words[2]);
    show(&command, account);
    account_release(account);
    return common_end(&command.common, EX_OK);
}
