/* The gatekeeper before cJSON, for json.c and its tests: RFC 8259 to the letter, stricter
 * where two readers of one text could see different things. */
#ifndef WEIR_JSON_CHECK_H
#define WEIR_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "json.h"

struct json_number {
    struct json_number *next; /* in the order of the text */
    char text[];              /* as sent */
};

/* An accepted text, ready for cJSON: every number stands as 0 and its spelling is in the list,
 * because cJSON reads 63 characters of a number at most and keeps only a double. */
struct json_checked {
    const char *text;
    size_t len;
    struct json_number *numbers;
};

/* False: *error (if not NULL) says what is wrong and where. */
bool json_check(struct arena *arena, const char *s, size_t len, const struct json_limits *limits,
                struct json_checked *checked, const char **error);

struct json_key {
    const char *text; /* decoded; no NUL at its end */
    size_t len;
    size_t at; /* where it stands in the text */
};

/* The decoded form of a key that was checked before; the bytes between its quotes. */
struct json_key json_key_decode(struct arena *arena, const char *raw, size_t len);
/* The first key that repeats an earlier one, or NULL; may reorder the keys. */
const struct json_key *json_keys_repeated(struct json_key *keys, size_t count);

#endif
