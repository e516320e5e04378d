/* The first steps of an account: its directory, its owner, its first admin key.  Owner and key are
 * written in one transaction, so that whoever was interrupted may simply run the command again. */
#include "provision.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api_key.h"
#include "file.h"
#include "personal.h"
#include "user.h"

enum { OPTION_SLUG = 0x2000, OPTION_NAME, OPTION_TIME_ZONE, OPTION_CURRENCY, OPTION_OWNER };

static const struct argp_option options[] = {
    { "slug", OPTION_SLUG, "SLUG", 0, "how addresses name the account (default main)", 1 },
    { "name", OPTION_NAME, "NAME", 0, "how people name it (default the slug)", 1 },
    { "time-zone", OPTION_TIME_ZONE, "ZONE", 0, "whose days it counts (default: as here)", 1 },
    { "currency", OPTION_CURRENCY, "CODE", 0, "what its money is in (default USD)", 1 },
    { "owner", OPTION_OWNER, "EMAIL", 0, "the person who will sign in first", 1 },
    { 0 },
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct provision *new = state->input;
    const char **slots[] = { &new->settings.slug, &new->settings.name, &new->settings.time_zone,
                             &new->settings.currency, &new->owner };
    if (key < OPTION_SLUG || key > OPTION_OWNER)
        return ARGP_ERR_UNKNOWN;
    *slots[key - OPTION_SLUG] = argument;
    return 0;
}

const struct argp provision_argp = { .options = options, .parser = parse };

/* Debian writes the zone's name into /etc/timezone; elsewhere /etc/localtime is a link to it. */
static const char *machine_zone(struct arena *arena)
{
    char link[PATH_MAX];
    const char *name = file_read(arena, "/etc/timezone", 256, NULL);
    if (name && zone_load(arena, arena_strndup(arena, name, strcspn(name, "\n"))))
        return arena_strndup(arena, name, strcspn(name, "\n"));
    ssize_t len = readlink("/etc/localtime", link, sizeof link - 1);
    link[len > 0 ? len : 0] = '\0';
    name = strstr(link, "/zoneinfo/");
    name = name ? arena_strdup(arena, name + strlen("/zoneinfo/")) : NULL;
    return name && zone_load(arena, name) ? name : "UTC";
}

static void fill_in(struct arena *arena, struct provision *new)
{
    struct account_settings *settings = &new->settings;
    if (!settings->slug)
        settings->slug = "main";
    if (!settings->name)
        settings->name = settings->slug;
    if (!settings->time_zone)
        settings->time_zone = machine_zone(arena);
    if (!settings->currency)
        settings->currency = "USD";
}

struct beginning {
    struct common *common;
    struct provision *new;
    const char *error;
};

static enum outcome begin(struct db *db, struct account *account, void *context)
{
    struct beginning *beginning = context;
    struct provision *new = beginning->new;
    struct arena *arena = beginning->common->arena;
    struct api_key key = { .label = "first admin key", .scopes = SCOPE_ALL };
    struct user owner = { .email = new->owner, .role = "owner" };
    if (db_int(db, "SELECT count(*) FROM api_key"))
        return CONFLICT;
    enum outcome got =
        new->owner ? user_create(db, account, &owner, arena, &beginning->error) : CREATED;
    if (got == CREATED)
        got = api_key_create(db, account, &key, arena, &new->api_key, &beginning->error);
    return got;
}

static enum outcome complete(struct common *common, struct provision *new, const char **error)
{
    struct account *account = account_open(common->accounts, new->settings.slug, error);
    if (!account)
        return UNAVAILABLE;
    struct beginning context = { .common = common, .new = new };
    struct deed deed = { .run = begin,
                         .context = &context,
                         .action = "account.create",
                         .object = "account",
                         .detail = new->owner ? "with an owner and the first admin key"
                                              : "with the first admin key" };
    enum outcome got = common_do(common, account, &deed, error);
    char uuid[UUID_TEXT];
    uuid_format(account->uuid, uuid);
    new->uuid = arena_strdup(common->arena, uuid);
    if (context.error)
        *error = context.error;
    account_release(account);
    return got;
}

enum outcome provision_account(struct common *common, struct provision *new, const char **error)
{
    fill_in(common->arena, new);
    if (new->owner && !email_key(common->arena, new->owner)) {
        *error = arena_printf(common->arena, "owner: \"%s\" is not an e-mail address", new->owner);
        return INVALID;
    }
    enum outcome got =
        account_create(common_accounts(common), &new->settings, common->arena, error);
    if (got != CREATED && got != CONFLICT)
        return got;
    got = complete(common, new, error);
    if (got == CONFLICT)
        *error = arena_printf(common->arena, "the account %s exists already; nothing was changed",
                              new->settings.slug);
    return got;
}

struct json *provision_json(struct common *common, const struct provision *new)
{
    struct json *account = json_object(common->arena);
    json_set_text(account, "slug", new->settings.slug);
    json_set_text(account, "uuid", new->uuid);
    json_set_text(account, "name", new->settings.name);
    json_set_text(account, "time_zone", new->settings.time_zone);
    json_set_text(account, "currency", new->settings.currency);
    json_set_text(account, "owner", new->owner);
    json_set_text(account, "api_key", new->api_key);
    return account;
}

/* The key is what --quiet asks for: it can be shown only now. */
void provision_say(const struct common *common, const struct provision *new)
{
    const struct account_settings *settings = &new->settings;
    if (common->quiet && !common->json)
        puts(new->api_key);
    say(common, "The account %s is ready (%s, %s).", settings->slug, settings->time_zone,
        settings->currency);
    if (new->owner)
        say(common, "Its owner is %s, who has no password yet.", new->owner);
    say(common, "\nIts first admin key, which is shown only this once:\n\n    %s\n", new->api_key);
}
