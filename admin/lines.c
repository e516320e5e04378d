/* One large buffer: what is left over moves to its front, then it is filled again.  From a pipe it
 * takes what is there and does not wait for more, so that events of a slow sender come through. */
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

enum { BUFFER_SIZE = 4 << 20 };

bool lines_open(struct lines *lines, const char *path)
{
    struct stat is;
    bool standard = strcmp(path, "-") == 0;
    *lines = (struct lines){ .fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC) };
    if (lines->fd < 0 || fstat(lines->fd, &is) != 0)
        return false;
    errno = EISDIR;
    if (S_ISDIR(is.st_mode))
        return false;
    lines->size = S_ISREG(is.st_mode) ? is.st_size : 0;
    lines->buffer = malloc(BUFFER_SIZE);
    if (!lines->buffer)
        log_abort("out of memory: lines");
    return true;
}

void lines_close(struct lines *lines)
{
    free(lines->buffer);
    if (lines->fd > STDIN_FILENO)
        close(lines->fd);
}

static bool has_line(const struct lines *lines)
{
    size_t held = lines->end - lines->begin;
    return held > LINE_MOST || memchr(lines->buffer + lines->begin, '\n', held);
}

static bool more_is_there(const struct lines *lines)
{
    struct pollfd ready = { .fd = lines->fd, .events = POLLIN };
    return poll(&ready, 1, 0) == 1;
}

static void read_once(struct lines *lines)
{
    ssize_t got = read(lines->fd, lines->buffer + lines->end, BUFFER_SIZE - lines->end);
    if (got > 0)
        lines->end += (size_t)got;
    else if (got == 0)
        lines->ended = true;
    else if (errno != EINTR) {
        lines->why = errno;
        lines->ended = true;
    }
}

bool lines_fill(struct lines *lines)
{
    memmove(lines->buffer, lines->buffer + lines->begin, lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->begin = 0;
    while (!lines->ended && lines->end < BUFFER_SIZE && (!has_line(lines) || more_is_there(lines)))
        read_once(lines);
    return lines->why == 0 && lines->end > 0;
}

static void take(struct lines *lines, size_t bytes)
{
    lines->begin += bytes;
    lines->taken += (int64_t)bytes;
}

/* The rest of a line that was refused already. */
static bool skip(struct lines *lines, const char *newline, size_t held)
{
    take(lines, newline ? (size_t)(newline - lines->buffer) - lines->begin + 1 : held);
    lines->skipping = !newline;
    return newline;
}

bool lines_next(struct lines *lines, struct line *line)
{
    for (;;) {
        char *text = lines->buffer + lines->begin;
        size_t held = lines->end - lines->begin;
        const char *newline = memchr(text, '\n', held);
        if (lines->skipping) {
            if (!skip(lines, newline, held))
                return false;
            continue;
        }
        size_t len = newline ? (size_t)(newline - text) : held;
        if (!newline && len <= LINE_MOST && (!lines->ended || len == 0))
            return false;
        lines->skipping = !newline && !lines->ended;
        take(lines, len + (newline != NULL));
        *line = (struct line){ len > LINE_MOST ? NULL : text, len, ++lines->number };
        return true;
    }
}
