/* text_escape: each escaper as a table; no byte that is special in its place gets through; and
 * every naughty string comes back whole from a decoder that knows nothing of the escaper. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "arena_home.h"
#include "json.h"
#include "text.h"

#define FFFD       "\xEF\xBF\xBD"
#define S(literal) literal, sizeof(literal) - 1
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

typedef void add_function(struct text *text, const char *s, size_t len);

struct row {
    const char *in;
    size_t in_len;
    const char *out;
    size_t out_len;
};

static void add_csv_spreadsheet(struct text *text, const char *s, size_t len)
{
    text_add_csv(text, s, len, CSV_SPREADSHEET);
}

static void add_csv_machine(struct text *text, const char *s, size_t len)
{
    text_add_csv(text, s, len, CSV_MACHINE);
}

/* From an exact copy on the heap, so that reading past the end is seen. */
static struct text *escaped(add_function *add, const char *s, size_t len)
{
    char *exact = malloc(len ? len : 1);
    assert_non_null(exact);
    memcpy(exact, s, len);
    struct text *text = text_new(arena);
    add(text, exact, len);
    free(exact);
    return text;
}

static void check_rows(add_function *add, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        struct text *text = escaped(add, row->in, row->in_len);
        if (text_len(text) != row->out_len || memcmp(text_str(text), row->out, row->out_len) != 0)
            fail_msg("row %zu: \"%s\" became \"%s\"", i, row->in, text_str(text));
    }
}
#define CHECK_ROWS(add, rows) check_rows((add), (rows), sizeof(rows) / sizeof *(rows))

static void html_between_tags(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { S(""), S("") },
        { S("plain text, 100%"), S("plain text, 100%") },
        { S("<b>&\"'"), S("&lt;b&gt;&amp;&quot;&#39;") },
        { S("&amp;"), S("&amp;amp;") },
        { S("a`b=c\td\r\n"), S("a`b=c\td\r\n") },
        { S("\0<"), S(FFFD "&lt;") },
        { S("é\u2028😀<é"), S("é\u2028😀&lt;é") },
        { S("\xC3<"), S(FFFD "&lt;") },
        { S("\xF0\x9F\x98\""), S(FFFD FFFD FFFD "&quot;") },
        { S("\xC0\xBCscript"), S(FFFD FFFD "script") },
        { S("\xED\xA0\x80"), S(FFFD FFFD FFFD) },
    };
    CHECK_ROWS(text_add_html, rows);
}

static void html_in_an_attribute(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { S("x onclick=a"), S("x onclick&#61;a") },
        { S("\" ' ` < > &"), S("&quot; &#39; &#96; &lt; &gt; &amp;") },
        { S("\t\n\r"), S("&#9;&#10;&#13;") },
        { S("a\0b"), S("a" FFFD "b") },
        { S("é\xFF\""), S("é" FFFD "&quot;") },
    };
    CHECK_ROWS(text_add_attribute, rows);
}

static void url_component(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { S("AZaz09-._~"), S("AZaz09-._~") },
        { S(" !\"#$%&'()*+,/"), S("%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F") },
        { S(":;<=>?@[\\]^`{|}"), S("%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D") },
        { S("é"), S("%C3%A9") },
        { S("\0\x1F\x7F\xFF\x80"), S("%00%1F%7F%FF%80") },
    };
    CHECK_ROWS(text_add_url, rows);
}

static void json_string(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { S(""), S("\"\"") },
        { S("say \"hi\" \\ /"), S("\"say \\\"hi\\\" \\\\ /\"") },
        { S("\b\f\n\r\t"), S("\"\\b\\f\\n\\r\\t\"") },
        { S("\0\x01\x0B\x1F\x7F"), S("\"\\u0000\\u0001\\u000b\\u001f\\u007f\"") },
        { S("</script><!--&"), S("\"\\u003c/script\\u003e\\u003c!--\\u0026\"") },
        { S("a\u2028b\u2029c"), S("\"a\\u2028b\\u2029c\"") },
        { S("\u2027\u202A é 😀"), S("\"\u2027\u202A é 😀\"") },
        { S("\xE2\x80"), S("\"" FFFD FFFD "\"") },
        { S("\xE2\x80\""), S("\"" FFFD FFFD "\\\"\"") },
        { S("\xED\xA0\xBD\xED\xB8\x80"), S("\"" FFFD FFFD FFFD FFFD FFFD FFFD "\"") },
    };
    CHECK_ROWS(text_add_json, rows);
}

static void csv_for_spreadsheets(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { S(""), S("\"\"") },
        { S("a,b;c"), S("\"a,b;c\"") },
        { S("say \"hi\""), S("\"say \"\"hi\"\"\"") },
        { S("\""), S("\"\"\"\"") },
        { S("two\r\nlines"), S("\"two\r\nlines\"") },
        { S("=1+1"), S("\"'=1+1\"") },
        { S("+491701234567"), S("\"'+491701234567\"") },
        { S("-5"), S("\"'-5\"") },
        { S("@SUM(A1)"), S("\"'@SUM(A1)\"") },
        { S("\t=1"), S("\"'\t=1\"") },
        { S("\r=1"), S("\"'\r=1\"") },
        { S("\n=1"), S("\"'\n=1\"") },
        { S("\0=1"), S("\"'\0=1\"") },
        { S("   =1"), S("\"'   =1\"") },
        { S("\u00A0\u3000 =1"), S("\"'\u00A0\u3000 =1\"") },
        { S("\uFF1D1"), S("\"'\uFF1D1\"") },
        { S("\uFF0B1"), S("\"'\uFF0B1\"") },
        { S("\uFF0D1"), S("\"'\uFF0D1\"") },
        { S(" \uFF20A"), S("\"' \uFF20A\"") },
        { S("=\"\"&A1"), S("\"'=\"\"\"\"&A1\"") },
        { S("\"=1\""), S("\"\"\"=1\"\"\"") },
        { S("a=1"), S("\"a=1\"") },
        { S("   "), S("\"   \"") },
        { S("'=1"), S("\"'=1\"") },
        { S("\uFF1E"), S("\"\uFF1E\"") },
        { S("\xEF\xBC"), S("\"" FFFD FFFD "\"") },
        { S("\xC0\xBD!"), S("\"" FFFD FFFD "!\"") },
    };
    CHECK_ROWS(add_csv_spreadsheet, rows);
}

static void csv_for_machines(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { S(""), S("\"\"") },
        { S("+491701234567"), S("\"+491701234567\"") },
        { S("=1\t\"x\""), S("\"=1\t\"\"x\"\"\"") },
        { S("\"\"\""), S("\"\"\"\"\"\"\"\"") },
        { S("\0\xFF\xC3"), S("\"\0\xFF\xC3\"") },
    };
    CHECK_ROWS(add_csv_machine, rows);
}

static void utf8_as_it_is(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { S("<\0\"é\u2028😀"), S("<\0\"é\u2028😀") },
        { S("caf\xE9!"), S("caf" FFFD "!") },
    };
    CHECK_ROWS(text_add_utf8, rows);
}

/* The other way round from the escaper: decode the bits, then ask if that spelling is allowed. */
static size_t char_by_arithmetic(const unsigned char *s, size_t len)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    static const unsigned char by_top_bits[16] = { 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 3, 4 };
    size_t bytes = s[0] < 0xF8 ? by_top_bits[s[0] >> 4] : 0;
    if (bytes == 0 || bytes > len)
        return 0;
    uint32_t code = bytes == 1 ? s[0] : s[0] & (0x7Fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if (s[i] >> 6 != 2)
            return 0;
        code = code << 6 | (s[i] & 0x3F);
    }
    return code < least[bytes] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) ? 0 : bytes;
}

static void utf8_agrees_with_arithmetic_for_all_leading_bytes(void **state)
{
    (void)state;
    static const unsigned char edges[] = { 0x00, 0x7F, 0x80, 0xA5, 0xBF, 0xC0, 0xFF };
    for (unsigned i = 0; i < 65536 * sizeof edges * sizeof edges; i++) {
        unsigned tail = i / 65536;
        unsigned char s[] = { (unsigned char)(i >> 8), (unsigned char)i, edges[tail % sizeof edges],
                              edges[tail / sizeof edges] };
        for (size_t len = 0; len <= 4; len++)
            if (text_utf8_char((const char *)s, len) != (len ? char_by_arithmetic(s, len) : 0))
                fail_msg("%02x %02x %02x %02x, length %zu", s[0], s[1], s[2], s[3], len);
    }
}

static void utf8_of_whole_texts(void **state)
{
    (void)state;
    assert_true(text_is_utf8(S("")));
    assert_true(text_is_utf8(S("a\0é€😀\xF4\x8F\xBF\xBF")));
    assert_false(text_is_utf8(S("é\xC3")));
    assert_false(text_is_utf8(S("\xEF\xBB")));
    assert_false(text_is_utf8(S("ok \x80 ok")));
    assert_false(text_is_utf8(S("\xF4\x90\x80\x80")));
    assert_true(text_is_utf8("\xC3\xA9\xC3", 2));
}

/* As a browser reads it, as far as these characters go; an ampersand that opens nothing fails. */
static char *html_decoded(const char *s)
{
    static const struct {
        const char *name;
        char meaning;
    } entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' } };
    struct text *out = text_new(arena);
    while (*s) {
        size_t len = 1;
        char c = *s;
        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
            if (strncmp(s, entities[i].name, strlen(entities[i].name)) == 0) {
                len = strlen(entities[i].name);
                c = entities[i].meaning;
            }
        if (strncmp(s, "&#", 2) == 0) {
            char *end;
            c = (char)strtol(s + 2, &end, 10);
            assert_int_equal(*end, ';');
            len = (size_t)(end - s) + 1;
        }
        assert_true(c != '&' || len == 5);
        text_add_char(out, c);
        s += len;
    }
    return arena_strdup(arena, text_str(out));
}

static char *url_decoded(const char *s)
{
    struct text *out = text_new(arena);
    for (; *s; s++) {
        char hex[3] = { 0 };
        if (*s == '%') {
            memcpy(hex, s + 1, 2);
            s += 2;
        }
        text_add_char(out, *hex ? (char)strtol(hex, NULL, 16) : *s);
    }
    return arena_strdup(arena, text_str(out));
}

static char *csv_decoded(const char *s)
{
    struct text *out = text_new(arena);
    assert_int_equal(*s++, '"');
    for (; !(*s == '"' && s[1] != '"'); s++) {
        assert_int_not_equal(*s, '\0');
        s += *s == '"';
        text_add_char(out, *s);
    }
    assert_string_equal(s, "\"");
    return arena_strdup(arena, text_str(out));
}

static char *json_decoded(const char *s)
{
    const char *error = NULL, *out = NULL;
    struct json *value = json_parse(arena, s, strlen(s), NULL, &error);
    if (!json_text(value, &out))
        fail_msg("%s: %s", s, error);
    return arena_strdup(arena, out);
}

static char *as_it_is(const char *s)
{
    return arena_strdup(arena, s);
}

static const struct place {
    const char *name;
    add_function *add;
    char *(*decode)(const char *s);
    const char *never;  /* bytes that must not be in the output */
    size_t quotes;      /* bytes around the output where they may be */
    const char *prefix; /* what may be put before the string */
} places[] = {
    { "html", text_add_html, html_decoded, "<>\"'", 0, "" },
    { "attribute", text_add_attribute, html_decoded, "<>\"'`=\t\r\n", 0, "" },
    { "url", text_add_url, url_decoded, " \"#$&'()*+,/:;<=>?@[\\]^`{|}\t\r\n\x7F\x80\xC3", 0, "" },
    { "json", text_add_json, json_decoded, "<>&\t\r\n\x01\x0B\x1F\x7F", 1, "" },
    { "csv for spreadsheets", add_csv_spreadsheet, csv_decoded, "", 1, "'" },
    { "csv for machines", add_csv_machine, csv_decoded, "", 1, "" },
    { "utf8", text_add_utf8, as_it_is, "", 0, "" },
};

static void check_in_place(const struct place *place, const char *s)
{
    struct text *text = escaped(place->add, s, strlen(s));
    const char *out = text_str(text);
    size_t quotes = place->quotes, inner = text_len(text) - 2 * quotes;
    char *bare = arena_strndup(arena, out + quotes, inner);
    if (strcspn(bare, place->never) != inner)
        fail_msg("%s: \"%s\" lets a special byte through: %s", place->name, s, out);
    const char *back = place->decode(out);
    const char *prefixed = arena_printf(arena, "%s%s", place->prefix, s);
    if (strcmp(back, s) != 0 && strcmp(back, prefixed) != 0)
        fail_msg("%s: \"%s\" came back as \"%s\"", place->name, s, back);
}

static void naughty_strings_survive_every_place(void **state)
{
    (void)state;
    static char buffer[64 * 1024];
    FILE *file = fopen("tests/data/conf-strings/blns.json", "rb");
    assert_non_null(file);
    size_t len = fread(buffer, 1, sizeof buffer, file), strings = 0;
    fclose(file);
    const char *error = NULL, *s;
    struct json *list = json_parse(arena, buffer, len, NULL, &error);
    assert_null(error);
    for (const struct json *item = json_first(list); json_text(item, &s); item = json_next(item)) {
        strings++;
        for (size_t i = 0; i < sizeof places / sizeof *places; i++)
            check_in_place(&places[i], s);
    }
    assert_int_equal(strings, json_count(list));
    assert_true(strings > 400);
}

static void every_character_survives_every_place(void **state)
{
    (void)state;
    for (int c = 1; c < 128; c++)
        for (size_t i = 0; i < sizeof places / sizeof *places; i++)
            check_in_place(&places[i], (char[]){ 'x', (char)c, 'y', (char)c, '\0' });
}

static void an_escaper_stops_at_the_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct text *text = text_new_limited(arena, 7);
        places[i].add(text, S("<<<<<<<<<<"));
        assert_true(text_is_full(text));
        assert_true(text_len(text) <= 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(html_between_tags),
        CASE(html_in_an_attribute),
        CASE(url_component),
        CASE(json_string),
        CASE(csv_for_spreadsheets),
        CASE(csv_for_machines),
        CASE(utf8_as_it_is),
        CASE(utf8_agrees_with_arithmetic_for_all_leading_bytes),
        CASE(utf8_of_whole_texts),
        CASE(naughty_strings_survive_every_place),
        CASE(every_character_survives_every_place),
        CASE(an_escaper_stops_at_the_limit),
    };
    return cmocka_run_group_tests_name("text_escape", tests, NULL, NULL);
}
