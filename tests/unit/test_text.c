/* text: the growing string and its limit. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "arena.h"
#include "arena_home.h"
#include "text.h"

static void a_new_text_is_empty(void **state)
{
    (void)state;
    struct text *text = text_new(arena);
    text_add(text, NULL);
    text_add(text, "");
    text_add_n(text, NULL, 0);
    text_add_format(text, "%s", "");
    assert_string_equal(text_str(text), "");
    assert_int_equal(text_len(text), 0);
    assert_false(text_is_full(text));
}

static void pieces_are_joined(void **state)
{
    (void)state;
    struct text *text = text_new(arena);
    text_add(text, "a");
    text_add_n(text, "bcd", 2);
    text_add_char(text, '-');
    text_add_format(text, "%03d%s", 7, "!");
    assert_string_equal(text_str(text), "abc-007!");
    assert_int_equal(text_len(text), 8);
}

static void nul_bytes_are_kept(void **state)
{
    (void)state;
    struct text *text = text_new(arena);
    text_add_n(text, "a\0b", 3);
    text_add_char(text, '\0');
    assert_int_equal(text_len(text), 4);
    assert_memory_equal(text_str(text), "a\0b\0", 5);
}

/* Two texts grow in turns, so neither is the last allocation of the arena for long. */
static void growth_keeps_every_byte(void **state)
{
    (void)state;
    enum { BYTES = 200000 };
    struct text *up = text_new(arena), *down = text_new(arena);
    for (int i = 0; i < BYTES; i++) {
        text_add_char(up, (char)('a' + i % 26));
        text_add_char(down, (char)('z' - i % 26));
    }
    assert_int_equal(text_len(up), BYTES);
    assert_int_equal(strlen(text_str(down)), BYTES);
    for (int i = 0; i < BYTES; i++) {
        assert_int_equal(text_str(up)[i], 'a' + i % 26);
        assert_int_equal(text_str(down)[i], 'z' - i % 26);
    }
}

static void a_piece_far_larger_than_the_room_fits(void **state)
{
    (void)state;
    struct text *text = text_new(arena);
    text_add(text, "<");
    text_add_format(text, "%100000s", "x");
    text_add(text, ">");
    assert_int_equal(text_len(text), 100002);
    assert_string_equal(text_str(text) + 99999, " x>");
}

static void a_text_can_be_added_to_itself(void **state)
{
    (void)state;
    struct text *text = text_new(arena);
    text_add(text, "ab");
    for (int i = 0; i < 12; i++)
        text_add_n(text, text_str(text), text_len(text));
    assert_int_equal(text_len(text), 2 << 12);
    for (size_t i = 0; i < text_len(text); i++)
        assert_int_equal(text_str(text)[i], i % 2 ? 'b' : 'a');
}

static void the_limit_is_exact(void **state)
{
    (void)state;
    struct text *text = text_new_limited(arena, 5);
    text_add(text, "12345");
    text_add(text, "");
    assert_false(text_is_full(text));
    text_add_char(text, '6');
    assert_true(text_is_full(text));
    assert_string_equal(text_str(text), "12345");

    struct text *none = text_new_limited(arena, 0);
    text_add_char(none, 'x');
    assert_true(text_is_full(none));
    assert_string_equal(text_str(none), "");
}

/* Otherwise a short piece after a long one would leave a text with a hole in it. */
static void nothing_is_added_once_full(void **state)
{
    (void)state;
    struct text *text = text_new_limited(arena, 8);
    text_add(text, "abcd");
    text_add_format(text, "%s", "12345");
    text_add(text, "e");
    text_add_char(text, 'f');
    text_add_format(text, "%d", 1);
    assert_true(text_is_full(text));
    assert_string_equal(text_str(text), "abcd");
    assert_int_equal(text_len(text), 4);
}

static void a_limit_above_the_first_room_holds(void **state)
{
    (void)state;
    struct text *text = text_new_limited(arena, 10000);
    for (int i = 0; i < 20000; i++)
        text_add_char(text, 'x');
    assert_int_equal(text_len(text), 10000);
    assert_int_equal(strlen(text_str(text)), 10000);
    assert_true(text_is_full(text));
}

static void truncation_only_shortens(void **state)
{
    (void)state;
    struct text *text = text_new(arena);
    text_add(text, "hello");
    text_truncate(text, 9);
    text_truncate(text, 5);
    assert_string_equal(text_str(text), "hello");
    text_truncate(text, 2);
    assert_string_equal(text_str(text), "he");
    text_add(text, "y");
    assert_string_equal(text_str(text), "hey");
    text_truncate(text, 0);
    assert_string_equal(text_str(text), "");
}

static void a_full_text_stays_full_when_truncated(void **state)
{
    (void)state;
    struct text *text = text_new_limited(arena, 3);
    text_add(text, "abcd");
    text_truncate(text, 0);
    text_add(text, "a");
    assert_true(text_is_full(text));
    assert_string_equal(text_str(text), "");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void a_place_is_counted_as_an_editor_does(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        size_t line, column;
    } rows[] = {
        { "", 1, 1 },
        { "abc", 1, 4 },
        { "abc\n", 2, 1 },
        { "\n\n x", 3, 3 },
        { "a\r\nb", 2, 2 },
        { "\xC3\xA9\xF0\x9F\x98\x80", 1, 3 },
        { "\xC3\xA9\n\xE2\x82\xAC-", 2, 3 },
        { "\xFF\x80\x80", 1, 2 }, /* not UTF-8: nobody knows, and nothing breaks */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *text = arena_printf(arena, "%s?\n?", rows[i].before);
        struct text_place place = text_place_of(text, strlen(rows[i].before));
        assert_int_equal(place.line, rows[i].line);
        assert_int_equal(place.column, rows[i].column);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_new_text_is_empty),
        CASE(pieces_are_joined),
        CASE(nul_bytes_are_kept),
        CASE(growth_keeps_every_byte),
        CASE(a_piece_far_larger_than_the_room_fits),
        CASE(a_text_can_be_added_to_itself),
        CASE(the_limit_is_exact),
        CASE(nothing_is_added_once_full),
        CASE(a_limit_above_the_first_room_holds),
        CASE(truncation_only_shortens),
        CASE(a_full_text_stays_full_when_truncated),
        CASE(a_place_is_counted_as_an_editor_does),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
