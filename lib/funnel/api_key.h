/* Keys for programs: weir_<slug>_<8 public id>_<32 secret><6 check>, base62.  The slug leads to the
 * account, the public id to the row, the check tells a typing error from a wrong key without asking
 * anybody.  Shown once; kept is a keyed digest of what follows the slug: after a rename of
 * the account its keys work again as soon as the slug in them is changed.  A key without workspace
 * is an admin key of the account. */
#ifndef WEIR_API_KEY_H
#define WEIR_API_KEY_H

#include "account.h"

enum api_scope {
    SCOPE_READ = 1,
    SCOPE_UPDATE = 2,
    SCOPE_CONVERT = 4,
    SCOPE_EXPORT = 8,
    SCOPE_ADMIN = 16,
    SCOPE_ALL = 31,
};
/* "read update", in this order; and back.  False: an unknown word, *word points at it. */
const char *scopes_format(unsigned scopes, struct arena *arena);
bool scopes_parse(const char *text, unsigned *scopes, const char **word);

enum { API_PUBLIC_ID = 8, API_SECRET = 32, API_CHECK = 6 };

struct api_key {
    int64_t id;
    char public_id[API_PUBLIC_ID + 1];
    const char *label;
    int64_t workspace_id; /* 0: none, an admin key */
    unsigned scopes;
    int64_t created_at, expires_at; /* 0: never */
};

/* Inside an item.  Takes label, workspace_id, scopes, expires_at; fills in the rest.  *text is the
 * key itself, which nobody can show again.  INVALID with *error: no label, no or unknown scopes. */
enum outcome api_key_create(struct db *db, struct account *account, struct api_key *key,
                            struct arena *arena, const char **text, const char **error);

/* The shape and the check; slug and public id out of it. */
bool api_key_parse(const char *text, char slug[SLUG_SIZE], char public_id[API_PUBLIC_ID + 1]);

/* The account and the key of that text.  OK: *account holds a reference.  FORBIDDEN: damaged,
 * unknown slug, unknown, wrong, revoked or expired, all alike.  UNAVAILABLE: the account cannot be
 * opened or read. */
enum outcome api_key_verify(struct accounts *accounts, const char *text, struct arena *arena,
                            struct account **account, struct api_key *key);

/* Inside an item.  NOT_FOUND: no such key, or revoked already. */
enum outcome api_key_revoke(struct db *db, const char *public_id);

#endif
