/* weir, the command for people.  One table names every command; each parses its own options, of
 * which --config, --state-dir, --json and --quiet are the same wherever accounts are (common.h). */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "commands.h"
#include "common.h"
#include "log.h"
#include "render.h"

#ifndef WEIR_VERSION
#define WEIR_VERSION "0.0.0"
#endif

static int version_main(int argc, char **argv);
static int help_main(int argc, char **argv);

static const struct command {
    const char *name;
    int (*main)(int argc, char **argv);
    const char *help;
} commands[] = {
    { "init", init_main, "make the state directory, the master key and the first account" },
    { "account", account_main, "list, create, show and rename accounts" },
    { "migrate", migrate_main, "bring databases to the schema of this program" },
    { "backup", backup_main, "copy the database of an account while it is in use" },
    { "restore", restore_main, "put a backup back in its place" },
    { "doctor", doctor_main,
      "check files, keys, databases and libraries; --fix mends what it may" },
    { "event", event_main, "read events from a file or standard input" },
    { "contact", contact_main, "show what is known of a person" },
    { "render", render_main, "render a template with JSON data" },
    { "version", version_main, "print the version" },
    { "help", help_main, "print this list, or the help of a command" },
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void print_commands(FILE *out)
{
    fputs("Usage: weir COMMAND [OPTION...]\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    fputs("\nweir COMMAND --help describes one.  Every command but render takes --config FILE,\n"
          "--state-dir DIR, --json and --quiet.  Exit codes are those of sysexits.h: 64 usage,\n"
          "65 bad data, 66 no such thing, 69 out of service, 73 exists already, 74 input/output,\n"
          "75 try again, 77 permission, 78 configuration.\n",
          out);
}

/* getopt and argp name the program by argv[0] in their messages. */
static int run(const struct command *command, int argc, char **argv)
{
    char name[32];
    snprintf(name, sizeof name, "weir %s", command->name);
    argv[0] = program_invocation_name = program_invocation_short_name = name;
    return command->main(argc, argv);
}

static int version_main(int argc, char **argv)
{
    (void)argc, (void)argv;
    puts("weir " WEIR_VERSION);
    return EX_OK;
}

static int unknown(const char *name)
{
    fprintf(stderr, "weir: there is no command \"%s\"; weir --help lists them\n", name);
    return EX_USAGE;
}

static int help_main(int argc, char **argv)
{
    const struct command *command = argc > 1 ? find(argv[1]) : NULL;
    if (argc > 1 && !command)
        return unknown(argv[1]);
    if (command && command->main != help_main && command->main != version_main)
        return run(command, 2, (char *[]){ argv[1], (char[]){ "--help" }, NULL });
    print_commands(stdout);
    return EX_OK;
}

static const struct {
    const char *option, *command;
} aliases[] = { { "--help", "help" },
                { "-h", "help" },
                { "-?", "help" },
                { "--version", "version" },
                { "-V", "version" } };

int main(int argc, char **argv)
{
    argp_program_version = "weir " WEIR_VERSION;
    if (argc < 2) {
        print_commands(stderr);
        return EX_USAGE;
    }
    const char *name = argv[1];
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (strcmp(name, aliases[i].option) == 0)
            name = aliases[i].command;
    const struct command *command = find(name);
    return command ? run(command, argc - 1, argv + 1) : unknown(argv[1]);
}
