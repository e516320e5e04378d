/* A state directory of its own for a test: one account, opened twice as two processes would. */
#ifndef WEIR_TEST_HOME_H
#define WEIR_TEST_HOME_H

#include "account.h"

struct home {
    struct arena *arena;
    struct config config;
    char dir[64];
    struct accounts *accounts[2];
    struct account *account[2];
};

void home_open(struct home *home, const char *time_zone);
void home_close(struct home *home); /* and removes it */
struct account *home_account(struct home *home);
struct account *home_other_account(struct home *home); /* the same account through connections of its own */

/* The folded state of ann-<tag>@example.com, bob-<tag>@example.com and the visitors v1-<tag>, v2-<tag>, in
 * lines for people: no row numbers, nothing that depends on the order of arrival. */
const char *home_tell(struct account *account, const char *tag, struct arena *arena);

#endif
