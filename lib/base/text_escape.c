/* The escapers of text.h.  Each is a table from a byte to the form it takes in one kind of place,
 * so that a review of an escaper is the reading of its table.  Malformed UTF-8 is replaced and not
 * passed on: a browser or a spreadsheet that guesses at broken bytes may find a quote where we saw
 * none. */
#include "text.h"

#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

struct forms {
    const char *ascii[128];    /* NULL: the byte stands for itself */
    const char *separators[2]; /* U+2028 and U+2029, which end a line in older scripts */
};

static const struct forms as_utf8 = { 0 };

/* HTML has no way to write NUL. */
static const struct forms as_html = { .ascii = {
    ['\0'] = REPLACEMENT, ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;",
    ['"'] = "&quot;", ['\''] = "&#39;",
} };

static const struct forms as_attribute = { .ascii = {
    ['\0'] = REPLACEMENT, ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;",
    ['"'] = "&quot;", ['\''] = "&#39;", ['`'] = "&#96;", ['='] = "&#61;",
    ['\t'] = "&#9;", ['\n'] = "&#10;", ['\r'] = "&#13;",
} };

static const struct forms as_json = {
    .ascii = {
        "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005", "\\u0006", "\\u0007",
        "\\b",     "\\t",     "\\n",     "\\u000b", "\\f",     "\\r",     "\\u000e", "\\u000f",
        "\\u0010", "\\u0011", "\\u0012", "\\u0013", "\\u0014", "\\u0015", "\\u0016", "\\u0017",
        "\\u0018", "\\u0019", "\\u001a", "\\u001b", "\\u001c", "\\u001d", "\\u001e", "\\u001f",
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\x7F'] = "\\u007f",
        ['<'] = "\\u003c", ['>'] = "\\u003e", ['&'] = "\\u0026",
    },
    .separators = { "\\u2028", "\\u2029" },
};

static const struct forms as_csv = { .ascii = { ['"'] = "\"\"" } };

/* The lead bytes of RFC 3629, section 4: the second byte is what rules out overlong forms (E0, F0),
 * surrogates (ED) and what lies beyond U+10FFFF (F4). */
static const struct {
    unsigned char first, last, second_low, second_high, len;
} leads[] = {
    { 0xC2, 0xDF, 0x80, 0xBF, 2 },
    { 0xE0, 0xE0, 0xA0, 0xBF, 3 },
    { 0xE1, 0xEC, 0x80, 0xBF, 3 },
    { 0xED, 0xED, 0x80, 0x9F, 3 },
    { 0xEE, 0xEF, 0x80, 0xBF, 3 },
    { 0xF0, 0xF0, 0x90, 0xBF, 4 },
    { 0xF1, 0xF3, 0x80, 0xBF, 4 },
    { 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

static bool is_within(char c, unsigned char low, unsigned char high)
{
    return (unsigned char)c >= low && (unsigned char)c <= high;
}

size_t text_utf8_char(const char *s, size_t len)
{
    if (len == 0 || is_within(*s, 0x00, 0x7F))
        return len > 0;
    size_t row = 0, rows = sizeof leads / sizeof *leads;
    while (row < rows && !is_within(*s, leads[row].first, leads[row].last))
        row++;
    if (row == rows || len < leads[row].len ||
        !is_within(s[1], leads[row].second_low, leads[row].second_high))
        return 0;
    for (size_t i = 2; i < leads[row].len; i++)
        if (!is_within(s[i], 0x80, 0xBF))
            return 0;
    return leads[row].len;
}

bool text_is_utf8(const char *s, size_t len)
{
    for (size_t at = 0, step; at < len; at += step) {
        step = text_utf8_char(s + at, len - at);
        if (step == 0)
            return false;
    }
    return true;
}

struct text_place text_place_of(const char *s, size_t at)
{
    struct text_place place = { 1, 1 };
    for (const char *end = s + at; s < end; s++) {
        if (*s == '\n')
            place = (struct text_place){ place.line + 1, 1 };
        else
            place.column += !is_within(*s, 0x80, 0xBF);
    }
    return place;
}

/* The form of the character at s, or NULL when it stands for itself; *taken is its length. */
static const char *form_of(const struct forms *forms, const char *s, size_t len, size_t *taken)
{
    *taken = 1;
    if (is_within(*s, 0x00, 0x7F))
        return forms->ascii[(unsigned char)*s];
    size_t bytes = text_utf8_char(s, len);
    if (bytes == 0)
        return REPLACEMENT;
    *taken = bytes;
    if (memcmp(s, "\xE2\x80", 2) == 0 && is_within(s[2], 0xA8, 0xA9))
        return forms->separators[(unsigned char)s[2] - 0xA8];
    return NULL;
}

static void add_as(struct text *text, const struct forms *forms, const char *s, size_t len)
{
    size_t plain = 0; /* what stands for itself is added in runs */
    for (size_t at = 0, taken; at < len; at += taken) {
        const char *form = form_of(forms, s + at, len - at, &taken);
        if (!form)
            continue;
        text_add_n(text, s + plain, at - plain);
        text_add(text, form);
        plain = at + taken;
    }
    if (plain < len)
        text_add_n(text, s + plain, len - plain);
}

void text_add_utf8(struct text *text, const char *s, size_t len)
{
    add_as(text, &as_utf8, s, len);
}

void text_add_html(struct text *text, const char *s, size_t len)
{
    add_as(text, &as_html, s, len);
}

void text_add_attribute(struct text *text, const char *s, size_t len)
{
    add_as(text, &as_attribute, s, len);
}

void text_add_json(struct text *text, const char *s, size_t len)
{
    text_add_char(text, '"');
    add_as(text, &as_json, s, len);
    text_add_char(text, '"');
}

static bool is_unreserved(char c)
{
    return is_within(c, 'a', 'z') || is_within(c, 'A', 'Z') || is_within(c, '0', '9') ||
           (c != '\0' && strchr("-._~", c));
}

void text_add_url(struct text *text, const char *s, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (is_unreserved(s[i]))
            text_add_char(text, s[i]);
        else
            text_add_n(text, (char[]){ '%', digits[c >> 4], digits[c & 15] }, 3);
    }
}

static size_t prefix_of(const char *const *list, const char *s, size_t len)
{
    for (; *list; list++) {
        size_t size = strlen(*list);
        if (size <= len && memcmp(s, *list, size) == 0)
            return size;
    }
    return 0;
}

/* Would a spreadsheet take the cell for a formula?  The wide spaces and signs of East Asian
 * keyboards count like the narrow ones, as spreadsheets fold them together. */
static bool is_formula(const char *s, size_t len)
{
    static const char *const spaces[] = { " ", "\u00A0", "\u3000", NULL };
    static const char *const wide[] = { "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20", NULL };
    static const char narrow[] = "=+-@\t\r\n"; /* its NUL is one of them */
    for (size_t skip; (skip = prefix_of(spaces, s, len)) > 0; s += skip)
        len -= skip;
    return len > 0 && (memchr(narrow, *s, sizeof narrow) || prefix_of(wide, s, len) > 0);
}

static void add_quotes_doubled(struct text *text, const char *s, size_t len)
{
    for (const char *quote; len > 0 && (quote = memchr(s, '"', len));) {
        size_t run = (size_t)(quote - s) + 1;
        text_add_n(text, s, run);
        text_add_char(text, '"');
        s += run;
        len -= run;
    }
    text_add_n(text, s, len);
}

void text_add_csv(struct text *text, const char *s, size_t len, enum csv_mode mode)
{
    text_add_char(text, '"');
    if (mode == CSV_MACHINE) {
        add_quotes_doubled(text, s, len);
    } else {
        if (is_formula(s, len))
            text_add_char(text, '\'');
        add_as(text, &as_csv, s, len);
    }
    text_add_char(text, '"');
}
