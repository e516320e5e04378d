/* The list of pairs with its limits, and the decoder of application/x-www-form-urlencoded, which
 * reads query strings as well.  multipart.c is the other decoder; both end in form_add(), so that
 * a limit, a NUL and broken UTF-8 are treated alike however a form was sent. */
#include "form.h"

#include <stdbool.h>
#include <string.h>

#include "text.h"

static bool has_nul(struct form_bytes bytes)
{
    return bytes.len > 0 && memchr(bytes.s, '\0', bytes.len);
}

/* A copy that is terminated and well-formed UTF-8; never shorter than what came. */
static struct form_bytes mended(struct arena *arena, struct form_bytes bytes)
{
    if (text_is_utf8(bytes.s, bytes.len))
        return (struct form_bytes){ arena_strndup(arena, bytes.s, bytes.len), bytes.len };
    struct text *text = text_new(arena);
    text_add_utf8(text, bytes.s, bytes.len);
    return (struct form_bytes){ text_str(text), text_len(text) };
}

enum form_verdict form_refuse(const struct form_reading *reading, enum form_verdict verdict,
                              struct form_bytes name)
{
    struct form_bytes said = mended(reading->arena, name);
    size_t cut = said.len < reading->limits->name ? said.len : reading->limits->name;
    while ((said.s[cut] & 0xC0) == 0x80)
        cut--; /* no character is cut in two */
    *reading->where = arena_strndup(reading->arena, said.s, cut);
    return verdict;
}

static enum form_verdict verdict_of(const struct form_reading *reading, struct form_bytes name,
                                    struct form_bytes value)
{
    return reading->form->count >= reading->limits->pairs ? FORM_TOO_MANY
           : has_nul(name) || has_nul(value)              ? FORM_NUL
           : name.len > reading->limits->name             ? FORM_NAME_LONG
           : value.len > reading->limits->value           ? FORM_VALUE_LONG
                                                          : FORM_FINE;
}

enum form_verdict form_add(const struct form_reading *reading, struct form_bytes name,
                           struct form_bytes value)
{
    name = mended(reading->arena, name);
    value = mended(reading->arena, value);
    enum form_verdict verdict = verdict_of(reading, name, value);
    if (verdict != FORM_FINE)
        return form_refuse(reading, verdict, name);
    struct form_pair *pair = arena_alloc(reading->arena, sizeof *pair);
    *pair = (struct form_pair){ .name = name.s, .value = value.s, .value_len = value.len };
    struct form *form = reading->form;
    *(form->last ? &form->last->next : &form->first) = pair;
    form->last = pair;
    form->count++;
    return FORM_FINE;
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *found = memchr(digits, c, sizeof digits - 1);
    int at = found ? (int)(found - digits) : -1;
    return at < 16 ? at : at - 6;
}

/* The byte that %XX at the start of s stands for; -1 when it is none. */
static int escaped_byte(const char *s, size_t len)
{
    if (len < 3 || *s != '%')
        return -1;
    int high = hex_value(s[1]), low = hex_value(s[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static struct form_bytes decoded(struct arena *arena, struct form_bytes raw)
{
    char *to = arena_alloc(arena, raw.len);
    size_t len = 0;
    for (size_t at = 0; at < raw.len; at++) {
        int byte = escaped_byte(raw.s + at, raw.len - at);
        if (byte >= 0) {
            to[len++] = (char)byte;
            at += 2;
        } else {
            to[len++] = raw.s[at] == '+' ? ' ' : raw.s[at];
        }
    }
    return (struct form_bytes){ to, len };
}

static struct form_bytes until(const char *s, size_t len, char stop)
{
    const char *found = memchr(s, stop, len);
    return (struct form_bytes){ s, found ? (size_t)(found - s) : len };
}

/* Without = it is a name whose value is empty. */
static enum form_verdict add_piece(const struct form_reading *reading, struct form_bytes piece)
{
    struct form_bytes name = until(piece.s, piece.len, '='), value = { "", 0 };
    if (name.len < piece.len)
        value = (struct form_bytes){ piece.s + name.len + 1, piece.len - name.len - 1 };
    return form_add(reading, decoded(reading->arena, name), decoded(reading->arena, value));
}

enum form_verdict form_urlencoded(struct arena *arena, const char *s, size_t len,
                                  const struct form_limits *limits, struct form *form,
                                  const char **where)
{
    const struct form_reading reading = { arena, limits, form, where };
    enum form_verdict verdict = FORM_FINE;
    struct form_bytes piece;
    *form = (struct form){ 0 };
    *where = NULL;
    for (size_t at = 0; at < len && verdict == FORM_FINE; at += piece.len + 1) {
        piece = until(s + at, len - at, '&');
        if (piece.len > 0)
            verdict = add_piece(&reading, piece);
    }
    return verdict;
}

const char *form_value(const struct form *form, const char *name)
{
    for (const struct form_pair *pair = form->first; pair; pair = pair->next)
        if (strcmp(pair->name, name) == 0)
            return pair->value;
    return NULL;
}

size_t form_occurrences(const struct form *form, const char *name)
{
    size_t count = 0;
    for (const struct form_pair *pair = form->first; pair; pair = pair->next)
        count += strcmp(pair->name, name) == 0;
    return count;
}
