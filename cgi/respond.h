/* Answers: what a handler says, before serve.c sends it.  Errors are problems as in RFC 9457, with
 * the field named. */
#ifndef WEIR_RESPOND_H
#define WEIR_RESPOND_H

#include "request.h"

void respond_header(struct request *request, const char *name,
                    const char *value); /* a value with CR or LF is dropped */
void respond_json(struct request *request, int status, const struct json *body);
void respond_html(struct request *request, int status, const char *html);
void respond_empty(struct request *request, int status);              /* 204 */
void respond_redirect(struct request *request, const char *location); /* 303 */
/* field may be NULL; detail: what is wrong and how to mend it, for the caller's eyes. */
enum outcome respond_problem(struct request *request, enum outcome outcome, const char *field,
                             const char *detail);
/* 400, 405, 413, 415 ...: of HTTP itself, not of an outcome. */
enum outcome respond_refusal(struct request *request, int status, const char *detail);
int outcome_status(enum outcome outcome);

/* Every header and the body as CGI wants them, for sending. */
struct text *answer_print(struct request *request);

#endif
