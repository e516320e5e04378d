/* The bar: percent by bytes where the size is known, lines and lines per second always. */
#include "progress.h"

#include <string.h>
#include <unistd.h>

enum { DRAW_MS = 200, WIDTH = 30 };

struct progress progress_begin(const struct common *common, int64_t size)
{
    bool shown = !common->quiet && !common->json && isatty(STDERR_FILENO);
    return (struct progress){ .shown = shown, .size = size, .began_at = clock_boot() };
}

static void draw_bar(const struct progress *progress, int64_t bytes)
{
    char bar[WIDTH + 1];
    int filled = (int)(bytes >= progress->size ? WIDTH : bytes * WIDTH / progress->size);
    memset(bar, '.', WIDTH);
    memset(bar, '#', (size_t)filled);
    bar[WIDTH] = '\0';
    fprintf(stderr, "[%s] %3d %%  ", bar,
            (int)(bytes >= progress->size ? 100 : bytes * 100 / progress->size));
}

void progress_show(struct progress *progress, int64_t lines, int64_t bytes)
{
    int64_t now = clock_boot();
    if (!progress->shown || now - progress->drawn_at < DRAW_MS)
        return;
    progress->drawn_at = now;
    fputc('\r', stderr);
    if (progress->size)
        draw_bar(progress, bytes);
    fprintf(stderr, "%lld lines, %lld/s ", (long long)lines,
            (long long)(lines * 1000 / (now > progress->began_at ? now - progress->began_at : 1)));
}

void progress_end(struct progress *progress)
{
    if (progress->shown && progress->drawn_at)
        fprintf(stderr, "\r%*s\r", WIDTH + 48, "");
}
