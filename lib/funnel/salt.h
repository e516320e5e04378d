/* The day's salt of anonymous visitor keys: random, made once per local day, kept in a file of the
 * account's folder and never in a backup, destroyed when the salt of the second day after it comes
 * into use.  Without it, no address can be tried against a stored key. */
#ifndef WEIR_SALT_H
#define WEIR_SALT_H

#include "account.h"

/* The visitor key of a browser on a day: "2026-03-02/<32 hex>", from address and user agent (NULL
 * counts as "").  NULL when the salt can neither be read nor made. */
char *visitor_key(struct account *account, int32_t day, const char *address, const char *user_agent,
                  struct arena *arena);

#endif
