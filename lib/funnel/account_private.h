/* What the account*.c files share.  Nobody else includes this file. */
#ifndef WEIR_ACCOUNT_PRIVATE_H
#define WEIR_ACCOUNT_PRIVATE_H

#include "account.h"

struct accounts {
    const struct config *config;
    struct arena *scratch;  /* of one account_open(): messages */
    struct sealer *wrapper; /* the master key at work: opens and closes data keys */
    struct account *newest, *oldest;
    int64_t count;
};

/* The slug that the database in `dir` says is its own; NULL: there is none to read. */
char *account_slug_on_disk(const char *dir, struct arena *arena);

#endif
