/* Bytes as text: hex and base64.  The decoders accept exactly what the encoders write (hex in
 * either case), so that a value has one spelling and a signature or a key cannot be varied without
 * a change: no white space, no missing or extra padding, no stray bits in the last character. */
#include "crypto.h"

#include <string.h>

enum { BAD = 0xff };

static uint8_t nibble(char c)
{
    if (c >= '0' && c <= '9')
        return (uint8_t)(c - '0');
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? (uint8_t)(lower - 'a' + 10) : BAD;
}

char *hex_encode(struct arena *arena, const void *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;
    char *text = arena_alloc(arena, 2 * len + 1);
    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return text;
}

bool hex_decode(const char *s, size_t len, uint8_t *out)
{
    if (len % 2)
        return false;
    for (size_t i = 0; i < len / 2; i++) {
        uint8_t high = nibble(s[2 * i]), low = nibble(s[2 * i + 1]);
        if (high == BAD || low == BAD)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* One spelling of base64: its letters, and whether the last group is filled up with '='. */
struct spelling {
    char letters[65];
    bool padded;
};

static const struct spelling standard = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true
};
static const struct spelling url = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false
};

static char *encode(struct arena *arena, const struct spelling *spelling, const uint8_t *bytes,
                    size_t len)
{
    char *text = arena_alloc(arena, (len + 2) / 3 * 4 + 1), *to = text;
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        uint32_t group = (uint32_t)bytes[i] << 16;
        if (have > 1)
            group |= (uint32_t)bytes[i + 1] << 8;
        if (have > 2)
            group |= bytes[i + 2];
        for (size_t k = 0; k < 4; k++)
            if (k <= have)
                *to++ = spelling->letters[group >> (18 - 6 * k) & 63];
            else if (spelling->padded)
                *to++ = '=';
    }
    return text;
}

char *base64_encode(struct arena *arena, const void *data, size_t len)
{
    return encode(arena, &standard, data, len);
}

char *base64url_encode(struct arena *arena, const void *data, size_t len)
{
    return encode(arena, &url, data, len);
}

/* How many characters carry data; false when the padding is not what the spelling asks for. */
static bool data_chars(const struct spelling *spelling, const char *s, size_t len, size_t *chars)
{
    *chars = len;
    if (!spelling->padded)
        return len % 4 != 1;
    if (len % 4)
        return false;
    for (int i = 0; i < 2 && *chars && s[*chars - 1] == '='; i++)
        --*chars;
    return true;
}

static bool decode(struct arena *arena, const struct spelling *spelling, const char *s, size_t len,
                   uint8_t **out, size_t *n)
{
    size_t chars, made = 0;
    if (!data_chars(spelling, s, len, &chars))
        return false;
    uint8_t *bytes = arena_alloc(arena, len / 4 * 3 + 3);
    uint32_t bits = 0;
    for (size_t i = 0; i < chars; i++) {
        const char *letter = memchr(spelling->letters, s[i], 64);
        if (!letter)
            return false;
        bits = bits << 6 | (uint32_t)(letter - spelling->letters);
        if (i % 4)
            bytes[made++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    static const uint32_t unused[] = { 0, 0, 15, 3 }; /* bits of the last character, by chars % 4 */
    if (bits & unused[chars % 4])
        return false;
    *out = bytes;
    *n = made;
    return true;
}

bool base64_decode(struct arena *arena, const char *s, size_t len, uint8_t **out, size_t *n)
{
    return decode(arena, &standard, s, len, out, n);
}

bool base64url_decode(struct arena *arena, const char *s, size_t len, uint8_t **out, size_t *n)
{
    return decode(arena, &url, s, len, out, n);
}
