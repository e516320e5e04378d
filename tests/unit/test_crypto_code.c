/* Hex and base64: one spelling for every value, and nothing else is accepted. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "arena_home.h"
#include "crypto.h"

typedef bool decoder(struct arena *arena, const char *s, size_t len, uint8_t **out, size_t *n);

/* Decodes a copy without a NUL behind it, so that the sanitizer sees reading too far. */
static bool decodes(decoder *decode, const char *text, size_t len, uint8_t **out, size_t *n)
{
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    bool decoded = decode(arena, copy, len, out, n);
    free(copy);
    return decoded;
}

static void assert_decodes(decoder *decode, const char *text, const char *plain, size_t plain_len)
{
    uint8_t *out = NULL;
    size_t n = 99;
    if (!decodes(decode, text, strlen(text), &out, &n))
        fail_msg("refused: %s", text);
    assert_int_equal(n, plain_len);
    assert_memory_equal(out, plain, plain_len);
}

static void assert_refused(decoder *decode, const char *text, size_t len)
{
    uint8_t mark, *out = &mark;
    size_t n = 99;
    if (decodes(decode, text, len, &out, &n))
        fail_msg("accepted: %.*s", (int)len, text);
    assert_ptr_equal(out, &mark);
    assert_int_equal(n, 99);
}

/* RFC 4648, section 10, and what tells the two alphabets apart. */
static void test_base64_tables(void **state)
{
    (void)state;
    static const struct {
        const char *plain;
        size_t len;
        const char *padded, *url;
    } cases[] = {
        { "", 0, "", "" },
        { "f", 1, "Zg==", "Zg" },
        { "fo", 2, "Zm8=", "Zm8" },
        { "foo", 3, "Zm9v", "Zm9v" },
        { "foob", 4, "Zm9vYg==", "Zm9vYg" },
        { "fooba", 5, "Zm9vYmE=", "Zm9vYmE" },
        { "foobar", 6, "Zm9vYmFy", "Zm9vYmFy" },
        { "\0\0\0", 3, "AAAA", "AAAA" },
        { "\xfb\xff\xbf", 3, "+/+/", "-_-_" },
        { "\xff", 1, "/w==", "_w" },
        { "\x14\xfb\x9c\x03\xd9\x7e", 6, "FPucA9l+", "FPucA9l-" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(base64_encode(arena, cases[i].plain, cases[i].len), cases[i].padded);
        assert_string_equal(base64url_encode(arena, cases[i].plain, cases[i].len), cases[i].url);
        assert_decodes(base64_decode, cases[i].padded, cases[i].plain, cases[i].len);
        assert_decodes(base64url_decode, cases[i].url, cases[i].plain, cases[i].len);
    }
}

static void test_base64_round_trip(void **state)
{
    (void)state;
    for (size_t len = 0; len < 300; len++) {
        uint8_t bytes[300];
        crypto_random(bytes, len);
        assert_decodes(base64_decode, base64_encode(arena, bytes, len), (char *)bytes, len);
        assert_decodes(base64url_decode, base64url_encode(arena, bytes, len), (char *)bytes, len);
    }
}

#define TEXT(literal) { literal, sizeof literal - 1 }

static void test_base64_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } bad[] = {
        TEXT("Z"), TEXT("Zg"), TEXT("Zg="), TEXT("Zm8"), TEXT("Zm9vY"), TEXT("Zg==="),
        TEXT("Zg====="), TEXT("="), TEXT("=="), TEXT("==="), TEXT("===="), TEXT("A==="),
        TEXT("Zg==Zg=="), TEXT("Z=g="), TEXT("=Zg="), TEXT("Zh=="), TEXT("Zi=="), TEXT("Zk=="),
        TEXT("Zo=="), TEXT("Zm9="), TEXT("Zm+="),
        TEXT(" Zg=="), TEXT("Zg== "), TEXT("Zm9v\n"), TEXT("Zm\n9v"), TEXT("Zm9v\r\nYmFy"),
        TEXT("Zm9\0"), TEXT("\0\0\0\0"), TEXT("Zm9v\0\0\0\0"), TEXT("Zm-v"), TEXT("Zm_v"),
        TEXT("Zm9\xc3"), TEXT("Zm.v"), TEXT("Zm9v===="),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_refused(base64_decode, bad[i].text, bad[i].len);
}

static void test_base64url_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } bad[] = {
        TEXT("Z"), TEXT("Zm9vY"), TEXT("Zg=="), TEXT("Zm8="), TEXT("Zh"), TEXT("Zo"), TEXT("Zm9"),
        TEXT("Zm-"),
        TEXT("Zm+v"), TEXT("Zm/v"), TEXT(" Zg"), TEXT("Zg "), TEXT("Zm9v\n"), TEXT("Zg\0\0"),
        TEXT("Zm9\x7f"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_refused(base64url_decode, bad[i].text, bad[i].len);
}

static void test_hex(void **state)
{
    (void)state;
    uint8_t all[256], again[256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    char *text = hex_encode(arena, all, sizeof all);
    assert_int_equal(strlen(text), 512);
    assert_true(hex_decode(text, 512, again));
    assert_memory_equal(all, again, sizeof all);
    assert_string_equal(hex_encode(arena, "\xde\xad\xbe\xef\x01", 5), "deadbeef01");
    assert_string_equal(hex_encode(arena, "", 0), "");
    assert_true(hex_decode("DEADbeEF01", 10, again));
    assert_memory_equal(again, "\xde\xad\xbe\xef\x01", 5);
    assert_true(hex_decode("", 0, again));
}

/* Of the 65,536 pairs of bytes exactly 22 x 22 are hexadecimal. */
static void test_hex_refuses(void **state)
{
    (void)state;
    size_t accepted = 0;
    for (int pair = 0; pair < 65536; pair++) {
        char text[2] = { (char)(pair >> 8), (char)(pair & 255) };
        uint8_t out;
        accepted += hex_decode(text, 2, &out);
    }
    assert_int_equal(accepted, 22 * 22);
    uint8_t out[2];
    assert_false(hex_decode("a", 1, out));
    assert_false(hex_decode("abc", 3, out));
    assert_false(hex_decode("0x12", 4, out));
    assert_false(hex_decode("12 3", 4, out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64_tables),     cmocka_unit_test(test_base64_round_trip),
        cmocka_unit_test(test_base64_refuses),    cmocka_unit_test(test_base64url_refuses),
        cmocka_unit_test(test_hex),               cmocka_unit_test(test_hex_refuses),
    };
    return cmocka_run_group_tests_name("crypto_code", tests, set_up, tear_down);
}
