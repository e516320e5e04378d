/* The first line is a content type, the rest a body.  It is read by that type, and whatever comes of
 * it keeps to the limits, is well-formed and survives being sent again.  The same bytes, cut into
 * names and values, are sent as urlencoded and as multipart and must come back as they were. */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arena.h"
#include "form.h"
#include "text.h"

static const char multipart[] = "multipart/form-data; boundary=b";
static const struct form_limits public = { .pairs = 100, .name = 64, .value = 4096 };
static const struct form_limits none = { SIZE_MAX, SIZE_MAX, SIZE_MAX };

/* From a block of exactly that size, so that a read past its end is seen. */
static enum form_verdict read_exactly(struct arena *arena, const char *type, const char *s,
                                      size_t len, const struct form_limits *limits,
                                      struct form *form)
{
    char *exact = malloc(len ? len : 1);
    const char *where = exact;
    memcpy(exact, s, len);
    enum form_verdict verdict =
        strncasecmp(type, "multipart/", 10) == 0
            ? form_multipart(arena, type, exact, len, limits, form, &where)
            : form_urlencoded(arena, exact, len, limits, form, &where);
    free(exact);
    assert(verdict == FORM_BROKEN || (verdict == FORM_FINE) == !where);
    assert(!where || (strlen(where) <= limits->name && text_is_utf8(where, strlen(where))));
    return verdict;
}

static void check_limits(const struct form *form)
{
    size_t count = 0;
    for (const struct form_pair *pair = form->first; pair; pair = pair->next, count++) {
        assert(strlen(pair->name) <= public.name && text_is_utf8(pair->name, strlen(pair->name)));
        assert(strlen(pair->value) == pair->value_len && pair->value_len <= public.value);
        assert(text_is_utf8(pair->value, pair->value_len));
        assert(form_occurrences(form, pair->name) > 0 && form_value(form, pair->name));
        assert(pair->next || pair == form->last);
    }
    assert(count == form->count && count <= public.pairs);
}

static void check_same(const struct form *one, const struct form *other)
{
    assert(one->count == other->count);
    const struct form_pair *b = other->first;
    for (const struct form_pair *a = one->first; a; a = a->next, b = b->next)
        assert(strcmp(a->name, b->name) == 0 && strcmp(a->value, b->value) == 0);
}

static void check_urlencoded(struct arena *arena, const struct form *form)
{
    struct form back;
    struct text *body = text_new(arena);
    for (const struct form_pair *pair = form->first; pair; pair = pair->next) {
        text_add_url(body, pair->name, strlen(pair->name));
        text_add_char(body, '=');
        text_add_url(body, pair->value, pair->value_len);
        text_add_char(body, '&');
    }
    assert(read_exactly(arena, "", text_str(body), text_len(body), &none, &back) == FORM_FINE);
    check_same(form, &back);
}

/* A name as browsers write it; false when it holds what they cannot write unambiguously. */
static bool add_quoted(struct text *body, const char *name)
{
    for (; *name; name++)
        if (strchr("\"\r\n", *name))
            text_add_format(body, "%%%02X", (unsigned)*name);
        else if (strchr("%\\", *name))
            return false;
        else
            text_add_char(body, *name);
    return true;
}

static void check_multipart(struct arena *arena, const struct form *form)
{
    struct form back;
    struct text *body = text_new(arena);
    for (const struct form_pair *pair = form->first; pair; pair = pair->next) {
        text_add(body, "--b\r\nContent-Disposition: form-data; name=\"");
        if (!add_quoted(body, pair->name) || strlen(pair->name) > 512 ||
            strncmp(pair->value, "--b", 3) == 0 || strstr(pair->value, "\r\n--b"))
            return;
        text_add_format(body, "\"\r\n\r\n%s\r\n", pair->value);
    }
    text_add(body, "--b--\r\n");
    assert(read_exactly(arena, multipart, text_str(body), text_len(body), &none, &back) ==
           FORM_FINE);
    check_same(form, &back);
}

/* Names and values by turns, one a line; a NUL ends one too, as no form may hold it. */
static struct form cut(struct arena *arena, const char *s, size_t len)
{
    struct form form = { 0 };
    const char *where = NULL;
    const struct form_reading reading = { arena, &none, &form, &where };
    struct form_bytes piece[2];
    for (size_t at = 0, turn = 0; at < len; at += piece[turn].len + 1, turn ^= 1) {
        piece[turn] = (struct form_bytes){ s + at, 0 };
        while (piece[turn].len < len - at && s[at + piece[turn].len] != '\n' &&
               s[at + piece[turn].len] != '\0')
            piece[turn].len++;
        if (turn == 1)
            assert(form_add(&reading, piece[0], piece[1]) == FORM_FINE && !where);
    }
    return form;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    const char *s = (const char *)data, *end = size ? memchr(s, '\n', size) : NULL;
    size_t line = end ? (size_t)(end - s) : 0, skipped = end ? line + 1 : 0;
    const char *type = arena_strndup(arena, s, line);
    struct form form;
    read_exactly(arena, type, s + skipped, size - skipped, &public, &form);
    check_limits(&form);
    check_urlencoded(arena, &form);
    check_multipart(arena, &form);
    form = cut(arena, s + skipped, size - skipped);
    check_urlencoded(arena, &form);
    check_multipart(arena, &form);
    arena_free(arena);
    return 0;
}
