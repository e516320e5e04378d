/* Reads the files of published test vectors.  A missing file fails the test that asked for it. */
#ifndef WEIR_TEST_VECTORS_H
#define WEIR_TEST_VECTORS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "arena.h"
#include "crypto.h"
#include "json.h"

static inline char *vectors_text(struct arena *arena, const char *path)
{
    enum { MOST = 256 * 1024 };
    char *text = arena_alloc(arena, MOST);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s: missing; run from the project root", path);
    size_t len = fread(text, 1, MOST - 1, file);
    assert_true(len > 0 && feof(file) && !ferror(file));
    fclose(file);
    return text;
}

static inline const struct json *vectors_parse(struct arena *arena, const char *text)
{
    const char *error = NULL;
    const struct json *value = json_parse(arena, text, strlen(text), NULL, &error);
    if (!value)
        fail_msg("vectors: %s", error);
    return value;
}

static inline const char *vectors_string(const struct json *object, const char *key)
{
    const char *text = NULL;
    if (!json_text(json_get(object, key), &text))
        fail_msg("vectors: no text \"%s\"", key);
    return text;
}

/* The bytes of a hexadecimal string. */
static inline uint8_t *vectors_hex(struct arena *arena, const char *hex, size_t *len)
{
    *len = strlen(hex) / 2;
    uint8_t *bytes = arena_alloc(arena, *len + 1);
    assert_true(hex_decode(hex, strlen(hex), bytes));
    return bytes;
}

#endif
