/* What the tests of values share: an arena, and a text that must parse. */
#ifndef WEIR_JSON_CAST_H
#define WEIR_JSON_CAST_H

#include <string.h>

#include "arena_home.h"
#include "json.h"

static inline struct json *parsed(const char *text)
{
    const char *error = NULL;
    struct json *value = json_parse(arena, text, strlen(text), NULL, &error);
    if (!value)
        fail_msg("%s: %s", text, error);
    return value;
}

#endif
