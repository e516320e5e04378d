/* A new account with what its owner needs to begin, for `weir init` and `weir account create`. */
#ifndef WEIR_PROVISION_H
#define WEIR_PROVISION_H

#include "common.h"

struct provision {
    struct account_settings settings; /* NULL members get defaults */
    const char *owner;                /* e-mail, or NULL */
    /* What came of it: */
    const char *uuid, *api_key;
};

/* --slug, --name, --time-zone, --currency, --owner; input: struct provision.  For the children of
 * an argp. */
extern const struct argp provision_argp;

/* OK and CREATED, or *error says why not.  CONFLICT: an account of that slug is complete already
 * and nothing was changed; one that a crash left without its first key is completed. */
enum outcome provision_account(struct common *common, struct provision *new, const char **error);

struct json *provision_json(struct common *common, const struct provision *new);
void provision_say(const struct common *common, const struct provision *new);

#endif
