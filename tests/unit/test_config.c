/* config: which source wins, where the file is looked for, and that every mistake is refused with
 * its file, line, key and remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "config.h"
#include "config_settings.h"
#include "text.h"

static struct arena *arena;
static char folder[32];

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    strcpy(folder, "/tmp/weir-config-XXXXXX");
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < CONFIG_SETTINGS; i++)
        unsetenv(config_settings[i].env);
    unsetenv("WEIR_CONFIG");
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_CONFIG_HOME");
    return setenv("HOME", folder, 1);
}

static int tear_down(void **state)
{
    (void)state;
    const char *remove = arena_printf(arena, "rm -rf %s", folder);
    int rc = system(remove);
    arena_free(arena);
    return rc;
}

static const char *in_folder(const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name);
}

/* Makes the file with its folders and gives its path. */
static const char *file_with(const char *name, const char *text)
{
    char *path = arena_strdup(arena, in_folder(name));
    for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    return path;
}

static struct config loaded(const char *text)
{
    struct config config;
    const char *error;
    if (!config_load_text(arena, "w.ini", text, text ? strlen(text) : 0, NULL, &config, &error))
        fail_msg("%s", error);
    return config;
}

static void refused_n(const char *text, size_t len, const char *expected)
{
    struct config config;
    const char *error;
    assert_false(config_load_text(arena, "w.ini", text, len, NULL, &config, &error));
    assert_string_equal(error, expected);
}

static void refused(const char *text, const char *expected)
{
    refused_n(text, strlen(text), expected);
}

static void a_file_sets_values(void **state)
{
    (void)state;
    struct config c = loaded("# a note\n; another\n\nstate_dir = /srv/weir\n  www_dir=/srv/www\n"
                             "base_url: https://weir.example ; ours\r\nlog_file =\n"
                             "open_accounts = 7\nlog_level=debug");
    assert_string_equal(c.state_dir, "/srv/weir");
    assert_string_equal(c.www_dir, "/srv/www");
    assert_string_equal(c.base_url, "https://weir.example");
    assert_string_equal(c.log_file, "");
    assert_string_equal(c.log_level, "debug");
    assert_int_equal(c.open_accounts, 7);
    assert_string_equal(c.source, "w.ini");
    assert_string_equal(c.origins[0], "w.ini:4");
    assert_string_equal(c.origins[7], "w.ini:8");
}

static void a_byte_order_mark_is_no_harm(void **state)
{
    (void)state;
    assert_string_equal(loaded("\xef\xbb\xbfstate_dir = /srv/a\n").state_dir, "/srv/a");
}

static void mistakes_are_named(void **state)
{
    (void)state;
    const struct {
        const char *text, *error;
    } cases[] = {
        { "statedir = /x", "w.ini:1: there is no setting \"statedir\": the settings are state_dir, "
                           "master_key, www_dir, templates, base_url, log_file, log_level, "
                           "open_accounts" },
        { "\n[server]\nstate_dir = /x",
          "w.ini:2: settings stand in no section: remove the line in brackets" },
        { "\xef\xbb\xbf [weir]\n",
          "w.ini:1: settings stand in no section: remove the line in brackets" },
        { "open_accounts = 1\n\nopen_accounts = 1",
          "w.ini:3: open_accounts is set a second time, first at w.ini:1: remove one of the "
          "lines" },
        { "state_dir /x", "w.ini:1: this is not \"key = value\": mend it, or begin it with # to "
                          "keep a note" },
        { "open_accounts = 5\nnonsense\nstatedir = /x",
          "w.ini:2: this is not \"key = value\": mend "
          "it, or begin it with # to keep a note" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(cases[i].text, cases[i].error);
}

static void a_nul_byte_does_not_hide_the_rest(void **state)
{
    (void)state;
    const char text[] = "open_accounts = 5\n\0log_level = loud\n";
    refused_n(text, sizeof text - 1,
              "w.ini:2: the line holds a NUL byte: save the file as plain text");
}

/* inih would read 198 bytes, hand over the cut value and take the rest for another line. */
static void a_line_is_never_cut(void **state)
{
    (void)state;
    for (int len = 190; len <= 210; len++) {
        const char *key = "log_file = /";
        char *value = arena_alloc(arena, 256), *text;
        memset(value, 'x', (size_t)len - strlen(key));
        text = arena_printf(arena, "%s%s\n#\n", key, value);
        if (len <= 198)
            assert_string_equal(loaded(text).log_file, arena_printf(arena, "/%s", value));
        else
            refused(text, "w.ini:1: the line has more than 198 bytes: shorten it");
    }
    char *note = arena_alloc(arena, 400);
    memset(note, '#', 250);
    refused(arena_printf(arena, "open_accounts = 5\n%s\n", note),
            "w.ini:2: the line has more than 198 bytes: shorten it");
}

static void sources_win_in_order(void **state)
{
    (void)state;
    const char *file = file_with("w.ini", "open_accounts = 2\nlog_level = warn\n");
    const char *const flags[] = { "open_accounts=3", "open_accounts=4", "log_file=", NULL };
    const struct {
        const char *environment;
        const char *const *flags;
        int64_t value;
        const char *origin;
    } cases[] = {
        { NULL, NULL, 2, arena_printf(arena, "%s:1", file) },
        { "", NULL, 2, arena_printf(arena, "%s:1", file) },
        { "9", NULL, 9, "$WEIR_OPEN_ACCOUNTS" },
        { "9", flags, 4, "command line" },
        { NULL, flags, 4, "command line" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config c;
        const char *error;
        if (cases[i].environment)
            setenv("WEIR_OPEN_ACCOUNTS", cases[i].environment, 1);
        else
            unsetenv("WEIR_OPEN_ACCOUNTS");
        assert_true(config_load(arena, file, cases[i].flags, &c, &error));
        assert_int_equal(c.open_accounts, cases[i].value);
        assert_string_equal(c.origins[7], cases[i].origin);
        assert_string_equal(c.log_level, "warn");
    }
    unsetenv("WEIR_OPEN_ACCOUNTS");
    assert_int_equal(loaded(NULL).open_accounts, 64);
    assert_string_equal(loaded(NULL).origins[7], "default");
}

static void every_setting_has_its_own_variable(void **state)
{
    (void)state;
    static const char *const values[CONFIG_SETTINGS] = {
        "/e/state", "/e/key", "/e/www", "/e/templates", "https://e.example", "/e/log", "error", "3",
    };
    for (size_t i = 0; i < CONFIG_SETTINGS; i++)
        setenv(config_settings[i].env, values[i], 1);
    struct text *out = text_new(arena);
    struct config c = loaded(NULL);
    config_print(&c, out);
    for (size_t i = 0; i < CONFIG_SETTINGS; i++) {
        const char *line = arena_printf(arena, "\n%s = %s\n", config_settings[i].key, values[i]);
        assert_non_null(strstr(text_str(out), line));
    }
}

static void bad_values_name_their_source(void **state)
{
    (void)state;
    struct config c;
    const char *error;
    const struct {
        const char *flag, *error;
    } cases[] = {
        { "open_accounts", "command line: \"open_accounts\" has no value: write "
                           "open_accounts=VALUE" },
        { "opne=1", "command line: there is no setting \"opne\": the settings are state_dir, "
                    "master_key, www_dir, templates, base_url, log_file, log_level, "
                    "open_accounts" },
        { "log_level=loud", "command line: log_level \"loud\" is no level: give debug, info, warn "
                            "or error" },
        { "log_file=/a\n/b", "command line: log_file holds a control character: remove it" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const flags[] = { cases[i].flag, NULL };
        assert_false(config_load_text(arena, NULL, NULL, 0, flags, &c, &error));
        assert_string_equal(error, cases[i].error);
    }
    setenv("WEIR_OPEN_ACCOUNTS", "x", 1);
    assert_false(config_load_text(arena, NULL, NULL, 0, NULL, &c, &error));
    assert_string_equal(error, "$WEIR_OPEN_ACCOUNTS: open_accounts \"x\" is out of range: give a "
                               "whole number from 1 to 4096");
}

static void a_link_does_not_hide_where_a_folder_lies(void **state)
{
    (void)state;
    const char *www = in_folder("www"), *link = in_folder("link");
    assert_int_equal(mkdir(www, 0700), 0);
    assert_int_equal(symlink(www, link), 0);
    refused(arena_printf(arena, "www_dir = %s\nstate_dir = %s/state", www, link),
            arena_printf(arena,
                         "state_dir %s/state (w.ini:2) lies below www_dir %s (w.ini:1), and nginx"
                         " serves that folder: move one of them",
                         link, www));
}

static const char *source_of(const char *flag)
{
    struct config config;
    const char *error;
    if (!config_load(arena, flag, NULL, &config, &error))
        fail_msg("%s", error);
    return config.source;
}

static void the_file_is_looked_for_in_order(void **state)
{
    (void)state;
    if (access(WEIR_SYSCONFDIR "/weir/weir.ini", F_OK) == 0)
        skip();
    assert_null(source_of(NULL));
    const char *home = file_with(".config/weir/weir.ini", "");
    assert_string_equal(source_of(NULL), home);
    setenv("XDG_CONFIG_HOME", "relative", 1);
    assert_string_equal(source_of(NULL), home);
    setenv("XDG_CONFIG_HOME", in_folder("xdg"), 1);
    assert_null(source_of(NULL));
    const char *xdg = file_with("xdg/weir/weir.ini", "");
    assert_string_equal(source_of(NULL), xdg);
    const char *named = file_with("named.ini", ""), *flag = file_with("flag.ini", "");
    setenv("WEIR_CONFIG", named, 1);
    assert_string_equal(source_of(NULL), named);
    assert_string_equal(source_of(flag), flag);
}

static void a_file_that_was_named_must_be_readable(void **state)
{
    (void)state;
    struct config config;
    const char *error, *absent = in_folder("absent.ini");
    assert_false(config_load(arena, absent, NULL, &config, &error));
    assert_string_equal(error, arena_printf(arena,
                                            "%s: cannot read the settings: No such file or "
                                            "directory: mend its path or its mode",
                                            absent));
    setenv("WEIR_CONFIG", absent, 1);
    assert_false(config_load(arena, NULL, NULL, &config, &error));
    assert_false(config_load(arena, folder, NULL, &config, &error));
    assert_non_null(strstr(error, "Is a directory"));
    assert_false(config_load(arena, "/dev/zero", NULL, &config, &error));
    assert_non_null(strstr(error, "File too large"));
}

/* Run as root in one child and as an ordinary person in the other, who has folders of their own. */
static int defaults_differ(bool person)
{
    if (person && geteuid() == 0 && seteuid(65534) != 0)
        return 1;
    if (eaccess(SYSTEM_STATE, W_OK) == 0 ? person : geteuid() != 0)
        return 0; /* this machine has no such case */
    struct config c = loaded(NULL);
    if (!person)
        return strcmp(c.state_dir, SYSTEM_STATE) || strcmp(c.www_dir, SYSTEM_STATE "-www") ||
               strcmp(c.master_key, WEIR_SYSCONFDIR "/weir/master.key");
    int wrong = strcmp(c.state_dir, in_folder(".local/state/weir")) ||
                strcmp(c.www_dir, in_folder(".local/state/weir-www")) ||
                strcmp(c.master_key, in_folder(".config/weir/master.key"));
    setenv("XDG_STATE_HOME", "/x", 1);
    wrong |= strcmp(loaded(NULL).state_dir, "/x/weir");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    return wrong | strcmp(loaded(NULL).state_dir, SYSTEM_STATE);
}

static void defaults_suit_who_runs_it(void **state)
{
    (void)state;
    for (int person = 0; person <= 1; person++) {
        pid_t child = fork();
        if (child == 0)
            _exit(defaults_differ(person));
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    assert_string_equal(loaded(NULL).templates, WEIR_DATADIR "/templates");
    assert_string_equal(loaded(NULL).base_url, "http://127.0.0.1:8080");
    assert_string_equal(loaded(NULL).log_file, "");
    assert_string_equal(loaded(NULL).log_level, "info");
}

static void printing_shows_values_and_origins(void **state)
{
    (void)state;
    setenv("WEIR_LOG_LEVEL", "warn", 1);
    struct text *out = text_new(arena);
    struct config c = loaded("open_accounts = 12\nlog_file = /var/log/weir.log\n");
    config_print(&c, out);
    assert_non_null(strstr(text_str(out),
                           "# least level that is logged: debug, info, warn or error "
                           "($WEIR_LOG_LEVEL)\nlog_level = warn\n"));
    assert_non_null(strstr(text_str(out), "(w.ini:1)\nopen_accounts = 12\n"));
    assert_non_null(strstr(text_str(out), "(w.ini:2)\nlog_file = /var/log/weir.log\n"));
    assert_non_null(strstr(text_str(out), "(default)\nbase_url = http://127.0.0.1:8080\n"));
    struct config again = loaded(text_str(out));
    assert_int_equal(again.open_accounts, 12);
    assert_string_equal(again.log_level, "warn");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_sets_values),
        TEST(a_byte_order_mark_is_no_harm),
        TEST(mistakes_are_named),
        TEST(a_nul_byte_does_not_hide_the_rest),
        TEST(a_line_is_never_cut),
        TEST(sources_win_in_order),
        TEST(every_setting_has_its_own_variable),
        TEST(bad_values_name_their_source),
        TEST(a_link_does_not_hide_where_a_folder_lies),
        TEST(the_file_is_looked_for_in_order),
        TEST(a_file_that_was_named_must_be_readable),
        TEST(defaults_suit_who_runs_it),
        TEST(printing_shows_values_and_origins),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
