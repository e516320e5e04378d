/* One request on its way through a program: read, routed, checked, run, answered. */
#ifndef WEIR_VISIT_H
#define WEIR_VISIT_H

#include "route.h"
#include "serve.h"

struct visit {
    struct request request;
    struct arena *arena;
    struct gate_item item; /* of a write, while its turn lasts */
};

struct visits {
    const struct service *service;
    struct accounts *accounts;
};

/* Reads at most `most` bytes of the body. */
typedef size_t visit_reader(void *context, char *out, size_t most);

/* From parameters to a route, a decoded body and an account.  True: it is a write that waits for
 * its group; false: the answer is made. */
bool visit_begin(struct visit *visit, const struct visits *visits, const char *const *params,
                 visit_reader *read, void *context);
/* Writes of one turn, all in one group per account. */
void visits_commit(struct visit **visits, size_t count);
/* The bytes to send; then visit_end() lets go of the account and of the memory. */
struct text *visit_answer(struct visit *visit);
void visit_end(struct visit *visit);

#endif
