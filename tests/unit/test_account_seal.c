/* account_seal: a sealed value opens in its own cell and nowhere else; the master key decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "funnel_home.h"
#include "log.h"
#include "master_key.h"

static const struct uuid row_a = { { 1 } }, row_b = { { 2 } };

static void every_column_opens_what_it_sealed(void **state)
{
    (void)state;
    static const char *const texts[] = { "", "a", "Zo\xc3\xab",
                                         "0123456789abcdef0123456789abcdef0123456789" };
    for (int column = 0; column < SEALED_COLUMNS; column++)
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            size_t len;
            void *sealed =
                account_seal(account, column, &row_a, texts[i], strlen(texts[i]), home.arena, &len);
            assert_int_equal(len, strlen(texts[i]) + SEAL_OVERHEAD);
            assert_null(strlen(texts[i]) > 4 ? memmem(sealed, len, texts[i], 4) : NULL);
            assert_string_equal(account_unseal(account, column, &row_a, sealed, len, home.arena),
                                texts[i]);
        }
}

static void no_value_opens_in_another_column_or_row(void **state)
{
    (void)state;
    size_t len;
    for (int from = 0; from < SEALED_COLUMNS; from++) {
        void *sealed = account_seal(account, from, &row_a, "secret", 6, home.arena, &len);
        assert_null(account_unseal(account, from, &row_b, sealed, len, home.arena));
        for (int to = 0; to < SEALED_COLUMNS; to++)
            if ((account_unseal(account, to, &row_a, sealed, len, home.arena) != NULL) !=
                (from == to))
                fail_msg("sealed in column %d, tried in %d", from, to);
    }
}

static struct account *second_account(void)
{
    const char *error;
    const struct account_settings settings = { "second", "Second", "UTC", "USD" };
    assert_int_equal(account_create(home.accounts[0], &settings, home.arena, &error), CREATED);
    return account_open(home.accounts[0], "second", &error);
}

static void no_value_opens_in_another_account(void **state)
{
    (void)state;
    size_t len;
    uint8_t one[BLIND_SIZE], two[BLIND_SIZE];
    struct account *second = second_account();
    void *sealed = account_seal(account, SEAL_USER_EMAIL, &row_a, "secret", 6, home.arena, &len);
    assert_null(account_unseal(second, SEAL_USER_EMAIL, &row_a, sealed, len, home.arena));
    account_blind(account, "email", "a@b.example", one);
    account_blind(second, "email", "a@b.example", two);
    assert_memory_not_equal(one, two, BLIND_SIZE);
    account_release(second);
}

static void no_changed_or_short_value_opens(void **state)
{
    (void)state;
    size_t len;
    uint8_t *sealed =
        account_seal(account, SEAL_CONTACT_PHONE, &row_a, "+491701234567", 13, home.arena, &len);
    for (size_t i = 0; i < len; i++) {
        sealed[i] ^= 0x40;
        assert_null(account_unseal(account, SEAL_CONTACT_PHONE, &row_a, sealed, len, home.arena));
        sealed[i] ^= 0x40;
        assert_null(account_unseal(account, SEAL_CONTACT_PHONE, &row_a, sealed, i, home.arena));
    }
    assert_null(account_unseal(account, SEAL_CONTACT_PHONE, &row_a, NULL, 0, home.arena));
    assert_non_null(account_unseal(account, SEAL_CONTACT_PHONE, &row_a, sealed, len, home.arena));
}

static void another_opening_of_the_account_opens_it_too(void **state)
{
    (void)state;
    size_t len;
    uint8_t one[BLIND_SIZE], two[BLIND_SIZE], key_one[KEY_SIZE], key_two[KEY_SIZE];
    struct account *other = home_other_account(&home);
    void *sealed = account_seal(account, SEAL_USER_NAME, &row_a, "Ann", 3, home.arena, &len);
    assert_string_equal(account_unseal(other, SEAL_USER_NAME, &row_a, sealed, len, home.arena),
                        "Ann");
    account_blind(account, "email", "a@b.example", one);
    account_blind(other, "email", "a@b.example", two);
    assert_memory_equal(one, two, BLIND_SIZE);
    account_key(account, "audit", key_one);
    account_key(other, "audit", key_two);
    assert_memory_equal(key_one, key_two, KEY_SIZE);
}

static void keys_of_different_purposes_differ(void **state)
{
    (void)state;
    static const char *const purposes[] = { "api-key", "audit", "blind", "contact.email", "" };
    enum { PURPOSES = sizeof purposes / sizeof purposes[0] };
    uint8_t keys[PURPOSES + 1][KEY_SIZE];
    memcpy(keys[PURPOSES], account->data_key, KEY_SIZE);
    for (size_t i = 0; i < PURPOSES; i++) {
        account_key(account, purposes[i], keys[i]);
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(keys[i], keys[j], KEY_SIZE);
        assert_memory_not_equal(keys[i], keys[PURPOSES], KEY_SIZE);
    }
    uint8_t one[BLIND_SIZE], two[BLIND_SIZE];
    account_blind(account, "email", "x", one);
    account_blind(account, "phone", "x", two);
    assert_memory_not_equal(one, two, BLIND_SIZE);
}

/* Known values: a change of any label or of the layout would make every database unreadable. */
static void derivation_and_context_never_change(void **state)
{
    (void)state;
    uint8_t key[KEY_SIZE], plain[8] = { 0 };
    struct account fixed = { .uuid = { { 0xaa } } };
    memset(fixed.data_key, 7, KEY_SIZE);
    account_seal_open(&fixed);
    hkdf_sha256(fixed.data_key, KEY_SIZE, NULL, 0, "seal contact.email", key, KEY_SIZE);
    struct sealer *sealer = sealer_new(key, 1);
    uint8_t context[16 + 14 + 16] = { [0] = 0xaa, [16 + 14] = 1 };
    memcpy(context + 16, "contact.email", 14);
    size_t len;
    void *sealed = account_seal(&fixed, SEAL_CONTACT_EMAIL, &row_a, "a@b", 3, home.arena, &len);
    assert_true(unseal(sealer, context, sizeof context, sealed, len, plain));
    assert_string_equal((char *)plain, "a@b");
    sealer_free(sealer);
    account_key(&fixed, "audit", key);
    uint8_t expected[KEY_SIZE];
    hkdf_sha256(fixed.data_key, KEY_SIZE, NULL, 0, "key audit", expected, KEY_SIZE);
    assert_memory_equal(key, expected, KEY_SIZE);
    account_seal_close(&fixed);
    for (size_t i = 0; i < KEY_SIZE; i++)
        assert_int_equal(fixed.data_key[i], 0);
}

static void a_data_key_opens_with_its_master_key_for_its_account_only(void **state)
{
    (void)state;
    uint8_t master[KEY_SIZE] = { 1 }, other[KEY_SIZE] = { 2 }, key[KEY_SIZE] = { 3 }, got[KEY_SIZE];
    uint8_t wrapped[WRAPPED_KEY_SIZE];
    struct sealer *one = wrapper_new(master), *two = wrapper_new(other);
    data_key_wrap(one, row_a, key, wrapped);
    assert_true(data_key_unwrap(one, row_a, wrapped, sizeof wrapped, got));
    assert_memory_equal(got, key, KEY_SIZE);
    assert_false(data_key_unwrap(one, row_b, wrapped, sizeof wrapped, got));
    assert_false(data_key_unwrap(two, row_a, wrapped, sizeof wrapped, got));
    assert_false(data_key_unwrap(one, row_a, wrapped, sizeof wrapped - 1, got));
    assert_false(data_key_unwrap(one, row_a, NULL, 0, got));
    sealer_free(one);
    sealer_free(two);
}

static void with_another_master_key_no_account_opens(void **state)
{
    (void)state;
    const char *error = NULL;
    struct config config = home.config;
    config.master_key = arena_printf(home.arena, "%s/other.key", home.dir);
    assert_true(master_key_create(config.master_key, home.arena, &error));
    struct accounts *accounts = accounts_open(&config, home.arena, &error);
    assert_non_null(accounts);
    assert_null(account_open(accounts, "test", &error));
    assert_non_null(error);
    assert_non_null(strstr(error, "does not open it"));
    assert_non_null(strstr(error, config.master_key));
    accounts_close(accounts);
}

static void without_a_master_key_nothing_opens(void **state)
{
    (void)state;
    const char *error = NULL;
    struct config config = home.config;
    config.master_key = arena_printf(home.arena, "%s/none.key", home.dir);
    assert_null(accounts_open(&config, home.arena, &error));
    assert_non_null(strstr(error, "none.key"));
    config.master_key = arena_printf(home.arena, "%s/www/master.key", home.dir);
    assert_null(accounts_open(&config, home.arena, &error));
    assert_non_null(strstr(error, "web root"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_column_opens_what_it_sealed),
        TEST(no_value_opens_in_another_column_or_row),
        TEST(no_value_opens_in_another_account),
        TEST(no_changed_or_short_value_opens),
        TEST(another_opening_of_the_account_opens_it_too),
        TEST(keys_of_different_purposes_differ),
        TEST(derivation_and_context_never_change),
        TEST(a_data_key_opens_with_its_master_key_for_its_account_only),
        TEST(with_another_master_key_no_account_opens),
        TEST(without_a_master_key_nothing_opens),
    };
    return cmocka_run_group_tests_name("account_seal", tests, NULL, NULL);
}
