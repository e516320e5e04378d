/* Waiting for the lock.  Nearly always it is free and costs one call.  Otherwise the process sleeps
 * in flock(2), and a timer sends SIGALRM to this thread to end the sleep.  The timer repeats, so a
 * signal that arrives just before the sleep begins does no harm; the handler of the rest of the
 * program is restored. */
#include "gate_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { REPEAT_MS = 10 };

struct alarm {
    timer_t timer;
    struct sigaction former;
    sigset_t former_mask;
};

static bool lock_file_open(struct gate_lock *lock)
{
    lock->fd = open(lock->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    return lock->fd >= 0;
}

bool gate_lock_open(struct gate_lock *lock, const char *path)
{
    lock->path = strdup(path);
    if (!lock->path)
        log_abort("out of memory: gate %s", path);
    return lock_file_open(lock);
}

void gate_lock_close(struct gate_lock *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    free(lock->path);
}

static void wake(int number)
{
    (void)number;
}

static struct timespec span(int64_t ms)
{
    return (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
}

static bool alarm_start(struct alarm *alarm, int64_t ms)
{
    struct sigevent to_us = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
    struct sigaction interrupt = { .sa_handler = wake };
    struct itimerspec times = { .it_value = span(ms), .it_interval = span(REPEAT_MS) };
    sigset_t set;
    to_us.sigev_notify_thread_id = gettid();
    if (timer_create(CLOCK_MONOTONIC, &to_us, &alarm->timer) != 0)
        return false;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigaction(SIGALRM, &interrupt, &alarm->former);
    sigprocmask(SIG_UNBLOCK, &set, &alarm->former_mask);
    return timer_settime(alarm->timer, 0, &times, NULL) == 0;
}

/* Deleting comes first: an alarm on its way is delivered before the former handler is back. */
static void alarm_stop(struct alarm *alarm)
{
    int kept = errno;
    timer_delete(alarm->timer);
    sigprocmask(SIG_SETMASK, &alarm->former_mask, NULL);
    sigaction(SIGALRM, &alarm->former, NULL);
    errno = kept;
}

static bool lock_wait(int fd, int64_t patience_ms)
{
    struct alarm alarm;
    int64_t since = clock_boot();
    if (patience_ms <= 0) {
        errno = EINTR;
        return false;
    }
    if (!alarm_start(&alarm, patience_ms))
        return false;
    bool got;
    do
        got = flock(fd, LOCK_EX) == 0;
    while (!got && errno == EINTR && clock_boot() - since < patience_ms);
    alarm_stop(&alarm);
    return got;
}

/* Whoever removes the gate file leaves two gates behind: the holder of the nameless one takes the
 * new one. */
static bool is_removed(const struct gate_lock *lock)
{
    struct stat about;
    return fstat(lock->fd, &about) != 0 || about.st_nlink == 0;
}

bool gate_lock_take(struct gate_lock *lock, int64_t patience_ms)
{
    for (;;) {
        if (lock->fd < 0 && !lock_file_open(lock))
            return false;
        if (flock(lock->fd, LOCK_EX | LOCK_NB) != 0 &&
            (errno != EWOULDBLOCK || !lock_wait(lock->fd, patience_ms)))
            return false;
        if (!is_removed(lock))
            return true;
        close(lock->fd);
        lock->fd = -1;
    }
}

void gate_lock_drop(struct gate_lock *lock)
{
    flock(lock->fd, LOCK_UN);
}
