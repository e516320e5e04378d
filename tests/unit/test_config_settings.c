/* config_settings: what a value may be, the one form it gets, and what is said of one that is
 * wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "config.h"
#include "config_settings.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    for (size_t i = 0; i < CONFIG_SETTINGS; i++)
        unsetenv(config_settings[i].env);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct config loaded(const char *text)
{
    struct config config;
    const char *error;
    if (!config_load_text(arena, "w.ini", text, strlen(text), NULL, &config, &error))
        fail_msg("%s", error);
    return config;
}

static void refused(const char *text, const char *expected)
{
    struct config config;
    const char *error;
    assert_false(config_load_text(arena, "w.ini", text, strlen(text), NULL, &config, &error));
    assert_string_equal(error, expected);
}

static void values_are_put_in_one_form(void **state)
{
    (void)state;
    struct config c = loaded("state_dir = //srv/./weir///\nwww_dir = /srv/.../www/.\n"
                             "base_url = http://[::1]:80/weir//\nopen_accounts = 0064\n");
    assert_string_equal(c.state_dir, "/srv/weir");
    assert_string_equal(c.www_dir, "/srv/.../www");
    assert_string_equal(c.base_url, "http://[::1]:80/weir");
    assert_int_equal(c.open_accounts, 64);
}

static void wrong_values_are_named(void **state)
{
    (void)state;
    const struct {
        const char *text, *error;
    } cases[] = {
        { "open_accounts = many",
          "w.ini:1: open_accounts \"many\" is out of range: give a whole number from 1 to 4096" },
        { "open_accounts = 0",
          "w.ini:1: open_accounts \"0\" is out of range: give a whole number from 1 to 4096" },
        { "open_accounts = 4097",
          "w.ini:1: open_accounts \"4097\" is out of range: give a whole number from 1 to 4096" },
        { "open_accounts = +5",
          "w.ini:1: open_accounts \"+5\" is out of range: give a whole number from 1 to 4096" },
        { "open_accounts = 18446744073709551617",
          "w.ini:1: open_accounts \"18446744073709551617\" is out of range: give a whole number "
          "from 1 to 4096" },
        { "open_accounts =",
          "w.ini:1: open_accounts \"\" is out of range: give a whole number from 1 to 4096" },
        { "state_dir = weir",
          "w.ini:1: state_dir \"weir\" is not an absolute path: begin it with /" },
        { "state_dir =", "w.ini:1: state_dir \"\" is not an absolute path: begin it with /" },
        { "log_file = weir.log",
          "w.ini:1: log_file \"weir.log\" is not an absolute path: begin it with /" },
        { "www_dir = /srv/../etc",
          "w.ini:1: www_dir \"/srv/../etc\" climbs with \"..\": write the path without it" },
        { "state_dir = /srv/weir /.",
          "w.ini:1: state_dir \"/srv/weir /.\" ends in a blank: take it away" },
        { "base_url = weir.example",
          "w.ini:1: base_url \"weir.example\" is no base address: give one like "
          "https://weir.example" },
        { "base_url = https:///x", "w.ini:1: base_url \"https:///x\" is no base address: give one "
                                   "like https://weir.example" },
        { "base_url = http://a?b=c", "w.ini:1: base_url \"http://a?b=c\" is no base address: give "
                                     "one like https://weir.example" },
        { "log_level = loud",
          "w.ini:1: log_level \"loud\" is no level: give debug, info, warn or error" },
        { "state_dir = /x\x1b[2J", "w.ini:1: state_dir holds a control character: remove it" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(cases[i].text, cases[i].error);
}

static void state_and_key_stay_out_of_reach(void **state)
{
    (void)state;
    refused("state_dir = /srv/www/state\nwww_dir = /srv/www\n",
            "state_dir /srv/www/state (w.ini:1) lies below www_dir /srv/www (w.ini:2), and nginx "
            "serves that folder: move one of them");
    refused("state_dir = /srv/www/\nwww_dir = /srv/./www\n",
            "state_dir /srv/www (w.ini:1) lies below www_dir /srv/www (w.ini:2), and nginx serves "
            "that folder: move one of them");
    refused("master_key = /srv/www/key\nwww_dir = /srv/www\nstate_dir = /srv/state\n",
            "master_key /srv/www/key (w.ini:1) lies below www_dir /srv/www (w.ini:2), and nginx "
            "serves that folder: move one of them");
    refused("state_dir = /srv/state\nmaster_key = /srv/state/key\n",
            "master_key /srv/state/key (w.ini:2) lies below state_dir /srv/state (w.ini:1), and "
            "backups copy that folder: move one of them");
    refused("www_dir = /\nstate_dir = /srv/state\n",
            "state_dir /srv/state (w.ini:2) lies below www_dir / (w.ini:1), and nginx serves that "
            "folder: move one of them");
    loaded("state_dir = /srv/weir\nwww_dir = /srv/weir/www\n");
    loaded("state_dir = /srv/www-state\nwww_dir = /srv/www\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_are_put_in_one_form),
        TEST(wrong_values_are_named),
        TEST(state_and_key_stay_out_of_reach),
    };
    return cmocka_run_group_tests_name("config_settings", tests, NULL, NULL);
}
