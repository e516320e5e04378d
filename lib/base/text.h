/* A growing string in an arena, and the escapers, each named by the place its output goes to.  Text
 * is stored raw and encoded here, at output, by context; there is no other escaping in the project.
 * A limit may be set: the first piece that would pass it is dropped with all that follows, and
 * text_is_full() says so, so that a page or a mail that runs away ends as an error and not as an
 * empty machine.  Malformed UTF-8 leaves every escaper but text_add_url() and CSV_MACHINE as
 * U+FFFD, one for each byte. */
#ifndef WEIR_TEXT_H
#define WEIR_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "arena.h"

struct text;

struct text *text_new(struct arena *arena);
struct text *text_new_limited(struct arena *arena, size_t most); /* bytes, without the NUL */

void text_add(struct text *text, const char *s); /* NULL adds nothing */
void text_add_n(struct text *text, const char *s, size_t len);
void text_add_char(struct text *text, char c);
void text_add_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_truncate(struct text *text, size_t len); /* back to its first `len` bytes */

const char *text_str(const struct text *text); /* NUL-terminated; moves when the text grows */
size_t text_len(const struct text *text);
bool text_is_full(const struct text *text);

/* Between tags (& < > " '); inside quotes (also ` = CR LF TAB); one component of a URL (all but
 * what RFC 3986 leaves unreserved); a string of JSON with its quotes, safe inside <script> too. */
void text_add_html(struct text *text, const char *s, size_t len);
void text_add_attribute(struct text *text, const char *s, size_t len);
void text_add_url(struct text *text, const char *s, size_t len);
void text_add_json(struct text *text, const char *s, size_t len);

enum csv_mode {
    CSV_SPREADSHEET, /* a leading apostrophe disarms formulas */
    CSV_MACHINE,     /* bytes exact */
};
/* One quoted cell. */
void text_add_csv(struct text *text, const char *s, size_t len, enum csv_mode mode);

void text_add_utf8(struct text *text, const char *s, size_t len); /* as it is, but well-formed */

/* RFC 3629: no surrogates, no overlong forms; NUL is a character like any other. */
bool text_is_utf8(const char *s, size_t len);
size_t text_utf8_char(const char *s, size_t len); /* length of the one at s; 0: none, malformed */

struct text_place {
    size_t line, column;
};
/* Of the byte s[at], as an editor counts: from 1, and columns in characters. */
struct text_place text_place_of(const char *s, size_t at);

#endif
