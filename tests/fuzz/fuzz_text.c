/* Any bytes through every escaper: what comes out is well-formed, holds no byte that is special in
 * its place, and says what went in (what went in, mended, where the place asks for UTF-8). */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "json.h"
#include "text.h"

static bool has_any(const struct text *text, const char *bytes)
{
    for (size_t i = 0; i < text_len(text); i++)
        if (text_str(text)[i] == '\0' || strchr(bytes, text_str(text)[i]))
            return true;
    return false;
}

static void check_html(struct arena *arena, const char *s, size_t len)
{
    struct text *html = text_new(arena), *attribute = text_new(arena);
    text_add_html(html, s, len);
    text_add_attribute(attribute, s, len);
    assert(!has_any(html, "<>\"'") && !has_any(attribute, "<>\"'`=\t\r\n"));
    assert(text_is_utf8(text_str(html), text_len(html)));
    assert(text_is_utf8(text_str(attribute), text_len(attribute)));
}

static void check_url(struct arena *arena, const char *s, size_t len)
{
    struct text *url = text_new(arena);
    text_add_url(url, s, len);
    const char *at = text_str(url);
    for (size_t i = 0; i < len; i++) {
        char c = *at++;
        if (c == '%') {
            c = (char)strtol((char[]){ at[0], at[1], '\0' }, NULL, 16);
            at += 2;
        }
        assert(c == s[i]);
    }
    assert(*at == '\0' && !has_any(url, " \"#$&'()*+,/:;<=>?@[\\]^`{|}"));
}

static void check_json(struct arena *arena, const char *s, size_t len)
{
    struct text *mended = text_new(arena), *json = text_new(arena);
    const char *back = NULL;
    text_add_utf8(mended, s, len);
    text_add_json(json, s, len);
    assert(!has_any(json, "<>&\t\r\n"));
    bool is_same = text_len(mended) == len && memcmp(text_str(mended), s, len) == 0;
    assert(is_same == text_is_utf8(s, len));
    const struct json *value = json_parse(arena, text_str(json), text_len(json), NULL, NULL);
    assert(json_text(value, &back) == !memchr(text_str(mended), '\0', text_len(mended)));
    assert(!back || strcmp(back, text_str(mended)) == 0);
}

/* Takes the quotes off a cell. */
static struct text *cell_of(struct arena *arena, const struct text *csv)
{
    struct text *cell = text_new(arena);
    const char *s = text_str(csv), *end = s + text_len(csv) - 1;
    assert(*s == '"' && *end == '"' && s < end);
    for (s++; s < end; s++) {
        assert(*s != '"' || (s + 1 < end && s[1] == '"'));
        s += *s == '"';
        text_add_char(cell, *s);
    }
    return cell;
}

static void check_csv(struct arena *arena, const char *s, size_t len)
{
    struct text *machine = text_new(arena), *spreadsheet = text_new(arena);
    text_add_csv(machine, s, len, CSV_MACHINE);
    text_add_csv(spreadsheet, s, len, CSV_SPREADSHEET);
    struct text *exact = cell_of(arena, machine), *disarmed = cell_of(arena, spreadsheet);
    assert(text_len(exact) == len && memcmp(text_str(exact), s, len) == 0);
    assert(text_is_utf8(text_str(disarmed), text_len(disarmed)));
    size_t spaces = strspn(text_str(disarmed), " ");
    assert(text_len(disarmed) == spaces ||
           !memchr("=+-@\t\r\n", text_str(disarmed)[spaces], sizeof "=+-@\t\r\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    const char *s = (const char *)data;
    check_html(arena, s, size);
    check_url(arena, s, size);
    check_json(arena, s, size);
    check_csv(arena, s, size);
    arena_free(arena);
    return 0;
}
