/* What decodes encodes back to the same text, because each value has one spelling; and what was
 * encoded decodes. */
#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "crypto.h"

static void check_hex(struct arena *arena, const char *text, size_t len)
{
    uint8_t *bytes = arena_alloc(arena, len / 2 + 1);
    if (!hex_decode(text, len, bytes))
        return;
    char *again = hex_encode(arena, bytes, len / 2);
    assert(strlen(again) == len);
    for (size_t i = 0; i < len; i++)
        assert(again[i] == tolower((unsigned char)text[i]));
}

static void check_base64(struct arena *arena, const char *text, size_t len)
{
    uint8_t *bytes;
    size_t n;
    if (base64_decode(arena, text, len, &bytes, &n)) {
        char *again = base64_encode(arena, bytes, n);
        assert(strlen(again) == len && memcmp(again, text, len) == 0);
    }
    if (base64url_decode(arena, text, len, &bytes, &n)) {
        char *again = base64url_encode(arena, bytes, n);
        assert(strlen(again) == len && memcmp(again, text, len) == 0);
    }
}

static void check_encoders(struct arena *arena, const uint8_t *data, size_t size)
{
    uint8_t *bytes;
    size_t n;
    char *text = base64_encode(arena, data, size);
    assert(base64_decode(arena, text, strlen(text), &bytes, &n));
    assert(n == size && memcmp(bytes, data, size) == 0);
    text = base64url_encode(arena, data, size);
    assert(base64url_decode(arena, text, strlen(text), &bytes, &n));
    assert(n == size && memcmp(bytes, data, size) == 0);
    text = hex_encode(arena, data, size);
    bytes = arena_alloc(arena, size + 1);
    assert(hex_decode(text, 2 * size, bytes) && memcmp(bytes, data, size) == 0);
}

static void check_uuid(const char *text, size_t len)
{
    struct uuid id;
    char again[UUID_TEXT];
    if (!uuid_parse(text, len, &id))
        return;
    uuid_format(id, again);
    assert(strlen(again) == len);
    for (size_t i = 0; i < len; i++)
        assert(again[i] == tolower((unsigned char)text[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    const char *text = size ? (const char *)data : "";
    check_hex(arena, text, size);
    check_base64(arena, text, size);
    check_encoders(arena, (const uint8_t *)text, size);
    check_uuid(text, size);
    arena_free(arena);
    return 0;
}
