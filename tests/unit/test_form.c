/* form: urlencoded bodies and query strings, and the limits that hold for every form. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "arena_home.h"
#include "form.h"
#include "text.h"

#define BAD "\xEF\xBF\xBD" /* U+FFFD */
#define BOM "\xEF\xBB\xBF"

static const struct form_limits public = { .pairs = 100, .name = 64, .value = 4096 };

static struct form form;
static const char *where;

/* From a block of exactly that size, so that a read past its end is seen. */
static enum form_verdict read_bytes(const char *s, size_t len, struct form_limits limits)
{
    char *exact = malloc(len);
    assert_true(exact || len == 0);
    if (len > 0)
        memcpy(exact, s, len);
    enum form_verdict verdict = form_urlencoded(arena, exact, len, &limits, &form, &where);
    free(exact);
    return verdict;
}

static enum form_verdict read_string(const char *s)
{
    return read_bytes(s, strlen(s), public);
}

/* "[name:value]" for each pair. */
static const char *shown(void)
{
    struct text *text = text_new(arena);
    size_t count = 0;
    for (const struct form_pair *pair = form.first; pair; pair = pair->next, count++) {
        assert_int_equal(pair->value_len, strlen(pair->value));
        assert_true(pair->next || pair == form.last);
        text_add_format(text, "[%s:%s]", pair->name, pair->value);
    }
    assert_int_equal(form.count, count);
    return text_str(text);
}

/* The ideas of the public tests of the urlencoded parser, in cases of our own. */
static const struct {
    const char *sent, *read;
} fine[] = {
    /* pairs and their marks */
    { "", "" },
    { "&", "" },
    { "&&&", "" },
    { "=", "[:]" },
    { "==", "[:=]" },
    { "=&=", "[:][:]" },
    { "a", "[a:]" },
    { "a=", "[a:]" },
    { "=a", "[:a]" },
    { "a&b", "[a:][b:]" },
    { "a=1&b=2&c=3", "[a:1][b:2][c:3]" },
    { "a&&b", "[a:][b:]" },
    { "&a=1", "[a:1]" },
    { "a=1&", "[a:1]" },
    { "&&a=1&&&b=2&&", "[a:1][b:2]" },
    { "a=b=c", "[a:b=c]" },
    { "a==", "[a:=]" },
    { "a=1&a=2&a=1", "[a:1][a:2][a:1]" },
    { "a=1;b=2", "[a:1;b=2]" },
    { "a;b", "[a;b:]" },
    { "a=1?b=2#c", "[a:1?b=2#c]" },
    { "?a=1", "[?a:1]" },
    { "a[]=1&a[k]=2", "[a[]:1][a[k]:2]" },
    { "Name=1&name=2", "[Name:1][name:2]" },
    /* blanks */
    { "a=b+c", "[a:b c]" },
    { "a+b=c", "[a b:c]" },
    { "+=+", "[ : ]" },
    { "a=%2B%20+", "[a:+  ]" },
    { " a = b ", "[ a : b ]" },
    { "a=1\r\n", "[a:1\r\n]" },
    { "a=%0D%0A%09", "[a:\r\n\t]" },
    /* percent */
    { "a=%26b%3D1", "[a:&b=1]" },
    { "a%3Db=c", "[a=b:c]" },
    { "%61%5a=%4A%6b", "[aZ:Jk]" },
    { "a=%2526", "[a:%26]" },
    { "%", "[%:]" },
    { "a=%", "[a:%]" },
    { "a=%4", "[a:%4]" },
    { "a=%zz", "[a:%zz]" },
    { "a=%4g", "[a:%4g]" },
    { "a=%g4", "[a:%g4]" },
    { "a=%%41", "[a:%A]" },
    { "a=%4%31", "[a:%41]" },
    { "a=%u0041", "[a:%u0041]" },
    { "a=%-1%+1%0x", "[a:%-1% 1%0x]" },
    { "a=%&b=%4&41", "[a:%][b:%4][41:]" },
    { "a%4=1", "[a%4:1]" },
    { "a=100%25", "[a:100%]" },
    /* characters */
    { "caf%C3%A9=%E2%82%AC", "[caf\u00e9:\u20ac]" },
    { "a=\u00fc\u4e2d", "[a:\u00fc\u4e2d]" },
    { "a=\xC3%A9", "[a:\u00e9]" },
    { "a=%F0%9F%98%80", "[a:\U0001F600]" },
    { "a=%01%7F", "[a:\x01\x7F]" },
    { BOM "a=" BOM, "[" BOM "a:" BOM "]" },
    { "%EF%BB%BFa=%ef%bb%bf", "[" BOM "a:" BOM "]" },
    { "a=%EF%BF%BD", "[a:" BAD "]" },
    { "a=%FE%FF", "[a:" BAD BAD "]" },
    { "a=\xFF", "[a:" BAD "]" },
    { "\xFF%FE=1", "[" BAD BAD ":1]" },
    { "a=%E9t%E9", "[a:" BAD "t" BAD "]" },
    { "a=%C3", "[a:" BAD "]" },
    { "a=%C3&b=%A9", "[a:" BAD "][b:" BAD "]" },
    { "a=%C3x", "[a:" BAD "x]" },
    { "_charset_=iso-8859-1&a=%A3", "[_charset_:iso-8859-1][a:" BAD "]" },
    /* one for each byte, as text_add_utf8() does */
    { "a=%F0%9F%98", "[a:" BAD BAD BAD "]" },
    { "a=%C0%AF", "[a:" BAD BAD "]" },
    { "a=%ED%A0%80", "[a:" BAD BAD BAD "]" },
    { "a=%F4%90%80%80", "[a:" BAD BAD BAD BAD "]" },
};

static void every_pair_is_read_as_browsers_mean_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        enum form_verdict verdict = read_string(fine[i].sent);
        if (verdict != FORM_FINE || where || strcmp(shown(), fine[i].read) != 0)
            fail_msg("\"%s\": %s, not %s (verdict %d)", fine[i].sent, shown(), fine[i].read,
                     verdict);
    }
}

static void nothing_at_all_is_an_empty_form(void **state)
{
    (void)state;
    assert_int_equal(form_urlencoded(arena, NULL, 0, &public, &form, &where), FORM_FINE);
    assert_string_equal(shown(), "");
}

static void an_earlier_form_is_not_added_to(void **state)
{
    (void)state;
    assert_int_equal(read_string("a=1&b=%00"), FORM_NUL);
    assert_int_equal(read_string("c=3"), FORM_FINE);
    assert_string_equal(shown(), "[c:3]");
    assert_null(where);
}

static void nul_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *sent;
        size_t len;
        const char *where;
    } cases[] = {
        { "a=1&b=%00&c=3", 13, "b" }, { "a=1&b=x%00y", 11, "b" }, { "a=1&b%00c=d", 11, "b" },
        { "a=1&%00", 7, "" },         { "a=1&b=\0", 7, "b" },     { "a=1&b\0c", 7, "b" },
        { "a=1&\0", 5, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(read_bytes(cases[i].sent, cases[i].len, public), FORM_NUL);
        assert_string_equal(where, cases[i].where);
        assert_string_equal(shown(), "[a:1]");
    }
}

static const struct form_limits small = { .pairs = 3, .name = 4, .value = 6 };

/* The limits are those of what is stored: %XX is one byte, a broken byte is three. */
static const struct {
    const char *sent;
    enum form_verdict verdict;
    const char *where, *read;
} limited[] = {
    { "a=1&b=2&c=3", FORM_FINE, NULL, "[a:1][b:2][c:3]" },
    { "&a=1&&b=2&c=3&&", FORM_FINE, NULL, "[a:1][b:2][c:3]" },
    { "a=1&b=2&c=3&d", FORM_TOO_MANY, "d", "[a:1][b:2][c:3]" },
    { "a=1&b=2&c=3&toolong=%00", FORM_TOO_MANY, "tool", "[a:1][b:2][c:3]" },
    { "abcd=1", FORM_FINE, NULL, "[abcd:1]" },
    { "abcde=1", FORM_NAME_LONG, "abcd", "" },
    { "%61%62%63%64=1", FORM_FINE, NULL, "[abcd:1]" },
    { "%61%62%63%64%65=1", FORM_NAME_LONG, "abcd", "" },
    { "ab\u00e9=1", FORM_FINE, NULL, "[ab\u00e9:1]" },
    { "abc\u00e9=1", FORM_NAME_LONG, "abc", "" },
    { "a\u20ac\u20ac=1", FORM_NAME_LONG, "a\u20ac", "" },
    { "ab\u20ac=1", FORM_NAME_LONG, "ab", "" },
    { "a\xFF=1", FORM_FINE, NULL, "[a" BAD ":1]" },
    { "\xFF\xFE=1", FORM_NAME_LONG, BAD, "" },
    { "a=123456", FORM_FINE, NULL, "[a:123456]" },
    { "b=1&a=1234567", FORM_VALUE_LONG, "a", "[b:1]" },
    { "a=%31%32%33%34%35%36", FORM_FINE, NULL, "[a:123456]" },
    { "a=%31%32%33%34%35%36%37", FORM_VALUE_LONG, "a", "" },
    { "a=\xFF\xFF", FORM_FINE, NULL, "[a:" BAD BAD "]" },
    { "a=\xFF\xFF" "1", FORM_VALUE_LONG, "a", "" },
    { "abcde=1234567", FORM_NAME_LONG, "abcd", "" },
};

static void limits_hold_to_the_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof limited / sizeof *limited; i++) {
        const char *sent = limited[i].sent;
        enum form_verdict verdict = read_bytes(sent, strlen(sent), small);
        if (verdict != limited[i].verdict || strcmp(shown(), limited[i].read) != 0)
            fail_msg("\"%s\": verdict %d, not %d: %s", sent, verdict, limited[i].verdict, shown());
        if (limited[i].where)
            assert_string_equal(where, limited[i].where);
        else
            assert_null(where);
    }
}

static const char *repeated(const char *piece, size_t times)
{
    struct text *text = text_new(arena);
    while (times-- > 0)
        text_add(text, piece);
    return text_str(text);
}

static void the_public_limits_are_reached_and_not_passed(void **state)
{
    (void)state;
    assert_int_equal(read_string(repeated("a=1&", 100)), FORM_FINE);
    assert_int_equal(form.count, 100);
    assert_int_equal(read_string(repeated("a=1&", 101)), FORM_TOO_MANY);
    assert_int_equal(form.count, 100);
    assert_int_equal(read_string(repeated("n", 64)), FORM_FINE);
    assert_int_equal(read_string(repeated("n", 65)), FORM_NAME_LONG);
    assert_int_equal(strlen(where), 64);
    assert_int_equal(read_string(arena_printf(arena, "v=%s", repeated("%76", 4096))), FORM_FINE);
    assert_int_equal(form.first->value_len, 4096);
    assert_int_equal(read_string(arena_printf(arena, "v=%s", repeated("v", 4097))),
                     FORM_VALUE_LONG);
}

static void the_first_value_wins_and_the_others_are_counted(void **state)
{
    (void)state;
    assert_int_equal(read_string("a=1&b=&a=2&A=3&%61=4"), FORM_FINE);
    assert_string_equal(form_value(&form, "a"), "1");
    assert_string_equal(form_value(&form, "b"), "");
    assert_string_equal(form_value(&form, "A"), "3");
    assert_null(form_value(&form, "c"));
    assert_null(form_value(&form, ""));
    assert_int_equal(form_occurrences(&form, "a"), 3);
    assert_int_equal(form_occurrences(&form, "A"), 1);
    assert_int_equal(form_occurrences(&form, "c"), 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_pair_is_read_as_browsers_mean_it),
        CASE(nothing_at_all_is_an_empty_form),
        CASE(an_earlier_form_is_not_added_to),
        CASE(nul_is_refused_wherever_it_stands),
        CASE(limits_hold_to_the_byte),
        CASE(the_public_limits_are_reached_and_not_passed),
        CASE(the_first_value_wins_and_the_others_are_counted),
    };
    return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
