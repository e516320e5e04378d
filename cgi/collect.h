/* The handlers of weir-collect; its table is collect.c. */
#ifndef WEIR_COLLECT_H
#define WEIR_COLLECT_H

#include "route.h"

/* POST /c/:account/:funnel/register: a person's registration, from a form or as JSON. */
enum outcome register_check(struct request *request);
enum outcome register_run(struct request *request);

#endif
