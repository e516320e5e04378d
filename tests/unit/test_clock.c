/* The clocks: frozen, running, and set from the environment. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

static int thaw(void **state)
{
    (void)state;
    clock_thaw();
    unsetenv("WEIR_NOW");
    return 0;
}

static void test_now_is_the_wall_clock(void **state)
{
    (void)state;
    int64_t before = (int64_t)time(NULL) * 1000, now = clock_now();
    assert_in_range(now, before, before + 60000);
    assert_true(clock_now() >= now);
}

static void test_freeze_and_thaw(void **state)
{
    (void)state;
    clock_freeze(-5);
    assert_int_equal(clock_now(), -5);
    clock_freeze(1764757800000);
    int64_t boot = clock_boot();
    clock_sleep(3);
    assert_int_equal(clock_now(), 1764757800000);
    assert_true(clock_boot() >= boot + 3); /* leases must expire whatever the wall shows */
    clock_thaw();
    assert_true(clock_now() > 1764757800000 - 365 * INT64_C(86400000));
    assert_int_not_equal(clock_now(), 1764757800000);
}

static void test_start_reads_the_environment(void **state)
{
    (void)state;
    unsetenv("WEIR_NOW");
    clock_start();
    assert_in_range(clock_now(), (int64_t)time(NULL) * 1000 - 1000, INT64_MAX);
    setenv("WEIR_NOW", "", 1);
    clock_start();
    assert_in_range(clock_now(), (int64_t)time(NULL) * 1000 - 1000, INT64_MAX);
    setenv("WEIR_NOW", "2001-02-03T04:05:06.007+01:00", 1);
    clock_start();
    assert_int_equal(clock_now(), 981169506007);
}

/* A program that went on with the real time would spoil a rebuild without a word. */
static void test_start_refuses_what_is_no_instant(void **state)
{
    (void)state;
    static const char *const bad[] = { "yesterday", "2001-02-03", "2001-02-03T04:05:06", "0" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int status;
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            setenv("WEIR_NOW", bad[i], 1);
            if (!freopen("/dev/null", "w", stderr))
                _exit(99);
            clock_start();
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), EXIT_FAILURE);
    }
}

static volatile sig_atomic_t alarms;

static void on_alarm(int signal_number)
{
    (void)signal_number;
    alarms++;
}

static void test_sleep_outlasts_signals(void **state)
{
    (void)state;
    const struct itimerval every_ms = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
    struct sigaction action = { .sa_handler = on_alarm };
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every_ms, NULL);
    int64_t start = clock_boot();
    clock_sleep(60);
    int64_t slept = clock_boot() - start;
    setitimer(ITIMER_REAL, &never, NULL);
    assert_true(alarms >= 3);
    assert_in_range(slept, 59, 5000); /* 59: the start was rounded down too */
    clock_sleep(0);
    clock_sleep(-1000);
    clock_sleep(INT64_MIN);
    assert_in_range(clock_boot() - start, 59, 5000);
}

static void test_cpu_counts_work_and_not_waiting(void **state)
{
    (void)state;
    int64_t start = clock_cpu();
    clock_sleep(50);
    assert_in_range(clock_cpu() - start, 0, 20000000);
    for (volatile int work = 0; clock_cpu() - start < 5000000; work++)
        ;
    assert_in_range(clock_cpu() - start, 5000000, 50000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_now_is_the_wall_clock, thaw),
        cmocka_unit_test_teardown(test_freeze_and_thaw, thaw),
        cmocka_unit_test_teardown(test_start_reads_the_environment, thaw),
        cmocka_unit_test_teardown(test_start_refuses_what_is_no_instant, thaw),
        cmocka_unit_test_teardown(test_sleep_outlasts_signals, thaw),
        cmocka_unit_test_teardown(test_cpu_counts_work_and_not_waiting, thaw),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
