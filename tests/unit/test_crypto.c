/* Randomness, wiping and comparing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto.h"

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

/* The buffer behind small requests must never hand out bytes twice, nor zeros that it has wiped. */
static void test_random_never_repeats(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    uint8_t(*drawn)[16] = malloc(COUNT * sizeof *drawn);
    assert_non_null(drawn);
    for (size_t i = 0; i < COUNT; i++)
        crypto_random(drawn[i], 16);
    qsort(drawn, COUNT, sizeof *drawn, by_bytes);
    for (size_t i = 1; i < COUNT; i++)
        assert_memory_not_equal(drawn[i - 1], drawn[i], 16);
    for (size_t column = 0; column < 16; column++) {
        size_t zeros = 0;
        for (size_t i = 0; i < COUNT; i++)
            zeros += drawn[i][column] == 0;
        assert_in_range(zeros, 10, COUNT / 256 * 2);
    }
    free(drawn);
}

/* Every size fills exactly its bytes: across the buffer's end, and past what it serves. */
static void test_random_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 7, 12, 15, 16, 17, 32, 1000, 5000 };
    for (int round = 0; round < 200; round++) {
        size_t size = sizes[(size_t)round % (sizeof sizes / sizeof *sizes)];
        uint8_t bytes[5002] = { 0 };
        crypto_random(bytes + 1, size);
        assert_int_equal(bytes[0], 0);
        assert_int_equal(bytes[size + 1], 0);
        size_t zeros = 0;
        for (size_t i = 1; i <= size; i++)
            zeros += bytes[i] == 0;
        assert_true(size < 12 || zeros < size / 2);
    }
}

/* What a child draws first, told through a pipe. */
static void child_draws(uint8_t theirs[12])
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        crypto_random(theirs, 12);
        _exit(write(ends[1], theirs, 12) == 12 ? 0 : 1);
    }
    assert_int_equal(read(ends[0], theirs, 12), 12);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(ends[0]);
    close(ends[1]);
}

/* Children that took over the parent's buffer would repeat its nonces, or each other's. */
static void test_random_differs_after_fork(void **state)
{
    (void)state;
    uint8_t mine[12], first[12], second[12];
    crypto_random(mine, sizeof mine);
    child_draws(first);
    child_draws(second);
    crypto_random(mine, sizeof mine);
    assert_memory_not_equal(mine, first, sizeof mine);
    assert_memory_not_equal(mine, second, sizeof mine);
    assert_memory_not_equal(first, second, sizeof mine);
}

/* Chi-square over 62 letters: 61 degrees of freedom, over 130 in one run of a million.  A generator
 * that takes bytes modulo 62 without drawing again gives about 470 on this many. */
static void test_base62(void **state)
{
    (void)state;
    enum { COUNT = 62 * 1000 };
    struct arena *arena = arena_new();
    char *text = crypto_random_base62(arena, COUNT);
    size_t counts[256] = { 0 }, letters = 0;
    double square = 0;
    assert_int_equal(strlen(text), COUNT);
    for (const char *c = text; *c; c++)
        counts[(uint8_t)*c]++;
    for (int c = 0; c < 256; c++) {
        bool allowed = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!allowed)
            assert_int_equal(counts[c], 0);
        letters += allowed;
        square += allowed ? ((double)counts[c] - 1000) * ((double)counts[c] - 1000) / 1000 : 0;
    }
    assert_int_equal(letters, 62);
    assert_true(square < 130);
    assert_string_equal(crypto_random_base62(arena, 0), "");
    assert_int_equal(strlen(crypto_random_base62(arena, 1)), 1);
    arena_free(arena);
}

static void test_wipe_and_equal(void **state)
{
    (void)state;
    uint8_t a[33], b[33], zeros[33] = { 0 };
    memset(a, 0xa5, sizeof a);
    memcpy(b, a, sizeof a);
    assert_true(crypto_equal(a, b, sizeof a));
    for (size_t i = 0; i < sizeof b; i++) {
        b[i] ^= 0x80;
        assert_false(crypto_equal(a, b, sizeof a));
        assert_true(crypto_equal(a, b, i));
        b[i] ^= 0x80;
    }
    crypto_wipe(a, 32);
    assert_memory_equal(a, zeros, 32);
    assert_int_equal(a[32], 0xa5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_never_repeats),
        cmocka_unit_test(test_random_sizes),
        cmocka_unit_test(test_random_differs_after_fork),
        cmocka_unit_test(test_base62),
        cmocka_unit_test(test_wipe_and_equal),
    };
    return cmocka_run_group_tests_name("crypto", tests, NULL, NULL);
}
