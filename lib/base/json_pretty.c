/* JSON for people: the compact text, laid out anew.  Working on the text needs no second walk over
 * the values, and whatever json_print() takes care of holds here as well. */
#include "json.h"

#include <string.h>

static void new_line(struct text *out, int depth)
{
    text_add_char(out, '\n');
    for (int i = 0; i < depth; i++)
        text_add(out, "  ");
}

/* The string that opens at s, quotes included. */
static size_t string_len(const char *s)
{
    size_t len = 1;
    while (s[len] != '"')
        len += s[len] == '\\' ? 2 : 1;
    return len + 1;
}

/* Adds the bracket, comma, colon or plain byte at s, and returns how many bytes that took. */
static size_t add_mark(struct text *out, const char *s, int *depth)
{
    bool opens = *s == '{' || *s == '[', closes = *s == '}' || *s == ']';
    if (opens && (s[1] == '}' || s[1] == ']')) {
        text_add_n(out, s, 2);
        return 2;
    }
    *depth += opens - closes;
    if (closes)
        new_line(out, *depth);
    text_add_char(out, *s);
    if (opens || *s == ',')
        new_line(out, *depth);
    if (*s == ':')
        text_add_char(out, ' ');
    return 1;
}

char *json_print_pretty(struct arena *arena, const struct json *value)
{
    struct text *out = text_new(arena);
    int depth = 0;
    for (const char *s = json_print(arena, value); *s;) {
        size_t len = *s == '"' ? string_len(s) : 0;
        text_add_n(out, s, len);
        s += len ? len : add_mark(out, s, &depth);
    }
    return arena_strndup(arena, text_str(out), text_len(out));
}
