/* gate_lock: waiting that ends, signals that are given back, and writers that stand in line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "clock.h"
#include "db_folder.h"
#include "gate.h"
#include "gate_lock.h"

enum { WRITERS = 3, COMMITS = 60 };

static struct gate_lock ours;
static int told[2];
static volatile sig_atomic_t alarms;

static int set_up(void **state)
{
    folder_make(state);
    assert_true(gate_lock_open(&ours, path_of("gate")));
    assert_int_equal(pipe(told), 0);
    return 0;
}

static int tear_down(void **state)
{
    gate_lock_close(&ours);
    close(told[0]);
    close(told[1]);
    return folder_remove(state);
}

/* Another process holds the gate for so long; it is taken when this returns. */
static pid_t holder(int64_t ms)
{
    char done;
    pid_t pid = fork();
    if (pid == 0) {
        struct gate_lock theirs;
        bool held = gate_lock_open(&theirs, path_of("gate")) && gate_lock_take(&theirs, 0);
        if (write(told[1], held ? "y" : "n", 1) != 1)
            _exit(1);
        clock_sleep(ms);
        _exit(0);
    }
    assert_int_equal(read(told[0], &done, 1), 1);
    assert_int_equal(done, 'y');
    return pid;
}

static void assert_ends(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void test_a_free_lock_needs_no_patience(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(gate_lock_take(&ours, 0));
        gate_lock_drop(&ours);
    }
}

static void test_patience_ends(void **state)
{
    (void)state;
    pid_t pid = holder(10000);
    assert_false(gate_lock_take(&ours, 0));
    assert_int_equal(errno, EINTR);
    for (int64_t patience = 1; patience <= 120; patience *= 3) {
        int64_t since = clock_boot();
        assert_false(gate_lock_take(&ours, patience));
        assert_int_equal(errno, EINTR);
        assert_in_range(clock_boot() - since, patience, patience + 400);
    }
    end(pid); /* and a dead holder holds nothing */
    assert_true(gate_lock_take(&ours, 1000));
    gate_lock_drop(&ours);
}

static void test_the_lock_comes_when_it_is_dropped(void **state)
{
    (void)state;
    pid_t pid = holder(80);
    int64_t since = clock_boot();
    assert_true(gate_lock_take(&ours, 5000));
    assert_in_range(clock_boot() - since, 20, 2000);
    gate_lock_drop(&ours);
    assert_ends(pid);
}

static void count_alarm(int number)
{
    (void)number;
    alarms++;
}

static void ignore_signal(int number)
{
    (void)number;
}

static void test_signals_are_given_back(void **state)
{
    (void)state;
    struct sigaction mine = { .sa_handler = count_alarm, .sa_flags = SA_RESTART }, after;
    sigset_t blocked, mask;
    sigaction(SIGALRM, &mine, NULL);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGALRM);
    sigprocmask(SIG_BLOCK, &blocked, NULL); /* the wait must end nevertheless */
    pid_t pid = holder(10000);
    assert_false(gate_lock_take(&ours, 30));
    sigprocmask(SIG_BLOCK, NULL, &mask);
    assert_true(sigismember(&mask, SIGALRM));
    sigaction(SIGALRM, NULL, &after);
    assert_ptr_equal(after.sa_handler, count_alarm);
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
    clock_sleep(40);
    assert_int_equal(alarms, 0); /* the timer is gone and nothing was left pending */
    raise(SIGALRM);
    assert_int_equal(alarms, 1);
    end(pid);
    signal(SIGALRM, SIG_DFL);
}

/* Interrupted by something else, the wait goes on. */
static void test_other_signals_do_not_end_the_wait(void **state)
{
    (void)state;
    struct sigaction mine = { .sa_handler = ignore_signal };
    sigaction(SIGUSR1, &mine, NULL);
    pid_t holds = holder(150), stings = fork();
    if (stings == 0) {
        for (int i = 0; i < 20; i++) {
            kill(getppid(), SIGUSR1);
            clock_sleep(5);
        }
        _exit(0);
    }
    assert_true(gate_lock_take(&ours, 5000));
    gate_lock_drop(&ours);
    assert_ends(stings);
    assert_ends(holds);
    signal(SIGUSR1, SIG_DFL);
}

/* Two gate files would be two writers. */
static void test_a_removed_gate_file_is_made_again(void **state)
{
    (void)state;
    assert_int_equal(unlink(path_of("gate")), 0);
    assert_true(gate_lock_take(&ours, 0));
    assert_true(is_there(path_of("gate")));
    struct gate_lock other;
    assert_true(gate_lock_open(&other, path_of("gate")));
    assert_false(gate_lock_take(&other, 0));
    gate_lock_drop(&ours);
    assert_true(gate_lock_take(&other, 0));
    gate_lock_close(&other);
}

static enum outcome count_up(struct db *db, void *context)
{
    (void)context;
    int64_t n = db_int(db, "SELECT n FROM counter") + 1;
    db_run(db, "UPDATE counter SET n = :n", BIND(n));
    return OK;
}

_Noreturn static void writer(const char *path)
{
    const char *error;
    struct gate *gate = gate_open(path, 0, &error);
    struct gate_item item = { .run = count_up };
    if (!gate)
        _exit(2);
    gate_min_free(gate, 0, 0);
    for (int i = 0; i < COMMITS; i++)
        if (!gate_commit(gate, &item, 1) || item.got != OK)
            _exit(1);
    gate_close(gate);
    _exit(0);
}

static void test_writers_stand_in_line(void **state)
{
    (void)state;
    pid_t pids[WRITERS];
    const char *path = must_create(
        "a.db", "CREATE TABLE counter (n INTEGER) STRICT; INSERT INTO counter VALUES (0)");
    for (int i = 0; i < WRITERS; i++)
        if ((pids[i] = fork()) == 0)
            writer(path);
    for (int i = 0; i < WRITERS; i++)
        assert_ends(pids[i]);
    struct db *db = must_open(path, DB_READ);
    assert_int_equal(db_int(db, "SELECT n FROM counter"), WRITERS * COMMITS);
    db_close(db);
}

static void test_a_group_gives_up_and_says_so(void **state)
{
    (void)state;
    const char *error,
        *path =
            must_create("a.db", "CREATE TABLE counter (n INTEGER); INSERT INTO counter VALUES (0)");
    struct gate *gate = gate_open(path, 0, &error);
    assert_non_null(gate);
    gate_min_free(gate, 0, 0);
    assert_int_equal(gate_patience(gate, 50), 3000);
    struct gate_item item = { .run = count_up, .got = OK };
    pid_t pid = holder(10000);
    assert_false(gate_commit(gate, &item, 1));
    assert_int_equal(item.got, UNAVAILABLE);
    assert_says(gate_trouble(gate), "another writer held");
    assert_in_range(gate_stats(gate).longest_wait_ms, 50, 450);
    assert_false(gate_checkpoint(gate));
    assert_null(gate_open(path, 0, &error) ? "opened" : NULL); /* after 3 s */
    assert_says(error, "another writer held");
    end(pid);
    assert_true(gate_commit(gate, &item, 1));
    assert_int_equal(item.got, OK);
    gate_close(gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_free_lock_needs_no_patience, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_patience_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_lock_comes_when_it_is_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_signals_are_given_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_signals_do_not_end_the_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_removed_gate_file_is_made_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_writers_stand_in_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_group_gives_up_and_says_so, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("gate_lock", tests, NULL, NULL);
}
