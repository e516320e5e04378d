/* Password hashes, and the work that is done where there is none. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "arena_home.h"
#include "clock.h"
#include "crypto.h"

static void test_hash_and_match(void **state)
{
    (void)state;
    static const char password[] = "correct horse \xe2\x82\xac battery";
    char *hash = password_hash(arena, password), *again = password_hash(arena, password);
    assert_int_equal(strncmp(hash, "$y$j9T$", 7), 0); /* yescrypt at cost 5 */
    assert_null(strstr(hash, password));
    assert_string_not_equal(hash, again);
    assert_true(password_matches(password, hash));
    assert_true(password_matches(password, again));
    assert_false(password_matches("correct horse", hash));
    assert_false(password_matches("", hash));
    assert_true(password_matches("", password_hash(arena, "")));
}

/* Made apart from this code: a hash in a database must stay readable. */
static void test_known_hash(void **state)
{
    (void)state;
    static const char hash[] = "$y$j9T$abcdefghijklmnopqrstu/$"
                               "u5ZZ9lk/ZS.NG8rL9nkHPPrWqOvrfUGPQesD5XGwhe9";
    assert_true(password_matches("weir", hash));
    assert_false(password_matches("Weir", hash));
}

/* Each of them libcrypt would accept or half accept as the hash of "weir", or trip over. */
static void test_unusable_hashes_never_match(void **state)
{
    (void)state;
    static const char *const hashes[] = {
        "", "*", "*0", "*1", "!", "weir", "$y$", "$y$j9T$", "$y$j9T$salt", "$y$?$salt$", "$y$j9T",
        "$1$abcdefgh$do0s1gRc/kyPvS6QUNe5A.", "abna2KETdAshs", "y$j9T$salt$hash",
        "$y$j9T$bad salt with spaces$hash", "$y$\xff\xff$",
    };
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
        assert_false(password_matches("weir", hashes[i]));
    char *cut = password_hash(arena, "weir");
    cut[strlen(cut) - 1] = '\0';
    assert_false(password_matches("weir", cut));
}

static void test_length_limit(void **state)
{
    (void)state;
    char longest[PASSWORD_MOST + 2];
    memset(longest, 'p', sizeof longest);
    longest[PASSWORD_MOST + 1] = '\0';
    assert_null(password_hash(arena, longest));
    char *hash = password_hash(arena, longest + 1);
    assert_true(password_matches(longest + 1, hash));
    assert_false(password_matches(longest, hash));
    assert_false(password_matches(longest + 2, hash)); /* nothing is cut off silently */
}

static int64_t cost(const char *password, const char *hash)
{
    int64_t least = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        int64_t start = clock_cpu();
        assert_false(password_matches(password, hash));
        int64_t spent = clock_cpu() - start;
        least = spent < least ? spent : least;
    }
    return least;
}

/* Whether the account exists must not show in the time: the bounds are wide, but a refusal without
 * work is a thousand times quicker. */
static void test_work_without_a_hash(void **state)
{
    (void)state;
    char overlong[2000] = { 0 };
    memset(overlong, 'p', sizeof overlong - 1);
    char *hash = password_hash(arena, "weir");
    int64_t wrong = cost("guess", hash);
    static const char *const nothing[] = { NULL, "", "*", "$y$j9T", "abna2KETdAshs" };
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        assert_in_range(cost("guess", nothing[i]), wrong / 5, wrong * 5);
    assert_in_range(cost(overlong, hash), wrong / 5, wrong * 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_and_match),   cmocka_unit_test(test_known_hash),
        cmocka_unit_test(test_unusable_hashes_never_match),
        cmocka_unit_test(test_length_limit),     cmocka_unit_test(test_work_without_a_hash),
    };
    return cmocka_run_group_tests_name("crypto_password", tests, set_up, tear_down);
}
