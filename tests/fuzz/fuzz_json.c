/* Any bytes at all.  What json_check() accepts cJSON must read too; it prints as JSON that reads
 * back the same, compact or pretty; and no object or array is accepted without its last byte. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"
#include "json.h"
#include "json_check.h"

static void check_print(struct arena *arena, const struct json *value)
{
    const struct json_limits wide = { .bytes = SIZE_MAX / 2, .tokens = SIZE_MAX / 2 };
    char *compact = json_print(arena, value), *pretty = json_print_pretty(arena, value);
    const struct json *again = json_parse(arena, compact, strlen(compact), &wide, NULL);
    const struct json *from_pretty = json_parse(arena, pretty, strlen(pretty), &wide, NULL);
    assert(again && strcmp(json_print(arena, again), compact) == 0);
    assert(from_pretty && strcmp(json_print(arena, from_pretty), compact) == 0);
}

static void check_shorter(struct arena *arena, const char *s, size_t len)
{
    while (len > 0 && strchr(" \t\r\n", s[len - 1]))
        len--;
    assert(!json_parse(arena, s, len - 1, NULL, NULL));
}

/* The check must have decoded the keys as cJSON did: all are different, and each is found. */
static void check_members(const struct json *container)
{
    size_t count = 0;
    for (const struct json *item = json_first(container); item; item = json_next(item)) {
        if (json_type(container) == JSON_OBJECT)
            assert(json_get(container, json_key(item)) == item);
        check_members(item);
        count++;
    }
    assert(count == json_count(container));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct json_checked checked;
    const char *error = NULL, *s = (const char *)data;
    bool accepted = json_check(arena, s, size, NULL, &checked, &error);
    const struct json *value = json_parse(arena, s, size, NULL, NULL);
    assert(accepted == (value != NULL) && accepted == (error == NULL));
    if (accepted) {
        assert(text_is_utf8(s, size));
        check_print(arena, value);
        check_members(value);
        if (json_type(value) == JSON_OBJECT || json_type(value) == JSON_ARRAY)
            check_shorter(arena, s, size);
    } else {
        assert(text_is_utf8(error, strlen(error)));
    }
    arena_free(arena);
    return 0;
}
