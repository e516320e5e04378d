/* The decoder of multipart/form-data (RFC 7578, RFC 2046), for bodies that are whole in memory.
 * It is as strict as browsers allow: lines end in CRLF, the last delimiter must be there (or the
 * body was cut short), a header is not folded, and nothing that must be unique comes twice.  What
 * a part says of itself beyond "plain text in UTF-8" is refused and not guessed at. */
#include "form.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { BOUNDARY_MOST = 70, HEAD_MOST = 2048 };

static void skip(struct form_bytes *rest, size_t len)
{
    rest->s += len;
    rest->len -= len;
}

static void skip_blanks(struct form_bytes *rest)
{
    while (rest->len > 0 && (*rest->s == ' ' || *rest->s == '\t'))
        skip(rest, 1);
}

static bool is_word(struct form_bytes bytes, const char *word)
{
    return bytes.len == strlen(word) && strncasecmp(bytes.s, word, bytes.len) == 0;
}

static bool take(struct form_bytes *rest, const char *word)
{
    size_t len = strlen(word);
    if (rest->len < len || !is_word((struct form_bytes){ rest->s, len }, word))
        return false;
    skip(rest, len);
    return true;
}

static bool is_of(char c, const char *others)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr(others, c));
}

static struct form_bytes take_token(struct form_bytes *rest)
{
    struct form_bytes token = { rest->s, 0 };
    while (token.len < rest->len && is_of(rest->s[token.len], "!#$%&'*+-.^_`|~"))
        token.len++;
    skip(rest, token.len);
    return token;
}

/* What stands for one character inside quotes: browsers percent-encode these three and leave every
 * other % and \ alone; other clients escape with a backslash. */
static const struct {
    const char *form;
    char means;
} escapes[] = {
    { "%22", '"' },
    { "%0D", '\r' },
    { "%0A", '\n' },
    { "\\\"", '"' },
    { "\\\\", '\\' },
};

/* The next character of a quoted string; *rest moves behind it. */
static char take_quoted_char(struct form_bytes *rest)
{
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        if (take(rest, escapes[i].form))
            return escapes[i].means;
    char c = *rest->s;
    skip(rest, 1);
    return c;
}

/* From the opening quote to behind the closing one; *value is what is between, escapes and all. */
static bool take_quoted(struct form_bytes *rest, struct form_bytes *value)
{
    skip(rest, 1);
    value->s = rest->s;
    while (rest->len > 0 && *rest->s != '"')
        take_quoted_char(rest);
    value->len = (size_t)(rest->s - value->s);
    return take(rest, "\"");
}

static struct form_bytes unescaped(struct arena *arena, struct form_bytes quoted)
{
    char *to = arena_alloc(arena, quoted.len);
    size_t len = 0;
    while (quoted.len > 0)
        to[len++] = take_quoted_char(&quoted);
    return (struct form_bytes){ to, len };
}

/* "; name=value"; nothing between two semicolons is a parameter too, with an empty name. */
static bool take_parameter(struct form_bytes *rest, struct form_bytes *name,
                           struct form_bytes *value)
{
    if (!take(rest, ";"))
        return false;
    skip_blanks(rest);
    *name = take_token(rest);
    if (name->len == 0)
        return true;
    if (!take(rest, "="))
        return false;
    if (rest->len > 0 && *rest->s == '"')
        return take_quoted(rest, value);
    *value = take_token(rest);
    return value->len > 0;
}

/* Finds a parameter in what follows the first word of a header; value->s is NULL when it is not
 * there.  False: the header is malformed, or has it twice. */
static bool parameter_find(struct form_bytes rest, const char *wanted, struct form_bytes *value)
{
    *value = (struct form_bytes){ 0 };
    for (skip_blanks(&rest); rest.len > 0; skip_blanks(&rest)) {
        struct form_bytes name, found;
        if (!take_parameter(&rest, &name, &found))
            return false;
        if (!is_word(name, wanted))
            continue;
        if (value->s)
            return false;
        *value = found;
    }
    return true;
}

/* Up to the next CRLF, which is taken too, or all. */
static struct form_bytes take_line(struct form_bytes *rest)
{
    const char *end = memmem(rest->s, rest->len, "\r\n", 2);
    struct form_bytes line = { rest->s, end ? (size_t)(end - rest->s) : rest->len };
    skip(rest, line.len + (end ? 2 : 0));
    return line;
}

/* Finds a header of a part and its value, like parameter_find(). */
static bool header_find(struct form_bytes head, const char *wanted, struct form_bytes *value)
{
    *value = (struct form_bytes){ 0 };
    while (head.len > 0) {
        struct form_bytes line = take_line(&head), name = take_token(&line);
        if (name.len == 0 || !take(&line, ":") || memchr(line.s, '\r', line.len) ||
            memchr(line.s, '\n', line.len))
            return false;
        if (!is_word(name, wanted))
            continue;
        if (value->s)
            return false;
        skip_blanks(&line);
        *value = line;
    }
    return true;
}

/* Content-Disposition: form-data with a name.  A file name of any kind, empty too, tells a file. */
static bool disposition_read(struct form_bytes head, struct form_bytes *name, bool *is_file)
{
    struct form_bytes line, filename, extended;
    if (!header_find(head, "content-disposition", &line) || !take(&line, "form-data") ||
        !parameter_find(line, "name", name) || !name->s ||
        !parameter_find(line, "filename", &filename) ||
        !parameter_find(line, "filename*", &extended))
        return false;
    *is_file = filename.s || extended.s;
    return true;
}

static bool is_one_of(struct form_bytes bytes, const char *const *words)
{
    while (*words && !is_word(bytes, *words))
        words++;
    return *words;
}

static bool is_plain_text(struct form_bytes head)
{
    static const char *const charsets[] = { "utf-8", "utf8", "us-ascii", NULL };
    struct form_bytes line, charset;
    if (!header_find(head, "content-type", &line))
        return false;
    if (!line.s)
        return true;
    return take(&line, "text/plain") && parameter_find(line, "charset", &charset) &&
           (!charset.s || is_one_of(charset, charsets));
}

static bool is_sent_as_it_is(struct form_bytes head)
{
    static const char *const encodings[] = { "7bit", "8bit", "binary", NULL };
    struct form_bytes line;
    if (!header_find(head, "content-transfer-encoding", &line))
        return false;
    if (!line.s)
        return true;
    struct form_bytes encoding = take_token(&line);
    skip_blanks(&line);
    return line.len == 0 && is_one_of(encoding, encodings);
}

static enum form_verdict part_read(const struct form_reading *reading, struct form_bytes part)
{
    const char *blank = memmem(part.s, part.len, "\r\n\r\n", 4);
    struct form_bytes head = { part.s, blank ? (size_t)(blank - part.s) : 0 }, name;
    bool is_file;
    if (!blank || head.len > HEAD_MOST || !disposition_read(head, &name, &is_file))
        return FORM_BROKEN;
    struct form_bytes content = part;
    skip(&content, head.len + 4);
    name = unescaped(reading->arena, name);
    if (is_file)
        return content.len == 0 ? FORM_FINE : form_refuse(reading, FORM_FILE, name);
    if (!is_plain_text(head) || !is_sent_as_it_is(head))
        return form_refuse(reading, FORM_BROKEN, name);
    return form_add(reading, name, content);
}

/* "--" and the boundary that the Content-Type of the body names; NULL when it names none. */
static const char *delimiter_of(struct arena *arena, const char *content_type)
{
    struct form_bytes line = { content_type ? content_type : "", 0 }, boundary;
    line.len = strlen(line.s);
    skip_blanks(&line);
    if (!take(&line, "multipart/form-data") || !parameter_find(line, "boundary", &boundary) ||
        boundary.len == 0 || boundary.len > BOUNDARY_MOST || boundary.s[boundary.len - 1] == ' ')
        return NULL;
    for (size_t i = 0; i < boundary.len; i++)
        if (!is_of(boundary.s[i], "'()+_,-./:=? "))
            return NULL;
    return arena_printf(arena, "--%.*s", (int)boundary.len, boundary.s);
}

/* A line that only begins like the delimiter is content. */
static bool take_rest_of_delimiter(struct form_bytes *rest, bool *is_last)
{
    *is_last = take(rest, "--");
    skip_blanks(rest);
    return take(rest, "\r\n") || (*is_last && rest->len == 0);
}

/* *rest begins a line.  Takes what comes before the next delimiter, and the delimiter with the line
 * breaks around it.  False: there is none. */
static bool take_part(struct form_bytes *rest, const char *delimiter, struct form_bytes *part,
                      bool *is_last)
{
    struct form_bytes ahead = *rest;
    for (const char *s; (s = memmem(ahead.s, ahead.len, delimiter, strlen(delimiter)));) {
        size_t before = (size_t)(s - rest->s);
        struct form_bytes after = { s, rest->len - before };
        skip(&after, strlen(delimiter));
        if ((before == 0 || (before >= 2 && memcmp(s - 2, "\r\n", 2) == 0)) &&
            take_rest_of_delimiter(&after, is_last)) {
            *part = (struct form_bytes){ rest->s, before == 0 ? 0 : before - 2 };
            *rest = after;
            return true;
        }
        skip(&ahead, (size_t)(s - ahead.s) + 1);
    }
    return false;
}

enum form_verdict form_multipart(struct arena *arena, const char *content_type, const char *s,
                                 size_t len, const struct form_limits *limits, struct form *form,
                                 const char **where)
{
    const struct form_reading reading = { arena, limits, form, where };
    struct form_bytes rest = { len > 0 ? s : "", len }, part;
    bool is_last;
    *form = (struct form){ 0 };
    *where = NULL;
    const char *delimiter = delimiter_of(arena, content_type);
    if (!delimiter || !take_part(&rest, delimiter, &part, &is_last)) /* the preamble: not read */
        return FORM_BROKEN;
    enum form_verdict verdict = FORM_FINE;
    while (verdict == FORM_FINE && !is_last)
        verdict = take_part(&rest, delimiter, &part, &is_last) ? part_read(&reading, part)
                                                               : FORM_BROKEN;
    return verdict;
}
