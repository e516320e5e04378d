/* How far a long command is, on one line of the terminal that is drawn over itself. */
#ifndef WEIR_PROGRESS_H
#define WEIR_PROGRESS_H

#include "common.h"

struct progress {
    bool shown; /* only on a terminal, and not with --quiet or --json */
    int64_t size, began_at, drawn_at;
};

/* size in bytes; 0: not known. */
struct progress progress_begin(const struct common *common, int64_t size);
/* Draws at most five times a second. */
void progress_show(struct progress *progress, int64_t lines, int64_t bytes);
void progress_end(struct progress *progress); /* wipes the line */

#endif
