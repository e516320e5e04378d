/* The clocks of the system, and the one that can be stopped: with a frozen wall clock a test or a
 * rebuild gives the same bytes on any day.  Waits and budgets use clocks that no administrator
 * sets. */
#include "clock.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"

static struct {
    bool frozen;
    int64_t at;
} wall;

static struct timespec read_clock(clockid_t id)
{
    struct timespec now;
    if (clock_gettime(id, &now) != 0)
        log_abort("clock: the system has no clock %d", (int)id);
    return now;
}

static int64_t read_ms(clockid_t id)
{
    struct timespec now = read_clock(id);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
    return wall.frozen ? wall.at : read_ms(CLOCK_REALTIME);
}

int64_t clock_boot(void)
{
    return read_ms(CLOCK_BOOTTIME);
}

int64_t clock_cpu(void)
{
    struct timespec spent = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    return (int64_t)spent.tv_sec * 1000000000 + spent.tv_nsec;
}

/* Sleeps until an instant, not for a length, so that a signal does not make the wait longer. */
void clock_sleep(int64_t ms)
{
    if (ms <= 0)
        return;
    struct timespec until = read_clock(CLOCK_MONOTONIC);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

void clock_freeze(int64_t at)
{
    wall.frozen = true;
    wall.at = at;
}

void clock_thaw(void)
{
    wall.frozen = false;
}

void clock_start(void)
{
    const char *text = getenv("WEIR_NOW");
    int64_t at;
    if (!text || !*text)
        return;
    if (!clock_parse(text, &at)) {
        log_write(LOG_ERROR,
                  "the environment variable WEIR_NOW is not an instant: "
                  "unset it, or write it like 2025-12-03T10:30:00Z",
                  LOG_TEXT("WEIR_NOW", text));
        exit(EXIT_FAILURE);
    }
    clock_freeze(at);
}
