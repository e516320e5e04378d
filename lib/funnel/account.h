/* An account is a directory: accounts/<uuid>/ holds its database and its gate; slugs/<slug> names
 * it.  The uuid never changes, a slug may.  The account's data key lies in its database, wrapped by
 * the master key, which lives elsewhere.  Programs keep a few accounts open (LRU); each user of one
 * holds a reference. */
#ifndef WEIR_ACCOUNT_H
#define WEIR_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "account_seal.h"
#include "arena.h"
#include "clock.h"
#include "config.h"
#include "crypto.h"
#include "db.h"
#include "gate.h"
#include "outcome.h"
#include "slug.h"

struct state; /* persons in hand during a group: state.h */

struct account {
    struct uuid uuid;
    char slug[SLUG_SIZE];
    char dir[512];
    struct gate *gate; /* the way to write */
    struct db *reader; /* query_only: opened by account_reader() */
    struct zone *zone;
    char currency[4];
    struct blinder *blinder; /* blind indexes of this account */
    struct state *state;     /* follows the gate */
    struct arena *arena;     /* lives as long as the account is open */
    uint8_t salt[KEY_SIZE];  /* of visitor keys of salt_day: salt.h */
    int32_t salt_day;        /* 0: none in hand */
    uint8_t data_key[KEY_SIZE];
    struct sealer *sealers[32]; /* by enum sealed_column, made on first use */
    struct accounts *home;
    int references;
    int64_t used_at;  /* clock_boot() of the last release */
    int64_t named_at; /* clock_boot() when the slug was last seen to be ours */
    struct account *newer, *older;
};

struct accounts;

/* Opens the state directory: checks it first (R-2 ... R-5: owner, modes, links, place, file system;
 * overlay only warns), reads the master key (0400 or 0600 never wider, ours).  NULL: *error names
 * the path and the remedy. */
struct accounts *accounts_open(const struct config *config, struct arena *arena,
                               const char **error);
void accounts_close(struct accounts *accounts);

/* A reference to the account of that slug, opening it when needed.  NULL: an unknown slug when
 * *error is NULL, else *error says what is wrong with it (older schema: "run weir migrate") until
 * the next account_open().  A rename by another process shows within a second.  Idle accounts
 * beyond config.open_accounts are closed, least recently used first. */
struct account *account_open(struct accounts *accounts, const char *slug, const char **error);
void account_release(struct account *account);
void accounts_close_idle(struct accounts *accounts, int64_t idle_ms); /* unused for so long */

struct account_settings {
    const char *slug, *name, *time_zone, *currency;
};
bool currency_is_valid(const char *code); /* in shape: three capitals, as in ISO 4217 */
/* INVALID with *error: a bad slug ([a-z0-9-], 2-40, no dash at the ends), name, zone or currency;
 * CONFLICT: the slug is taken; UNAVAILABLE: disk or lock. */
enum outcome account_create(struct accounts *accounts, const struct account_settings *settings,
                            struct arena *arena, const char **error);
/* An account out of a copy of its database, here under that slug: after the loss of a machine. */
enum outcome account_adopt(const char *state_dir, const char *slug, struct db *source,
                           struct arena *arena, const char **error);
enum outcome account_rename(struct accounts *accounts, const char *slug, const char *new_slug,
                            struct arena *arena, const char **error);
bool account_set_slug(struct gate *gate, const char *slug); /* the row alone: after a restore */

struct account_entry {
    const char *slug, *dir;
    struct uuid uuid;
};
/* All accounts by slug, without a key; *count of them. */
struct account_entry *account_entries(const char *state_dir, struct arena *arena, size_t *count);
/* Every directory in accounts/, whether a slug leads to it or not; slug NULL: its database cannot
 * be read. */
struct account_entry *account_dirs(const char *state_dir, struct arena *arena, size_t *count);

/* The path of its database. */
char *account_database(const char *dir, struct arena *arena);

/* A connection for questions; opened on first use.  NULL when it cannot be (the log says why). */
struct db *account_reader(struct account *account);

#endif
