/* What a registration hands to the next page: a signed name of a contact in a funnel.  It lets its
 * bearer add to that lead (a view, a play) and read nothing. */
#ifndef WEIR_LEAD_TOKEN_H
#define WEIR_LEAD_TOKEN_H

#include "account.h"

struct lead_token {
    struct uuid contact;
    int64_t funnel_id;
};

char *lead_token_write(const struct account *account, const struct lead_token *token,
                       struct arena *arena); /* 56 base64url bytes */
bool lead_token_read(const struct account *account, const char *text, struct lead_token *token,
                     struct arena *arena);

#endif
