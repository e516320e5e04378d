/* The dispatcher, the same for every route: method and path, body, account, checks; then a read is
 * answered at once and a write runs inside its item of the gate.  No answer of a write leaves
 * before COMMIT. */
#include "visit.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "respond.h"

/* The declared length must be digits and what really came. */
static enum outcome body_read(struct request *request, visit_reader *read, void *context)
{
    const char *declared = request_param(request, "CONTENT_LENGTH");
    if (!declared || !*declared)
        declared = "0";
    if (strspn(declared, "0123456789") != strlen(declared) || strlen(declared) > 12)
        return respond_refusal(request, 400, "Content-Length must be a number");
    size_t len = strtoul(declared, NULL, 10), most = request->route->body_most;
    if (len > most)
        return respond_refusal(
            request, 413,
            arena_printf(request->arena, "the body may have at most %zu bytes", most));
    char *body = arena_alloc(request->arena, len + 1);
    request->body_len = read(context, body, len + 1);
    request->body = body;
    return request->body_len == len
               ? OK
               : respond_refusal(request, 400,
                                 "the body is not as long as its Content-Length says");
}

static enum outcome route_read(struct request *request, const struct route *routes)
{
    int allowed;
    const char *header;
    if (!request_is_single_minded(request, &header))
        return respond_refusal(request, 400, arena_printf(request->arena, "%s came twice", header));
    request->route = route_find(routes, request, &allowed);
    if (request->route)
        return OK;
    if (!allowed)
        return respond_problem(request, NOT_FOUND, NULL, NULL);
    respond_header(request, "Allow", methods_list(allowed, request->arena));
    return respond_refusal(request, 405, "this path does not know the method");
}

/* The first part of every pattern here is the account's slug. */
static enum outcome account_read(struct request *request, struct accounts *accounts)
{
    const char *error = NULL;
    if (!request->part[0])
        return OK;
    request->account = account_open(accounts, request->part[0], &error);
    if (request->account)
        return OK;
    return error ? respond_problem(request, UNAVAILABLE, NULL, NULL)
                 : respond_problem(request, NOT_FOUND, NULL, NULL);
}

static enum outcome visit_prepare(struct visit *visit, const struct visits *visits,
                                  visit_reader *read, void *context)
{
    struct request *request = &visit->request;
    enum outcome got = route_read(request, visits->service->routes);
    if (got == OK)
        got = body_read(request, read, context);
    if (got == OK)
        got = account_read(request, visits->accounts);
    if (got == OK)
        got = request_decode(request);
    if (got == OK && request->route->check)
        got = request->route->check(request);
    return got;
}

bool visit_begin(struct visit *visit, const struct visits *visits, const char *const *params,
                 visit_reader *read, void *context)
{
    struct request *request = &visit->request;
    if (!request_begin(request, visit->arena, params, clock_now())) {
        respond_refusal(request, 501, "the method is not offered");
        return false;
    }
    request->templates = visits->service->templates;
    if (visit_prepare(visit, visits, read, context) != OK)
        return false;
    if (request->route->kind == ROUTE_WRITE)
        return true;
    request->route->run(request);
    return false;
}

static enum outcome visit_run(struct db *db, void *context)
{
    (void)db;
    struct request *request = &((struct visit *)context)->request;
    request->answer = (struct answer){ 0 };
    return request->route->run(request);
}

static void account_commit(struct account *account, struct visit **visits, size_t count)
{
    struct gate_item *items = calloc(count, sizeof *items);
    size_t many = 0;
    for (size_t i = 0; items && i < count; i++)
        if (visits[i]->request.account == account)
            items[many++] =
                (struct gate_item){ .run = visit_run, .context = visits[i], .got = UNAVAILABLE };
    gate_commit(account->gate, items, many);
    for (size_t i = 0; i < many; i++)
        ((struct visit *)items[i].context)->item = items[i];
    free(items);
}

/* The handler may have answered before its group was lost: nothing of that leaves. */
static void visit_take_back(struct request *request)
{
    request->answer = (struct answer){ 0 };
    respond_problem(request, UNAVAILABLE, NULL, NULL);
}

void visits_commit(struct visit **visits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!visits[i]->item.run)
            account_commit(visits[i]->request.account, visits, count);
    for (size_t i = 0; i < count; i++)
        if (visits[i]->item.got == UNAVAILABLE)
            visit_take_back(&visits[i]->request);
}

struct text *visit_answer(struct visit *visit)
{
    if (visit->request.route && visit->request.route->is_open)
        respond_header(&visit->request, "Access-Control-Allow-Origin", "*");
    return answer_print(&visit->request);
}

void visit_end(struct visit *visit)
{
    if (visit->request.account)
        account_release(visit->request.account);
    struct arena *arena = visit->arena;
    arena_reset(arena);
    *visit = (struct visit){ .arena = arena };
}
