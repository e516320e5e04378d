/* weir init: from nothing to a first account.  What exists already is used and never replaced;
 * above all no new master key is made where accounts wait for an old one. */
#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "commands.h"
#include "master_key.h"
#include "provision.h"
#include "state_dir.h"

struct init {
    struct common common;
    struct provision new;
    bool made_key;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct init *init = state->input;
    (void)argument;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    state->child_inputs[0] = &init->new;
    state->child_inputs[1] = &init->common;
    return 0;
}

static void make_place(struct init *init)
{
    const char *error, *key = init->common.config.master_key;
    struct arena *arena = init->common.arena;
    size_t accounts;
    if (!state_dir_make(init->common.config.state_dir, arena, &error))
        fail(EX_CANTCREAT, "%s", error);
    if (access(key, F_OK) == 0)
        return;
    account_dirs(init->common.config.state_dir, arena, &accounts);
    if (accounts > 0)
        fail(EX_CONFIG,
             "the master key %s is missing, and %zu accounts need it: put the file back, or name"
             " the right one with master_key",
             key, accounts);
    if (!master_key_create(key, arena, &error))
        fail(EX_CANTCREAT, "%s", error);
    init->made_key = true;
}

static void print_as_json(struct init *init)
{
    struct json *answer = provision_json(&init->common, &init->new);
    json_set_text(answer, "state_dir", init->common.config.state_dir);
    json_set_text(answer, "master_key", init->common.config.master_key);
    json_set_bool(answer, "master_key_made", init->made_key);
    print_json(&init->common, answer);
}

static void print_for_people(struct init *init)
{
    const struct common *common = &init->common;
    provision_say(common, &init->new);
    say(common, "state directory  %s", common->config.state_dir);
    say(common, "master key       %s%s", common->config.master_key,
        init->made_key ? " (made just now)" : "");
    say(common,
        "\nKeep copies of two things, apart from each other:\n"
        "  the master key: without it no name and no address can be read again;\n"
        "  what `weir backup %s` makes: a copy of the files themselves is not a backup.",
        init->new.settings.slug);
}

static const char about[] =
    "Make what is missing: the state directory, the master key, an account, its owner and its "
    "first admin key, which is shown once.\v"
    "An account that exists is left as it is, and the exit code is then 73. With --quiet only "
    "the key is printed.";

int init_main(int argc, char **argv)
{
    struct init init = { 0 };
    const char *error;
    const struct argp_child children[] = { { &provision_argp, 0, NULL, 1 },
                                           common_children[0],
                                           { 0 } };
    const struct argp argp = { .parser = parse, .children = children, .doc = about };
    common_start(&init.common, &argp, argc, argv);
    make_place(&init);
    enum outcome got = provision_account(&init.common, &init.new, &error);
    if (got != CREATED)
        fail(exit_code(got), "%s", error);
    if (init.common.json)
        print_as_json(&init);
    else
        print_for_people(&init);
    return common_end(&init.common, EX_OK);
}
