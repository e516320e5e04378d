/* The log: one JSON object a line, one write(2) a line.  A line is built in a fixed buffer, because
 * this file lies below arena and text and must still speak when memory is gone.  The buffer is as
 * large as the longest write that a pipe keeps whole (PIPE_BUF), so lines of several processes
 * never mix; what does not fit is cut at a character, the JSON stays valid and says "cut":true. */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

/* TAIL bytes stay free until the end for  ","cut":true}\n  */
enum { LINE_SIZE = PIPE_BUF, TAIL = 16, MESSAGE_SIZE = 1024 };

struct line {
    size_t len;
    bool cut;
    char bytes[LINE_SIZE];
};

static const char *const level_names[] = { "debug", "info", "warn", "error" };

static struct {
    const char *program;
    enum log_level least;
    int fd;
    char path[PATH_MAX];
} state = { .program = "weir", .least = LOG_INFO, .fd = STDERR_FILENO };

void log_program(const char *name)
{
    state.program = name;
}

bool log_level_parse(const char *name, enum log_level *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++)
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}

void log_threshold(enum log_level least)
{
    state.least = least;
}

/* Sticky: after the first piece that does not fit, nothing shorter slips in behind it. */
static bool line_add(struct line *line, const char *s, size_t len)
{
    if (line->cut || line->len + len > LINE_SIZE - TAIL) {
        line->cut = true;
        return false;
    }
    memcpy(line->bytes + line->len, s, len);
    line->len += len;
    return true;
}

/* Characters that act on a terminal or end a line for some reader: never printed as they are. */
static bool is_unprintable(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        { 0x00, 0x1f }, { 0x7f, 0x9f }, { 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* Length of the UTF-8 character at `s`, with its code point; 0 when the bytes are not one. */
static size_t utf8_decode(const char *s, uint32_t *c)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *b = (const unsigned char *)s;
    int len = __builtin_clz(~((uint32_t)b[0] << 24)); /* its leading ones */
    *c = b[0] & (0x7fU >> len);
    if (len == 0)
        return 1;
    if (len == 1 || len > 4)
        return 0;
    for (int i = 1; i < len; i++) {
        if (b[i] >> 6 != 2)
            return 0;
        *c = *c << 6 | (b[i] & 0x3fU);
    }
    bool surrogate = *c >= 0xd800 && *c <= 0xdfff;
    return *c < least[len] || *c > 0x10ffff || surrogate ? 0 : (size_t)len;
}

/* One character of a JSON string; a byte that is not UTF-8 is shown as \xNN. */
static bool line_add_char(struct line *line, const char **s)
{
    char escape[8];
    uint32_t c;
    size_t len = utf8_decode(*s, &c);
    const char *from = *s;
    *s += len ? len : 1;
    if (len == 0)
        snprintf(escape, sizeof escape, "\\\\x%02x", (unsigned char)*from);
    else if (c == '"' || c == '\\')
        snprintf(escape, sizeof escape, "\\%c", (char)c);
    else if (is_unprintable(c))
        snprintf(escape, sizeof escape, "\\u%04x", c & 0xffffU);
    else
        return line_add(line, from, len);
    return line_add(line, escape, strlen(escape));
}

/* False when not even the opening quote fits. */
static bool line_add_string(struct line *line, const char *s)
{
    if (!s)
        return line_add(line, "null", 4);
    if (!line_add(line, "\"", 1))
        return false;
    while (*s && line_add_char(line, &s))
        continue;
    line->bytes[line->len++] = '"'; /* TAIL holds its place */
    return true;
}

static bool line_add_value(struct line *line, const struct log_field *field)
{
    char small[64];
    bool hidden_number = field->class == LOG_PERSONAL && field->type == LOG_FIELD_INT;
    if (field->class == LOG_SECRET || hidden_number)
        return line_add_string(line, "***");
    if (field->type == LOG_FIELD_INT) {
        snprintf(small, sizeof small, "%lld", (long long)field->number);
        return line_add(line, small, strlen(small));
    }
    if (field->class == LOG_PERSONAL && field->text) {
        log_mask(small, field->text);
        return line_add_string(line, small);
    }
    return line_add_string(line, field->text);
}

/* A member whose name or first byte does not fit is left out whole. */
static void line_add_field(struct line *line, const struct log_field *field)
{
    size_t start = line->len;
    bool added = line_add(line, ",", 1) && line_add_string(line, field->name) &&
                 line_add(line, ":", 1) && line_add_value(line, field);
    if (!added)
        line->len = start;
}

static void line_open(struct line *line, enum log_level level, const char *message)
{
    char now[CLOCK_TEXT];
    clock_format(clock_now(), now);
    line_add(line, "{\"time\":", 8);
    line_add_string(line, now);
    line_add_field(line, LOG_TEXT("level", level_names[level]));
    line_add_field(line, LOG_TEXT("program", state.program));
    line_add_field(line, LOG_TEXT("message", message));
}

static void line_send(struct line *line)
{
    const char *end = line->cut ? ",\"cut\":true}\n" : "}\n";
    memcpy(line->bytes + line->len, end, strlen(end));
    line->len += strlen(end);
    while (write(state.fd, line->bytes, line->len) < 0 && errno == EINTR)
        continue;
}

void log_write_fields(enum log_level level, const char *message,
                      const struct log_field *const *fields)
{
    if (level < state.least)
        return;
    int saved = errno;
    struct line line;
    line.len = 0;
    line.cut = false;
    line_open(&line, level, message);
    for (; *fields; fields++)
        line_add_field(&line, *fields);
    line_send(&line);
    errno = saved;
}

static int log_file(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
}

static void log_use(int fd)
{
    if (state.fd != STDERR_FILENO)
        close(state.fd);
    state.fd = fd;
}

bool log_open(const char *path)
{
    if (!path || !*path) {
        log_use(STDERR_FILENO);
        state.path[0] = '\0';
        return true;
    }
    int fd = strlen(path) < sizeof state.path ? log_file(path) : -1;
    if (fd < 0)
        return false;
    log_use(fd);
    strcpy(state.path, path);
    return true;
}

void log_reopen(void)
{
    if (!state.path[0])
        return;
    int fd = log_file(state.path);
    if (fd >= 0)
        log_use(fd);
    else
        log_write(LOG_WARN, "the log file cannot be opened again, the old one stays in use",
                  LOG_TEXT("path", state.path), LOG_TEXT("error", strerror(errno)));
}

void log_abort(const char *format, ...)
{
    static bool aborting; /* the clock may abort too: then there is no line to write */
    if (!aborting) {
        aborting = true;
        char message[MESSAGE_SIZE];
        va_list args;
        va_start(args, format);
        vsnprintf(message, sizeof message, format, args);
        va_end(args);
        log_write(LOG_ERROR, message);
    }
    abort();
}

/* The first character, when it is one. */
static int first_char(const char *s)
{
    uint32_t c;
    return (int)utf8_decode(s, &c) * (*s != '\0');
}

/* ".com" is shown; what merely follows a last dot ("a@b.c, 12 High Street") is not. */
static bool is_domain_ending(const char *dot)
{
    enum { LONGEST_ENDING = 24 };
    static const char allowed[] = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t len = strlen(dot);
    return len <= LONGEST_ENDING && dot[1] > '9' && strspn(dot + 1, allowed) == len - 1;
}

static void mask_email(char out[64], const char *value, const char *at)
{
    const char *dot = strrchr(at, '.');
    snprintf(out, 64, "%.*s***@%.*s***%s", at == value ? 0 : first_char(value), value,
             first_char(at + 1), at + 1, dot && is_domain_ending(dot) ? dot : "");
}

void log_mask(char out[64], const char *value)
{
    enum { SHORTEST_PHONE = 6 };
    const char *at = strrchr(value, '@');
    size_t digits = 0;
    char last[3] = "";
    for (const char *p = value; *p; p++)
        if (*p >= '0' && *p <= '9') {
            digits++;
            memcpy(last, (char[]){ last[1], *p }, 2);
        }
    if (at)
        mask_email(out, value, at);
    else if (value[strspn(value, "0123456789+-()./ ")] == '\0')
        snprintf(out, 64, "***%s", digits >= SHORTEST_PHONE ? last : "");
    else
        snprintf(out, 64, "%.*s***", first_char(value), value);
}
