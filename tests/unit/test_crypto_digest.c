/* SHA-256, HMAC, HKDF and the blind index against published vectors. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "vectors.h"

#include "arena_home.h" /* last: the headers above have parameters of that name */

static void assert_hex(const void *bytes, size_t len, const char *expected)
{
    assert_string_equal(hex_encode(arena, bytes, len), expected);
}

/* FIPS 180-4 examples, and lengths around the padding's corner. */
static void test_sha256(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t repeat;
        const char *digest;
    } cases[] = {
        { "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
        { "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
          "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
          1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
        { "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = strlen(cases[i].text), total = len * cases[i].repeat;
        char *message = arena_alloc(arena, total + 1);
        for (size_t k = 0; k < cases[i].repeat; k++)
            memcpy(message + k * len, cases[i].text, len);
        uint8_t digest[DIGEST_SIZE];
        sha256(message, total, digest);
        assert_hex(digest, sizeof digest, cases[i].digest);
    }
}

/* A label ends where its NUL is: what follows cannot slide into it. */
static void test_sha256_labelled(void **state)
{
    (void)state;
    uint8_t labelled[DIGEST_SIZE], whole[DIGEST_SIZE], other[DIGEST_SIZE];
    sha256_labelled("order", "4711", 4, labelled);
    sha256("order\0004711", 10, whole);
    sha256_labelled("order4", "711", 3, other);
    assert_memory_equal(labelled, whole, DIGEST_SIZE);
    assert_memory_not_equal(labelled, other, DIGEST_SIZE);
}

static void test_hmac_rfc4231(void **state)
{
    (void)state;
    const struct json *cases =
        vectors_parse(arena, vectors_text(arena, "tests/data/conf-hmac/rfc4231.json"));
    size_t seen = 0;
    for (const struct json *c = json_first(cases); c; c = json_next(c), seen++) {
        size_t key_len, len;
        uint8_t tag[DIGEST_SIZE], *key = vectors_hex(arena, vectors_string(c, "key"), &key_len);
        uint8_t *data = vectors_hex(arena, vectors_string(c, "data"), &len);
        hmac_sha256(key, key_len, data, len, tag);
        assert_hex(tag, sizeof tag, vectors_string(c, "sha256"));
    }
    assert_int_equal(seen, 6); /* all but the truncated one, which Wycheproof covers */
}

/* Whether the tag of one Wycheproof case is accepted; `size` is the group's tag length in bytes. */
static bool tag_accepted(const struct json *c, size_t size)
{
    size_t key_len, len, tag_len;
    uint8_t *key = vectors_hex(arena, vectors_string(c, "key"), &key_len);
    uint8_t *message = vectors_hex(arena, vectors_string(c, "msg"), &len);
    uint8_t *tag = vectors_hex(arena, vectors_string(c, "tag"), &tag_len);
    uint8_t computed[DIGEST_SIZE];
    hmac_sha256(key, key_len, message, len, computed);
    return tag_len == size && crypto_equal(computed, tag, size);
}

static void test_hmac_wycheproof(void **state)
{
    (void)state;
    const struct json *file =
        vectors_parse(arena, vectors_text(arena, "tests/data/conf-hmac/hmac_sha256_test.json"));
    int64_t announced = 0, seen = 0, valid = 0, truncated = 0;
    assert_true(json_int(json_get(file, "numberOfTests"), &announced));
    for (const struct json *g = json_first(json_get(file, "testGroups")); g; g = json_next(g)) {
        int64_t bits = 0;
        assert_true(json_int(json_get(g, "tagSize"), &bits));
        for (const struct json *c = json_first(json_get(g, "tests")); c; c = json_next(c), seen++) {
            bool expected = strcmp(vectors_string(c, "result"), "valid") == 0;
            if (tag_accepted(c, (size_t)bits / 8) != expected)
                fail_msg("case %s", json_number_text(json_get(c, "tcId")));
            valid += expected;
            truncated += bits < 256;
        }
    }
    assert_int_equal(seen, announced);
    assert_int_equal(seen, 174);
    assert_in_range(valid, 1, seen - 1);
    assert_in_range(truncated, 1, seen - 1);
}

/* A key is filled up with zeros to 64 bytes, and only a longer one is digested. */
static void test_hmac_key_of_a_block(void **state)
{
    (void)state;
    uint8_t key[65] = { 0 }, short_tag[DIGEST_SIZE], full_tag[DIGEST_SIZE], long_tag[DIGEST_SIZE];
    memset(key, 'k', 63);
    hmac_sha256(key, 63, "text", 4, short_tag);
    hmac_sha256(key, 64, "text", 4, full_tag);
    hmac_sha256(key, 65, "text", 4, long_tag);
    assert_memory_equal(short_tag, full_tag, DIGEST_SIZE);
    assert_memory_not_equal(full_tag, long_tag, DIGEST_SIZE);
}

/* RFC 5869, appendix A.1 to A.3: the cases for SHA-256. */
static void test_hkdf(void **state)
{
    (void)state;
    static const struct {
        const char *key, *salt, *info;
        size_t len;
        const char *out;
    } cases[] = {
        { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
          "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9", 42,
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
        { "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627"
          "28292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
          "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8081828384858687"
          "88898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
          "\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3"
          "\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7"
          "\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb"
          "\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff",
          82,
          "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb"
          "41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87" },
        { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "", 42,
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t key_len, salt_len;
        uint8_t *key = vectors_hex(arena, cases[i].key, &key_len), out[82];
        uint8_t *salt = vectors_hex(arena, cases[i].salt, &salt_len);
        hkdf_sha256(key, key_len, salt_len ? salt : NULL, salt_len, cases[i].info, out,
                    cases[i].len);
        assert_hex(out, cases[i].len, cases[i].out);
    }
}

/* The longest output is 255 rounds; a shorter one is its beginning; none is written for none. */
static void test_hkdf_lengths(void **state)
{
    (void)state;
    uint8_t longest[8160], some[100], guard = 0x5a;
    hkdf_sha256("key", 3, NULL, 0, "weir", longest, sizeof longest);
    hkdf_sha256("key", 3, NULL, 0, "weir", some, sizeof some);
    assert_memory_equal(longest, some, sizeof some);
    assert_memory_not_equal(longest + 8128, longest + 8096, 32);
    hkdf_sha256("key", 3, NULL, 0, "weir", &guard, 0);
    assert_int_equal(guard, 0x5a);
}

/* The prepared state gives what the definition gives, again and again and for two keys in turn. */
static void test_blind(void **state)
{
    (void)state;
    const uint8_t keys[2][KEY_SIZE] = { { 1, 2, 3 }, { 4, 5, 6 } };
    struct blinder *blinders[] = { blinder_new(keys[0]), blinder_new(keys[1]) };
    char message[300] = "email";
    memset(message + 6, 'x', sizeof message - 6);
    for (size_t len = 0; len < 200; len++) {
        uint8_t index[BLIND_SIZE], tag[DIGEST_SIZE];
        hmac_sha256(keys[len % 2], KEY_SIZE, message, 6 + len, tag);
        blind(blinders[len % 2], "email", message + 6, len, index);
        assert_memory_equal(index, tag, BLIND_SIZE);
    }
    uint8_t a[BLIND_SIZE], b[BLIND_SIZE];
    blind(blinders[0], "email", "1", 1, a);
    blind(blinders[0], "phone", "1", 1, b);
    assert_memory_not_equal(a, b, BLIND_SIZE);
    blinder_free(blinders[0]);
    blinder_free(blinders[1]);
    blinder_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),          cmocka_unit_test(test_sha256_labelled),
        cmocka_unit_test(test_hmac_rfc4231),    cmocka_unit_test(test_hmac_wycheproof),
        cmocka_unit_test(test_hmac_key_of_a_block),
        cmocka_unit_test(test_hkdf),            cmocka_unit_test(test_hkdf_lengths),
        cmocka_unit_test(test_blind),
    };
    return cmocka_run_group_tests_name("crypto_digest", tests, set_up, tear_down);
}
