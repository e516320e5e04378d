/* Keys given twice in one object.  Readers disagree on which of the two counts, so the text is
 * refused.  Keys are compared decoded ("a" is "\u0061") and byte by byte; a large object is sorted
 * rather than hashed, so that no choice of keys makes this quadratic. */
#include "json_check.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 16 }; /* up to here every pair is compared, which is faster than sorting */

static unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static uint32_t hex4(const char *s)
{
    return hex_digit(s[0]) << 12 | hex_digit(s[1]) << 8 | hex_digit(s[2]) << 4 | hex_digit(s[3]);
}

static char *put_utf8(char *to, uint32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = { 0, 0xC0, 0xE0, 0xF0 };
    *to++ = (char)(lead[more] | code >> (6 * more));
    while (more-- > 0)
        *to++ = (char)(0x80 | (code >> (6 * more) & 0x3F));
    return to;
}

/* s is just past the "\u"; a high surrogate is known to be followed by its low half. */
static const char *decode_code(const char *s, char **to)
{
    uint32_t code = hex4(s);
    s += 4;
    if (code >= 0xD800 && code <= 0xDBFF) {
        code = 0x10000 + ((code - 0xD800) << 10) + (hex4(s + 2) - 0xDC00);
        s += 6;
    }
    *to = put_utf8(*to, code);
    return s;
}

struct json_key json_key_decode(struct arena *arena, const char *raw, size_t len)
{
    static const char letters[] = "bfnrt", meaning[] = "\b\f\n\r\t";
    char *start = arena_alloc(arena, len), *to = start;
    for (const char *s = raw, *end = raw + len; s < end;) {
        if (*s != '\\') {
            *to++ = *s++;
        } else if (s[1] == 'u') {
            s = decode_code(s + 2, &to);
        } else {
            const char *letter = strchr(letters, s[1]);
            *to++ = letter ? meaning[letter - letters] : s[1];
            s += 2;
        }
    }
    return (struct json_key){ .text = start, .len = (size_t)(to - start) };
}

static int keys_compare(const struct json_key *a, const struct json_key *b)
{
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    return memcmp(a->text, b->text, a->len);
}

/* Equal keys stay in the order of the text. */
static int keys_order(const void *left, const void *right)
{
    const struct json_key *a = left, *b = right;
    int order = keys_compare(a, b);
    return order ? order : (a->at > b->at) - (a->at < b->at);
}

static const struct json_key *repeated_among_few(const struct json_key *keys, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (keys_compare(&keys[i], &keys[j]) == 0)
                return &keys[i];
    return NULL;
}

static const struct json_key *repeated_among_many(struct json_key *keys, size_t count)
{
    const struct json_key *first = NULL;
    qsort(keys, count, sizeof *keys, keys_order);
    for (size_t i = 1; i < count; i++)
        if (keys_compare(&keys[i], &keys[i - 1]) == 0 && (!first || keys[i].at < first->at))
            first = &keys[i];
    return first;
}

const struct json_key *json_keys_repeated(struct json_key *keys, size_t count)
{
    return count <= FEW ? repeated_among_few(keys, count) : repeated_among_many(keys, count);
}
