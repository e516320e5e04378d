/* Lines of a file or pipe, many at a time and without a copy: they stay where they were read until
 * the next lines_fill(). */
#ifndef WEIR_LINES_H
#define WEIR_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_MOST = 64 * 1024 };

struct lines {
    int fd;
    char *buffer;
    size_t begin, end; /* of what was read and not given out yet */
    bool ended;        /* the file has no more */
    bool skipping;     /* inside a line that is too long */
    int64_t number;    /* of the line given out last, from 1 */
    int64_t size;      /* of the whole file in bytes; 0: not known */
    int64_t taken;     /* bytes given out */
    int why;           /* errno of a failed read; 0 */
};

struct line {
    const char *text; /* not terminated; NULL: over LINE_MOST */
    size_t len;
    int64_t number;
};

/* "-": standard input.  False: errno says why. */
bool lines_open(struct lines *lines, const char *path);
void lines_close(struct lines *lines);

/* Makes sure that lines_next() has something to give.  False at the end, and after a failed read
 * (why). */
bool lines_fill(struct lines *lines);
bool lines_next(struct lines *lines, struct line *line); /* false: fill again */

#endif
