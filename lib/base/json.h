/* The only user of cJSON.  Every text from outside passes one strict check before cJSON sees it
 * (R-44, json_check.h): valid UTF-8, depth, tokens, no duplicate keys, no \u0000, no trailing
 * bytes, finite numbers.  The text of every number is kept: money is read from it, never from a
 * double.  Values live in the arena; what is printed is accepted again, but for the limits. */
#ifndef WEIR_JSON_H
#define WEIR_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "text.h"

struct json; /* a value; a missing member is NULL, and every getter takes NULL */

struct json_limits { /* 0 = the default */
    size_t bytes;    /* default 1 MiB */
    int depth;       /* default 32; 1,000 at most */
    size_t tokens;   /* keys and values together; default 10,000 */
};

/* NULL limits = defaults.  On refusal NULL, and *error (if not NULL) says what and where:
 * "line 3, column 14: duplicate key \"email\"". */
struct json *json_parse(struct arena *arena, const char *s, size_t len,
                        const struct json_limits *limits, const char **error);

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
enum json_type json_type(const struct json *value); /* NULL counts as JSON_NULL */

const struct json *json_get(const struct json *object, const char *key); /* case-sensitive */
const struct json *json_first(const struct json *container); /* first element or member */
const struct json *json_next(const struct json *value);      /* its next sibling */
const char *json_key(const struct json *member);
size_t json_count(const struct json *container);

/* The value as the type asked for; false and *out untouched when missing or of another type. */
bool json_text(const struct json *value, const char **out);
bool json_int(const struct json *value, int64_t *out); /* whole, within +-2^53; 5.0 and 1e3 too */
bool json_bool(const struct json *value, bool *out);
bool json_double(const struct json *value, double *out);
const char *json_number_text(const struct json *value); /* "25000.10", as sent; else NULL */

/* Building.  Keys and strings are copied, malformed UTF-8 as U+FFFD; a key set again replaces. */
struct json *json_object(struct arena *arena);
struct json *json_array(struct arena *arena);
void json_set_text(struct json *object, const char *key, const char *value); /* NULL value: null */
void json_set_int(struct json *object, const char *key, int64_t value); /* every digit */
void json_set_double(struct json *object, const char *key, double value); /* not finite: null */
void json_set_bool(struct json *object, const char *key, bool value);
void json_set(struct json *object, const char *key, struct json *value); /* no parent; NULL: null */
void json_append(struct json *array, struct json *value);
void json_append_text(struct json *array, const char *value);

/* Compact text; parsed numbers keep their text.  json_print_pretty: two spaces, for people. */
char *json_print(struct arena *arena, const struct json *value);
char *json_print_pretty(struct arena *arena, const struct json *value);

#endif
