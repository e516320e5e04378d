/* log: every line must be strict JSON whatever is logged, must carry no personal value and no
 * secret, and must stay whole when several processes write at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "clock.h"
#include "json.h"
#include "log.h"

enum { TEXT_SIZE = 64 * 1024 };

static struct arena *arena;
static char folder[] = "/tmp/weir-log-XXXXXX", path[64], moved[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '-'), "-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/log", folder);
    snprintf(moved, sizeof moved, "%s/log.1", folder);
    arena = arena_new();
    log_program("test");
    log_threshold(LOG_DEBUG);
    clock_freeze(1764757800000); /* 2025-12-03T10:30:00Z */
    assert_true(log_open(path));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_true(log_open(NULL));
    log_threshold(LOG_INFO);
    clock_thaw();
    arena_free(arena);
    unlink(path);
    unlink(moved);
    return rmdir(folder);
}

static char *file_text(const char *file)
{
    FILE *f = fopen(file, "r");
    assert_non_null(f);
    char *text = arena_alloc(arena, TEXT_SIZE);
    size_t len = fread(text, 1, TEXT_SIZE - 1, f);
    assert_int_equal(strlen(text), len);
    fclose(f);
    return text;
}

/* The only line in the file, as JSON; then the file is empty again. */
static const struct json *only_line(void)
{
    char *text = file_text(path);
    const char *error = NULL;
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    const struct json *line = json_parse(arena, text, strlen(text) - 1, NULL, &error);
    if (!line)
        fail_msg("%s in %s", error, text);
    assert_int_equal(truncate(path, 0), 0);
    return line;
}

static const char *member(const struct json *line, const char *key)
{
    const char *value = NULL;
    assert_true(json_text(json_get(line, key), &value));
    return value;
}

static void a_line_has_its_parts_in_order(void **state)
{
    (void)state;
    log_write(LOG_WARN, "webhook failed", LOG_INT("status", 500), LOG_TEXT("host", "crm.example"));
    assert_string_equal(
        file_text(path),
        "{\"time\":\"2025-12-03T10:30:00.000Z\",\"level\":\"warn\",\"program\":\"test\","
        "\"message\":\"webhook failed\",\"status\":500,\"host\":\"crm.example\"}\n");
}

static void classes_decide_what_is_seen(void **state)
{
    (void)state;
    log_write(LOG_INFO, "classes", LOG_ID("contact", "0193-7"),
              LOG_PII("email", "sarah@example.com"), LOG_HIDDEN("key", "hunter2"),
              LOG_HIDDEN("none", NULL), LOG_TEXT("missing", NULL), LOG_PII("nobody", NULL),
              LOG_INT("least", INT64_MIN),
              &(struct log_field){ "pin", LOG_FIELD_INT, LOG_PERSONAL, NULL, 4711 },
              &(struct log_field){ "code", LOG_FIELD_INT, LOG_SECRET, NULL, 4711 });
    assert_null(strstr(file_text(path), "hunter2"));
    assert_null(strstr(file_text(path), "4711"));
    const struct json *line = only_line();
    assert_string_equal(member(line, "contact"), "0193-7");
    assert_string_equal(member(line, "email"), "s***@e***.com");
    const char *const hidden[] = { "key", "none", "pin", "code" };
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(member(line, hidden[i]), "***");
    assert_int_equal(json_type(json_get(line, "missing")), JSON_NULL);
    assert_int_equal(json_type(json_get(line, "nobody")), JSON_NULL);
    assert_string_equal(json_number_text(json_get(line, "least")), "-9223372036854775808");
}

static void masks(void **state)
{
    (void)state;
    const struct {
        const char *value, *mask;
    } cases[] = {
        { "sarah@example.com", "s***@e***.com" },
        { "s@x.co", "s***@x***.co" },
        { "s@mail.example.co.uk", "s***@m***.uk" },
        { "\"a@b\"@example.com", "\"***@e***.com" },
        { "é@müller.de", "é***@m***.de" },
        { "a@xn--e1afmkfd.xn--p1ai", "a***@x***.xn--p1ai" },
        { "root@localhost", "r***@l***" },
        { "@example.com", "***@e***.com" },
        { "sarah@", "s***@***" },
        { "@", "***@***" },
        { "sarah@example.com, 12 High Street", "s***@e***" },
        { "sarah@203.0.113.77", "s***@2***" },
        { "sarah@example.averyveryverylongendingindeed", "s***@e***" },
        { "\xff@\xfe.com", "***@***.com" },
        { "+491701234567", "***67" },
        { "(0170) 123-45.67", "***67" },
        { "203.0.113.7", "***37" },
        { "12345", "***" },
        { "7", "***" },
        { "+", "***" },
        { "", "***" },
        { "Sarah", "S***" },
        { "Sarah Johnson", "S***" },
        { "Åsa", "Å***" },
        { "李", "李***" },
        { "\xc3", "***" },
        { "2001:db8::1", "2***" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char mask[64];
        log_mask(mask, cases[i].value);
        assert_string_equal(mask, cases[i].mask);
    }
}

/* The mask's buffer holds the longest answer there is, and shows little of the longest question. */
static void a_mask_always_fits(void **state)
{
    (void)state;
    char value[1000], mask[64];
    for (size_t at = 0; at < sizeof value - 1; at += 37) {
        memset(value, 'x', sizeof value);
        value[sizeof value - 1] = '\0';
        value[at] = '@';
        log_mask(mask, value);
        assert_true(strlen(mask) <= 12);
    }
}

static void hostile_bytes_are_escaped(void **state)
{
    (void)state;
    const struct {
        const char *raw, *read_back;
    } cases[] = {
        { "quote \" and \\ back", "quote \" and \\ back" },
        { "line\nfeed\r\ttab", "line\nfeed\r\ttab" },
        { "\x1b[31mred\x7f", "\x1b[31mred\x7f" },
        { "c1 \xc2\x9b ls \xe2\x80\xa8 rtl \xe2\x80\xae",
          "c1 \xc2\x9b ls \xe2\x80\xa8 rtl \xe2\x80\xae" },
        { "bad \xff\xc3", "bad \\xff\\xc3" },
        { "overlong \xc0\xaf \xe0\x80\xaf", "overlong \\xc0\\xaf \\xe0\\x80\\xaf" },
        { "surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80" },
        { "beyond \xf4\x90\x80\x80 \xf8", "beyond \\xf4\\x90\\x80\\x80 \\xf8" },
        { "cut short \xe2\x82", "cut short \\xe2\\x82" },
        { "kept \xe2\x82\xac \xf0\x9f\x8e\x89", "kept \xe2\x82\xac \xf0\x9f\x8e\x89" },
        { "\"}\n{\"level\":\"error\"", "\"}\n{\"level\":\"error\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        log_write(LOG_INFO, cases[i].raw, LOG_TEXT("value", cases[i].raw));
        for (const char *p = file_text(path); p[1]; p++)
            assert_true((unsigned char)*p >= ' ' && *p != 0x7f && strncmp(p, "\xc2\x9b", 2) != 0 &&
                        strncmp(p, "\xe2\x80", 2) != 0);
        const struct json *line = only_line();
        assert_string_equal(member(line, "message"), cases[i].read_back);
        assert_string_equal(member(line, "value"), cases[i].read_back);
    }
}

/* Wherever the cut falls, in a name, an escape or a character, what is left is one valid line. */
static void a_long_line_is_cut_cleanly(void **state)
{
    (void)state;
    char value[PIPE_BUF + 8];
    const char *const fills[] = { "x", "\"", "\n", "\xff", "\xe2\x82\xac" };
    for (size_t fill = 0; fill < sizeof fills / sizeof fills[0]; fill++)
        for (size_t target = PIPE_BUF - 220; target < PIPE_BUF; target++) {
            size_t step = strlen(fills[fill]), len = 0;
            for (; len + step < target; len += step)
                memcpy(value + len, fills[fill], step);
            value[len] = '\0';
            log_write(LOG_INFO, "long", LOG_TEXT("value", value), LOG_TEXT("name", ""),
                      LOG_INT("n", 7));
            struct stat st;
            assert_int_equal(stat(path, &st), 0);
            assert_true(st.st_size <= PIPE_BUF);
            const struct json *line = only_line();
            bool cut = false, whole = strlen(member(line, "value")) == len && json_get(line, "n");
            assert_true(json_bool(json_get(line, "cut"), &cut) == !whole);
            arena_reset(arena);
        }
}

static void a_field_that_cannot_begin_is_left_out(void **state)
{
    (void)state;
    char value[2 * PIPE_BUF];
    memset(value, 'x', sizeof value);
    value[sizeof value - 1] = '\0';
    log_write(LOG_INFO, "long", LOG_TEXT("first", value), LOG_TEXT("second", "s"));
    const struct json *line = only_line();
    assert_null(json_get(line, "second"));
    assert_true(strlen(member(line, "first")) > PIPE_BUF - 150);
    log_write(LOG_INFO, value, LOG_TEXT(value, "s"));
    line = only_line();
    assert_int_equal(json_count(line), 5); /* time, level, program, message, cut */
}

static void lines_below_the_threshold_are_dropped(void **state)
{
    (void)state;
    static const char *const names[] = { "debug", "info", "warn", "error" };
    enum log_level named = LOG_INFO;
    assert_false(log_level_parse("ERROR", &named) || log_level_parse("", &named));
    for (int least = LOG_DEBUG; least <= LOG_ERROR; least++) {
        assert_true(log_level_parse(names[least], &named) && named == (enum log_level)least);
        log_threshold(named);
        for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
            log_write((enum log_level)level, "m");
            if (level < least)
                assert_string_equal(file_text(path), "");
            else
                assert_string_equal(member(only_line(), "level"), names[level]);
        }
    }
}

static void a_rotated_file_is_opened_again(void **state)
{
    (void)state;
    log_write(LOG_INFO, "one");
    assert_int_equal(rename(path, moved), 0);
    log_write(LOG_INFO, "two");
    log_reopen();
    log_write(LOG_INFO, "three");
    assert_non_null(strstr(file_text(moved), "two"));
    assert_null(strstr(file_text(moved), "three"));
    assert_string_equal(member(only_line(), "message"), "three");
}

static void when_the_new_file_fails_the_old_one_stays(void **state)
{
    (void)state;
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    log_reopen();
    log_write(LOG_INFO, "still here");
    assert_int_equal(rmdir(path), 0);
    assert_non_null(strstr(file_text(moved), "cannot be opened again"));
    assert_non_null(strstr(file_text(moved), "still here"));
}

static void the_file_is_ours_alone_and_appended_to(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    log_write(LOG_INFO, "one");
    assert_true(log_open(path));
    log_write(LOG_INFO, "two");
    assert_non_null(strstr(file_text(path), "one"));
    assert_non_null(strstr(file_text(path), "two"));
}

static void a_bad_path_changes_nothing(void **state)
{
    (void)state;
    char longest[2 * PATH_MAX];
    memset(longest, '/', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_false(log_open(longest));
    assert_false(log_open("/tmp/no such folder/log"));
    log_write(LOG_INFO, "to the old file");
    assert_string_equal(member(only_line(), "message"), "to the old file");
}

static void errno_survives(void **state)
{
    (void)state;
    assert_true(log_open("/dev/full"));
    errno = EDOM;
    log_write(LOG_INFO, "m");
    assert_int_equal(errno, EDOM);
}

enum { WRITERS = 4, LINES = 100 };

static void write_many(int writer)
{
    char value[2 * PIPE_BUF];
    memset(value, 'a' + writer, sizeof value);
    value[sizeof value - 1] = '\0';
    for (int i = 0; i < LINES; i++)
        log_write(LOG_INFO, "m", LOG_TEXT("value", value + i * 131 % (2 * PIPE_BUF - 1)));
    _exit(0);
}

/* Over a pipe, where only writes up to PIPE_BUF are kept whole. */
static void lines_of_several_processes_never_mix(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    for (int writer = 0; writer < WRITERS; writer++)
        if (fork() == 0) {
            close(ends[0]); /* or a failing test would leave writers waiting for ever */
            dup2(ends[1], STDERR_FILENO);
            log_open(NULL);
            write_many(writer);
        }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    char line[2 * PIPE_BUF];
    int lines = 0;
    for (; fgets(line, sizeof line, in); lines++) {
        assert_non_null(json_parse(arena, line, strlen(line), NULL, NULL));
        arena_reset(arena);
    }
    fclose(in);
    for (int writer = 0; writer < WRITERS; writer++)
        assert_true(wait(NULL) > 0);
    assert_int_equal(lines, WRITERS * LINES);
}

static void log_abort_says_why(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        log_threshold(LOG_ERROR);
        log_abort("out of memory: %d bytes", 42);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    const struct json *line = only_line();
    assert_string_equal(member(line, "level"), "error");
    assert_string_equal(member(line, "message"), "out of memory: 42 bytes");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_has_its_parts_in_order),
        TEST(classes_decide_what_is_seen),
        TEST(masks),
        TEST(a_mask_always_fits),
        TEST(hostile_bytes_are_escaped),
        TEST(a_long_line_is_cut_cleanly),
        TEST(a_field_that_cannot_begin_is_left_out),
        TEST(lines_below_the_threshold_are_dropped),
        TEST(a_rotated_file_is_opened_again),
        TEST(when_the_new_file_fails_the_old_one_stays),
        TEST(the_file_is_ours_alone_and_appended_to),
        TEST(a_bad_path_changes_nothing),
        TEST(errno_survives),
        TEST(lines_of_several_processes_never_mix),
        TEST(log_abort_says_why),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
