/* The growing string: bytes and a NUL in an arena, doubled when they run out.  The escapers are in
 * text_escape.c and use only what is public here. */
#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct text {
    struct arena *arena;
    char *data;
    size_t len, capacity, most;
    bool full;
};

struct text *text_new_limited(struct arena *arena, size_t most)
{
    struct text *text = arena_alloc(arena, sizeof *text);
    *text = (struct text){ .arena = arena, .capacity = 256, .most = most };
    text->data = arena_alloc(arena, text->capacity);
    return text;
}

struct text *text_new(struct arena *arena)
{
    return text_new_limited(arena, SIZE_MAX / 8);
}

static bool text_reserve(struct text *text, size_t more)
{
    text->full = text->full || more > text->most - text->len;
    if (text->full)
        return false;
    size_t need = text->len + more + 1;
    if (need > text->capacity) {
        size_t grown = text->capacity * 2 > need ? text->capacity * 2 : need;
        text->data = arena_grow(text->arena, text->data, text->capacity, grown);
        text->capacity = grown;
    }
    return true;
}

void text_add_n(struct text *text, const char *s, size_t len)
{
    if (len == 0 || !text_reserve(text, len))
        return;
    memcpy(text->data + text->len, s, len);
    text->len += len;
    text->data[text->len] = '\0';
}

void text_add(struct text *text, const char *s)
{
    if (s)
        text_add_n(text, s, strlen(s));
}

void text_add_char(struct text *text, char c)
{
    text_add_n(text, &c, 1);
}

void text_add_format(struct text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len > 0 && text_reserve(text, (size_t)len)) {
        vsnprintf(text->data + text->len, (size_t)len + 1, format, again);
        text->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

void text_truncate(struct text *text, size_t len)
{
    if (len < text->len) {
        text->len = len;
        text->data[len] = '\0';
    }
}

const char *text_str(const struct text *text)
{
    return text->data;
}

size_t text_len(const struct text *text)
{
    return text->len;
}

bool text_is_full(const struct text *text)
{
    return text->full;
}
