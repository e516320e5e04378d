/* state_dir and master_key: every way in which the place or the key must not be trusted is refused
 * with a sentence that names the path, and a clean place is accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "master_key.h"
#include "state_dir.h"

static struct arena *arena;
static struct config config;
static char folder[64];

static const char *in(const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name);
}

static int set_up(void **state)
{
    (void)state;
    const char *error;
    snprintf(folder, sizeof folder, "/tmp/weir-state-XXXXXX");
    assert_non_null(mkdtemp(folder));
    arena = arena_new();
    unsetenv("CREDENTIALS_DIRECTORY");
    config = (struct config){ .state_dir = in("up/state"),
                              .www_dir = in("www"),
                              .master_key = in("keys/master.key") };
    assert_true(state_dir_make(config.state_dir, arena, &error));
    assert_true(master_key_create(config.master_key, arena, &error));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    arena_free(arena);
    return system(command);
}

static void refused(const char *part)
{
    const char *error = NULL;
    assert_false(state_dir_check(&config, arena, &error));
    assert_non_null(error);
    if (!strstr(error, part))
        fail_msg("\"%s\" does not say \"%s\"", error, part);
}

static void accepted(void)
{
    const char *error = NULL;
    if (!state_dir_check(&config, arena, &error))
        fail_msg("%s", error);
}

static void a_directory_as_init_makes_it_is_accepted(void **state)
{
    (void)state;
    const char *error;
    struct stat is;
    accepted();
    for (const char *const *part = state_dir_parts; *part; part++) {
        assert_int_equal(stat(state_path(arena, config.state_dir, *part, NULL), &is), 0);
        assert_int_equal(is.st_mode & 07777, 0700);
    }
    assert_true(state_dir_make(config.state_dir, arena, &error));
}

static void each_part_must_be_there(void **state)
{
    (void)state;
    for (const char *const *part = state_dir_parts + 1; *part; part++) {
        const char *path = state_path(arena, config.state_dir, *part, NULL);
        assert_int_equal(rmdir(path), 0);
        refused(path);
        refused("weir init");
        assert_int_equal(mkdir(path, 0700), 0);
    }
    config.state_dir = in("nowhere");
    refused("weir init");
}

static void no_part_may_be_written_by_others(void **state)
{
    (void)state;
    static const mode_t modes[] = { 0720, 0702, 0777, 01777 };
    for (const char *const *part = state_dir_parts; *part; part++)
        for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
            const char *path = state_path(arena, config.state_dir, *part, NULL);
            assert_int_equal(chmod(path, modes[i]), 0);
            refused("chmod 700");
            assert_int_equal(chmod(path, 0700), 0);
        }
    accepted();
}

static void no_part_may_be_a_link(void **state)
{
    (void)state;
    assert_int_equal(rename(in("up/state/slugs"), in("slugs")), 0);
    assert_int_equal(symlink(in("slugs"), in("up/state/slugs")), 0);
    refused("symbolic link");
    assert_int_equal(unlink(in("up/state/slugs")), 0);
    assert_int_equal(rename(in("slugs"), in("up/state/slugs")), 0);
    assert_int_equal(symlink(in("up/state"), in("link")), 0);
    config.state_dir = in("link");
    refused("symbolic link");
}

static void no_part_may_be_anothers(void **state)
{
    (void)state;
    if (chown(in("up/state/accounts"), 1, 1) != 0)
        skip();
    refused("belongs to user 1");
}

static void nobody_may_rename_on_the_way_to_it(void **state)
{
    (void)state;
    assert_int_equal(chmod(in("up"), 0777), 0);
    refused("above the state directory");
    assert_int_equal(chmod(in("up"), 01777),
                     0); /* as /tmp: others may write, and not rename ours */
    accepted();
}

static void it_must_not_lie_below_the_web_root(void **state)
{
    (void)state;
    config.www_dir = in("up");
    refused("web root");
    config.www_dir = config.state_dir;
    refused("web root");
    assert_int_equal(symlink(in("up"), in("www")), 0);
    config.www_dir = in("www");
    refused("web root");
    config.www_dir = in("up/state-www");
    accepted();
}

static void what_cannot_be_made_says_so(void **state)
{
    (void)state;
    const char *error = NULL;
    assert_true(file_write_new(in("file"), 0600, "", 0));
    assert_false(state_dir_make(in("file/state"), arena, &error));
    assert_non_null(strstr(error, "--state-dir"));
}

static bool key_is_read(const char **error)
{
    uint8_t key[KEY_SIZE];
    return master_key_read(config.master_key, config.state_dir, key, arena, error);
}

static void key_refused(const char *part)
{
    const char *error = NULL;
    assert_false(key_is_read(&error));
    if (!strstr(error, part) || !strstr(error, "master key: "))
        fail_msg("\"%s\" does not say \"%s\"", error, part);
}

static void a_key_as_init_makes_it_is_read(void **state)
{
    (void)state;
    const char *error;
    uint8_t one[KEY_SIZE], two[KEY_SIZE], zero[KEY_SIZE] = { 0 };
    struct stat is;
    assert_int_equal(stat(config.master_key, &is), 0);
    assert_int_equal(is.st_mode & 07777, 0400);
    assert_int_equal(is.st_size, 65);
    assert_true(master_key_read(config.master_key, config.state_dir, one, arena, &error));
    assert_true(master_key_create(in("other"), arena, &error));
    assert_true(master_key_read(in("other"), config.state_dir, two, arena, &error));
    assert_memory_not_equal(one, two, KEY_SIZE);
    assert_memory_not_equal(one, zero, KEY_SIZE);
}

static void a_key_is_never_made_over_another(void **state)
{
    (void)state;
    const char *error = NULL;
    const char *before = file_read(arena, config.master_key, 100, NULL);
    assert_false(master_key_create(config.master_key, arena, &error));
    assert_non_null(strstr(error, config.master_key));
    assert_string_equal(file_read(arena, config.master_key, 100, NULL), before);
}

static void a_key_open_to_others_is_refused(void **state)
{
    (void)state;
    static const mode_t modes[] = { 0644, 0640, 0440, 0404, 0604, 0620, 0602, 0601, 0500, 0700 };
    const char *error;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(config.master_key, modes[i]), 0);
        key_refused("open to others");
    }
    assert_int_equal(chmod(config.master_key, 0600), 0);
    assert_true(key_is_read(&error));
}

static void a_key_in_the_wrong_place_is_refused(void **state)
{
    (void)state;
    const char *inside = in("up/state/master.key");
    assert_int_equal(rename(config.master_key, inside), 0);
    key_refused("is not there");
    assert_int_equal(symlink(inside, config.master_key), 0);
    key_refused("lies in the state directory");
    assert_int_equal(rename(inside, in("elsewhere")), 0);
    assert_int_equal(unlink(config.master_key), 0);
    assert_int_equal(symlink(in("elsewhere"), config.master_key), 0);
    key_refused("symbolic link");
    assert_int_equal(unlink(config.master_key), 0);
    assert_int_equal(mkdir(config.master_key, 0700), 0);
    key_refused("not a plain file");
}

#define HEX "00112233445566778899aabbccddeeff"

static void only_64_hex_digits_on_one_line_are_a_key(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_key;
    } rows[] = {
        { HEX HEX "\n", true },
        { HEX HEX, true },
        { "00112233445566778899AABBCCDDEEFF" HEX "\n", true },
        { "", false },
        { "\n", false },
        { HEX HEX "\r\n", false },
        { HEX HEX "\n\n", false },
        { HEX HEX "0\n", false },
        { HEX "00112233445566778899aabbccddeef\n", false },
        { HEX "00112233445566778899aabbccddeefg\n", false },
        { " " HEX HEX "\n", false },
        { HEX "00112233445566778899aabbccddee f\n", false },
        { "0x" HEX HEX "\n", false },
    };
    const char *error;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(unlink(config.master_key), 0);
        assert_true(file_write_new(config.master_key, 0400, rows[i].text, strlen(rows[i].text)));
        if (key_is_read(&error) != rows[i].is_key)
            fail_msg("row %zu: \"%s\"", i, rows[i].text);
    }
    assert_int_equal(truncate(config.master_key, 5000), 0);
    key_refused(config.master_key);
}

static void a_systemd_credential_may_be_roots_and_of_its_group(void **state)
{
    (void)state;
    const char *error;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(config.master_key, 0440), 0);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", in("keys"), 1), 0);
    assert_true(key_is_read(&error));
    assert_int_equal(chmod(config.master_key, 0444), 0);
    key_refused("open to others");
    assert_int_equal(chmod(config.master_key, 0460), 0);
    key_refused("open to others");
    assert_int_equal(chmod(config.master_key, 0440), 0);
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", in("other"), 1), 0);
    key_refused("open to others");
    unsetenv("CREDENTIALS_DIRECTORY");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_directory_as_init_makes_it_is_accepted),
        TEST(each_part_must_be_there),
        TEST(no_part_may_be_written_by_others),
        TEST(no_part_may_be_a_link),
        TEST(no_part_may_be_anothers),
        TEST(nobody_may_rename_on_the_way_to_it),
        TEST(it_must_not_lie_below_the_web_root),
        TEST(what_cannot_be_made_says_so),
        TEST(a_key_as_init_makes_it_is_read),
        TEST(a_key_is_never_made_over_another),
        TEST(a_key_open_to_others_is_refused),
        TEST(a_key_in_the_wrong_place_is_refused),
        TEST(only_64_hex_digits_on_one_line_are_a_key),
        TEST(a_systemd_credential_may_be_roots_and_of_its_group),
    };
    return cmocka_run_group_tests_name("state_dir", tests, NULL, NULL);
}
