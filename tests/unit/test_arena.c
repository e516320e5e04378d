/* arena: memory is zeroed, aligned and kept apart; a reset takes it back. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"
#include "arena_home.h"

static bool is_filled(const void *memory, int byte, size_t size)
{
    const unsigned char *bytes = memory;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != byte)
            return false;
    return true;
}

static void memory_is_aligned_and_zeroed_even_when_used_before(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 300; size++) {
            void *memory = arena_alloc(arena, size);
            assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
            assert_true(is_filled(memory, 0, size));
            memset(memory, 0xAA, size);
        }
        arena_reset(arena);
    }
}

static void pieces_do_not_overlap_across_blocks(void **state)
{
    (void)state;
    enum { PIECES = 200 };
    unsigned char *pieces[PIECES];
    static const size_t sizes[] = { 1, 40000, 7, 150000, 16384, 100 };
    for (int i = 0; i < PIECES; i++)
        pieces[i] = memset(arena_alloc(arena, sizes[i % 6]), i, sizes[i % 6]);
    for (int i = 0; i < PIECES; i++)
        assert_true(is_filled(pieces[i], i, sizes[i % 6]));
}

static void a_piece_larger_than_any_block_is_whole(void **state)
{
    (void)state;
    size_t size = 5 * 1024 * 1024;
    char *memory = arena_alloc(arena, size);
    assert_true(is_filled(memory, 0, size));
    memset(memory, 1, size);
}

static void growing_the_last_piece_happens_in_place(void **state)
{
    (void)state;
    char *piece = arena_alloc(arena, 10);
    memcpy(piece, "123456789", 10);
    assert_ptr_equal(arena_grow(arena, piece, 10, 1000), piece);
    assert_string_equal(piece, "123456789");
    assert_true(is_filled(piece + 10, 0, 990));
    char *after = arena_alloc(arena, 10);
    assert_true(after >= piece + 1000);
}

static void growing_an_earlier_piece_copies_it(void **state)
{
    (void)state;
    char *first = arena_strdup(arena, "first"), *second = arena_strdup(arena, "second");
    char *grown = arena_grow(arena, first, 6, 100);
    assert_ptr_not_equal(grown, first);
    assert_string_equal(grown, "first");
    assert_true(is_filled(grown + 6, 0, 94));
    assert_string_equal(second, "second");
}

static void growing_past_the_block_copies(void **state)
{
    (void)state;
    size_t size = 1;
    char *piece = memset(arena_alloc(arena, size), 7, size);
    for (; size < 4 * 1024 * 1024; size *= 2) {
        piece = arena_grow(arena, piece, size, size * 2);
        assert_true(is_filled(piece, 7, size));
        assert_true(is_filled(piece + size, 0, size));
        memset(piece, 7, size * 2);
    }
}

static void growing_nothing_is_allocating(void **state)
{
    (void)state;
    assert_true(is_filled(arena_grow(arena, NULL, 0, 50), 0, 50));
}

static void strings_are_copied_and_terminated(void **state)
{
    (void)state;
    char source[] = "hello";
    char *whole = arena_strdup(arena, source), *part = arena_strndup(arena, source, 2);
    source[0] = 'J';
    assert_string_equal(whole, "hello");
    assert_string_equal(part, "he");
    assert_null(arena_strdup(arena, NULL));
    assert_string_equal(arena_strndup(arena, NULL, 0), "");
    assert_memory_equal(arena_strndup(arena, "a\0b", 3), "a\0b", 4);
    assert_memory_equal(arena_copy(arena, "a\0b", 4), "a\0b", 4);
}

static void a_format_may_be_longer_than_a_block(void **state)
{
    (void)state;
    char *text = arena_printf(arena, "<%50000d|%s>", 7, "end");
    assert_int_equal(strlen(text), 50000 + 6);
    assert_string_equal(text + 49999, " 7|end>");
    assert_string_equal(arena_printf(arena, "%s", ""), "");
}

static void used_counts_since_the_last_reset(void **state)
{
    (void)state;
    assert_int_equal(arena_used(arena), 0);
    arena_alloc(arena, 100);
    arena_alloc(arena, 100000);
    assert_in_range(arena_used(arena), 100100, 100200);
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
}

static void a_reset_keeps_the_first_block(void **state)
{
    (void)state;
    void *first = arena_alloc(arena, 8);
    arena_alloc(arena, 1000000);
    arena_reset(arena);
    assert_ptr_equal(arena_alloc(arena, 8), first);
}

static char calls[16];

static void note_call(void *object)
{
    strcat(calls, object);
}

static void deferred_calls_run_once_newest_first(void **state)
{
    (void)state;
    calls[0] = '\0';
    arena_defer(arena, note_call, "a");
    arena_alloc(arena, 1000000); /* the entries end up in different blocks */
    arena_defer(arena, note_call, "b");
    assert_string_equal(calls, "");
    arena_reset(arena);
    assert_string_equal(calls, "ba");
    arena_reset(arena);
    assert_string_equal(calls, "ba");
}

static void freeing_runs_deferred_calls(void **state)
{
    (void)state;
    calls[0] = '\0';
    struct arena *other = arena_new();
    arena_defer(other, note_call, "x");
    arena_free(other);
    assert_string_equal(calls, "x");
    arena_free(NULL);
}

static void ask_too_much(void)
{
    arena_alloc(arena, SIZE_MAX / 2);
}

static void ask_product_that_overflows(void)
{
    arena_alloc_array(arena, SIZE_MAX / 8, 16);
}

static void assert_aborts(void (*call)(void))
{
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        close(STDERR_FILENO);
        call();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void impossible_sizes_abort(void **state)
{
    (void)state;
    assert_aborts(ask_too_much);
    assert_aborts(ask_product_that_overflows);
    assert_true(is_filled(arena_alloc_array(arena, 30, 7), 0, 210));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(memory_is_aligned_and_zeroed_even_when_used_before),
        CASE(pieces_do_not_overlap_across_blocks),
        CASE(a_piece_larger_than_any_block_is_whole),
        CASE(growing_the_last_piece_happens_in_place),
        CASE(growing_an_earlier_piece_copies_it),
        CASE(growing_past_the_block_copies),
        CASE(growing_nothing_is_allocating),
        CASE(strings_are_copied_and_terminated),
        CASE(a_format_may_be_longer_than_a_block),
        CASE(used_counts_since_the_last_reset),
        CASE(a_reset_keeps_the_first_block),
        CASE(deferred_calls_run_once_newest_first),
        CASE(freeing_runs_deferred_calls),
        CASE(impossible_sizes_abort),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
