/* One account in a home of its own, and a second process's view of it with nothing open. */
#ifndef WEIR_ACCOUNT_HOME_H
#define WEIR_ACCOUNT_HOME_H

#include <string.h>

#include "account_private.h"
#include "home.h"
#include "log.h"
#include "state_dir.h"

static struct home home;
static struct accounts *accounts; /* as a process of its own, with nothing open */

static inline int set_up(void **state)
{
    (void)state;
    const char *error;
    home_open(&home, "Europe/Berlin");
    assert_true(log_open(arena_printf(home.arena, "%s/log", home.dir)));
    accounts = accounts_open(&home.config, home.arena, &error);
    assert_non_null(accounts);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    accounts_close(accounts);
    log_open(NULL);
    home_close(&home);
    return 0;
}

static inline struct account_settings settings_of(const char *slug)
{
    return (struct account_settings){ slug, "A name", "UTC", "EUR" };
}

static inline enum outcome create(const char *slug)
{
    const char *error = NULL;
    struct account_settings settings = settings_of(slug);
    return account_create(accounts, &settings, home.arena, &error);
}

static inline struct account *must_open(struct accounts *in, const char *slug)
{
    const char *error = NULL;
    struct account *account = account_open(in, slug, &error);
    if (!account)
        fail_msg("%s: %s", slug, error ? error : "unknown");
    assert_string_equal(account->slug, slug);
    return account;
}

static inline void unknown(struct accounts *in, const char *slug)
{
    const char *error = NULL;
    struct account *account = account_open(in, slug, &error);
    if (account || error)
        fail_msg("%s: %s", slug, error ? error : "is open");
}

static inline void refused(const char *slug, const char *part)
{
    const char *error = NULL;
    assert_null(account_open(accounts, slug, &error));
    if (!error || !strstr(error, part) || !strstr(error, slug))
        fail_msg("\"%s\" does not say \"%s\" of \"%s\"", error ? error : "", part, slug);
}

static inline const char *slug_file(const char *slug)
{
    return state_path(home.arena, home.config.state_dir, "slugs", slug);
}

static inline struct uuid leads_to(const char *slug)
{
    struct uuid uuid;
    assert_true(slug_read(home.config.state_dir, slug, &uuid));
    return uuid;
}

static inline const char *dir_of(const char *slug)
{
    return state_account_dir(home.arena, home.config.state_dir, leads_to(slug));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
