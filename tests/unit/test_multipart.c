/* multipart: what browsers and curl send, and what nobody should. */
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

static const struct form_limits public = { .pairs = 100, .name = 64, .value = 4096 };

static struct form form;
static const char *where;

/* From a block of exactly that size, so that a read past its end is seen. */
static enum form_verdict read_bytes(const char *type, const char *s, size_t len)
{
    char *exact = malloc(len);
    assert_true(exact || len == 0);
    if (len > 0)
        memcpy(exact, s, len);
    enum form_verdict verdict = form_multipart(arena, type, exact, len, &public, &form, &where);
    free(exact);
    return verdict;
}

static enum form_verdict read_string(const char *s)
{
    return read_bytes("multipart/form-data; boundary=b", s, strlen(s));
}

/* "[name:value]" for each pair. */
static const char *shown(void)
{
    struct text *text = text_new(arena);
    for (const struct form_pair *pair = form.first; pair; pair = pair->next) {
        assert_int_equal(pair->value_len, strlen(pair->value));
        text_add_format(text, "[%s:%s]", pair->name, pair->value);
    }
    return text_str(text);
}

#define LINE "\r\n"
#define DISPOSITION "Content-Disposition: form-data; name="
#define CHROMIUM "------WebKitFormBoundaryq3ZkW0pTnB7vXe2L"
#define FIREFOX "------geckoformboundary5d0c1fb2a94e7736e08c11f0aa43b9d2"
#define FIREFOX_OLD "-----------------------------318046127724915580362847110553"
#define CURL "--------------------------5be0c7a1934fd26e"

static const struct {
    const char *type, *sent, *read;
} clients[] = {
    { "multipart/form-data; boundary=----WebKitFormBoundaryq3ZkW0pTnB7vXe2L",
      CHROMIUM LINE DISPOSITION "\"first_name\"" LINE LINE "Ann" LINE
      CHROMIUM LINE DISPOSITION "\"say \\%22hi%22\"" LINE LINE "a" LINE "b" LINE
      CHROMIUM LINE DISPOSITION "\"photo\"; filename=\"\"" LINE
      "Content-Type: application/octet-stream" LINE LINE LINE
      CHROMIUM LINE DISPOSITION "\"note\"" LINE LINE LINE
      CHROMIUM "--" LINE,
      "[first_name:Ann][say \\\"hi\":a\r\nb][note:]" },
    { "multipart/form-data; boundary=----WebKitFormBoundaryq3ZkW0pTnB7vXe2L",
      CHROMIUM "--" LINE, "" },
    { "multipart/form-data; boundary=----geckoformboundary5d0c1fb2a94e7736e08c11f0aa43b9d2",
      FIREFOX LINE DISPOSITION "\"email\"" LINE LINE "ann@example.com" LINE
      FIREFOX LINE DISPOSITION "\"Vorname \u00e4\"" LINE LINE "J\u00fcrgen" LINE
      FIREFOX "--" LINE,
      "[email:ann@example.com][Vorname \u00e4:J\u00fcrgen]" },
    { "multipart/form-data; boundary=---------------------------318046127724915580362847110553",
      FIREFOX_OLD LINE DISPOSITION "\"a\"" LINE LINE "1" LINE
      FIREFOX_OLD LINE DISPOSITION "\"a\"" LINE LINE "2" LINE FIREFOX_OLD "--" LINE,
      "[a:1][a:2]" },
    { "multipart/form-data; boundary=------------------------5be0c7a1934fd26e",
      CURL LINE DISPOSITION "\"phone\"" LINE LINE "+1 555 0100" LINE
      CURL LINE DISPOSITION "\"note\"" LINE "Content-Type: text/plain; charset=UTF-8" LINE LINE
      "50% & more" LINE CURL "--" LINE,
      "[phone:+1 555 0100][note:50% & more]" },
    /* libraries: quoted boundary, own headers, odd case */
    { "Multipart/Form-Data; charset=utf-8; boundary=\"=_x'()+,./:?y z\"",
      "--=_x'()+,./:?y z" LINE "content-disposition:FORM-DATA ;NAME=a;" LINE
      "Content-Length: 1" LINE "Content-Transfer-Encoding: 8BIT" LINE LINE "1" LINE
      "--=_x'()+,./:?y z--",
      "[a:1]" },
};

static void forms_of_browsers_and_curl_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++) {
        enum form_verdict verdict =
            read_bytes(clients[i].type, clients[i].sent, strlen(clients[i].sent));
        if (verdict != FORM_FINE || where || strcmp(shown(), clients[i].read) != 0)
            fail_msg("client %zu: verdict %d, %s", i, verdict, shown());
    }
}

#define PART(head, content) "--b" LINE head LINE LINE content LINE
#define FIELD(name, content) PART(DISPOSITION "\"" name "\"", content)
#define END "--b--" LINE

static const struct {
    const char *sent;
    enum form_verdict verdict;
    const char *where, *read;
} bodies[] = {
    /* the frame */
    { END, FORM_FINE, NULL, "" },
    { "--b--", FORM_FINE, NULL, "" },
    { FIELD("a", "1") "--b--", FORM_FINE, NULL, "[a:1]" },
    { FIELD("a", "1") "--b-- \t" LINE "epilogue" LINE FIELD("x", "2"), FORM_FINE, NULL, "[a:1]" },
    { "preamble" LINE FIELD("a", "1") END, FORM_FINE, NULL, "[a:1]" },
    { LINE FIELD("a", "1") END, FORM_FINE, NULL, "[a:1]" },
    { "x--b" LINE LINE FIELD("a", "1") END, FORM_FINE, NULL, "[a:1]" },
    { "--b  " LINE DISPOSITION "\"a\"" LINE LINE "1" LINE END, FORM_FINE, NULL, "[a:1]" },
    { "", FORM_BROKEN, NULL, "" },
    { "-", FORM_BROKEN, NULL, "" },
    { "--b", FORM_BROKEN, NULL, "" },
    { "--b-", FORM_BROKEN, NULL, "" },
    { "--b" LINE, FORM_BROKEN, NULL, "" },
    { "a=1&b=2", FORM_BROKEN, NULL, "" },
    { "\n" END, FORM_BROKEN, NULL, "" },
    { FIELD("a", "1"), FORM_BROKEN, NULL, "" },
    { FIELD("a", "1") FIELD("c", "2"), FORM_BROKEN, NULL, "[a:1]" },
    { FIELD("a", "1") "--b", FORM_BROKEN, NULL, "" },
    { FIELD("a", "1") "--b-", FORM_BROKEN, NULL, "" },
    { FIELD("a", "1") "--B--", FORM_BROKEN, NULL, "" },
    { "--b" LINE END, FORM_BROKEN, NULL, "" },
    { "--b" LINE LINE END, FORM_BROKEN, NULL, "" },
    { "--b" LINE LINE LINE "1" LINE END, FORM_BROKEN, NULL, "" },
    { "--b" LINE DISPOSITION "\"a\"" LINE END, FORM_BROKEN, NULL, "" },
    { "--b" LINE DISPOSITION "\"a\"" LINE LINE END, FORM_BROKEN, NULL, "" },
    { "--b\n" DISPOSITION "\"a\"\n\n1\n--b--\n", FORM_BROKEN, NULL, "" },
    { "--b" LINE DISPOSITION "\"a\"\n\n1" LINE END, FORM_BROKEN, NULL, "" },
    /* content that looks like the frame */
    { FIELD("a", "--b") END, FORM_BROKEN, NULL, "" }, /* ends a part that has no content yet */
    { FIELD("a", "x --b") END, FORM_FINE, NULL, "[a:x --b]" },
    { FIELD("a", "x--b--") END, FORM_FINE, NULL, "[a:x--b--]" },
    { FIELD("a", "x" LINE "--bc") END, FORM_FINE, NULL, "[a:x\r\n--bc]" },
    { FIELD("a", "x" LINE "--bc" LINE "--b--c") END, FORM_FINE, NULL, "[a:x\r\n--bc\r\n--b--c]" },
    { FIELD("a", "x" LINE "--b-") END, FORM_FINE, NULL, "[a:x\r\n--b-]" },
    { FIELD("a", "x" LINE "--b c") END, FORM_FINE, NULL, "[a:x\r\n--b c]" },
    { FIELD("a", "x\n--b\ny") END, FORM_FINE, NULL, "[a:x\n--b\ny]" },
    { FIELD("a", "x\n--b") END, FORM_FINE, NULL, "[a:x\n--b]" },
    { FIELD("a", "x\r--b") END, FORM_FINE, NULL, "[a:x\r--b]" },
    { FIELD("a", "x" LINE " --b") END, FORM_FINE, NULL, "[a:x\r\n --b]" },
    { FIELD("a", "x" LINE "--B") END, FORM_FINE, NULL, "[a:x\r\n--B]" },
    { FIELD("a", "x" LINE "----b") END, FORM_FINE, NULL, "[a:x\r\n----b]" },
    { FIELD("a", LINE LINE) END, FORM_FINE, NULL, "[a:\r\n\r\n]" },
    { FIELD("a", "x" LINE "--b--"), FORM_FINE, NULL, "[a:x]" },
    { FIELD("a", "x" LINE "--b" LINE "y") END, FORM_BROKEN, NULL, "[a:x]" },
    /* names */
    { PART(DISPOSITION "a", "1") END, FORM_FINE, NULL, "[a:1]" },
    { FIELD("", "1") END, FORM_FINE, NULL, "[:1]" },
    { FIELD("a;b: c=d", "1") END, FORM_FINE, NULL, "[a;b: c=d:1]" },
    { FIELD("a%22b%0D%0Ac%0d%0a", "1") END, FORM_FINE, NULL, "[a\"b\r\nc\r\n:1]" },
    { FIELD("a\\\"b\\\\c\\d", "1") END, FORM_FINE, NULL, "[a\"b\\c\\d:1]" },
    { FIELD("a\\\\", "1") END, FORM_FINE, NULL, "[a\\:1]" },
    { FIELD("100%%41+%2", "1") END, FORM_FINE, NULL, "[100%%41+%2:1]" },
    { FIELD("n\xFF", "1") END, FORM_FINE, NULL, "[n" BAD ":1]" },
    { FIELD("a", "1") FIELD("a", "2") END, FORM_FINE, NULL, "[a:1][a:2]" },
    { PART("Content-Disposition: form-data", "1") END, FORM_BROKEN, NULL, "" },
    { PART("Content-Disposition: form-data; id=\"a\"", "1") END, FORM_BROKEN, NULL, "" },
    { PART("Content-Disposition: form-data; xname=\"a\"", "1") END, FORM_BROKEN, NULL, "" },
    { PART("Content-Disposition: attachment; name=\"a\"", "1") END, FORM_BROKEN, NULL, "" },
    { PART("Content-Disposition: ; name=\"a\"", "1") END, FORM_BROKEN, NULL, "" },
    { PART("Content-Disposition: form-datum; name=\"a\"", "1") END, FORM_BROKEN, NULL, "" },
    { PART("Content-Disposition: form-data2; name=\"a\"", "1") END, FORM_BROKEN, NULL, "" },
    { PART("Content-Disposition: form-data name=\"a\"", "1") END, FORM_BROKEN, NULL, "" },
    { PART("Content-Type: text/plain", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION, "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\\\"", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\"b", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "a b", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\"; name=\"b\"", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\"; name", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\"; =b", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\"" LINE DISPOSITION "\"b\"", "1") END, FORM_BROKEN, NULL, "" },
    /* headers */
    { PART("X-One: 1" LINE DISPOSITION "\"a\" ; ; x=\"y\";" LINE "X-Two:", "1") END, FORM_FINE,
      NULL, "[a:1]" },
    { PART(DISPOSITION "\"a\"" LINE " ; x=y", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\"" LINE "no colon", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\"" LINE "X : 1", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\"" LINE ": 1", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\"" LINE "X: 1\r2", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\"" LINE "X: 1\n2", "1") END, FORM_BROKEN, NULL, "" },
    { PART(DISPOSITION "\"a\"\nX: 1", "1") END, FORM_BROKEN, NULL, "" },
    /* what a part says of its text */
    { PART(DISPOSITION "\"a\"" LINE "Content-Type: text/plain", "1") END, FORM_FINE, NULL,
      "[a:1]" },
    { PART(DISPOSITION "\"a\"" LINE "content-type:TEXT/Plain; charset=\"utf8\"", "1") END,
      FORM_FINE, NULL, "[a:1]" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Type: text/plain;charset=US-ASCII", "1") END,
      FORM_FINE, NULL, "[a:1]" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Type: text/plain; charset=iso-8859-1", "1") END,
      FORM_BROKEN, "a", "" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Type: text/plain; charset=utf-8; charset=utf-7", "1")
      END, FORM_BROKEN, "a", "" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Type: text/plainly", "1") END, FORM_BROKEN, "a", "" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Type: text/html", "1") END, FORM_BROKEN, "a", "" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Type:", "1") END, FORM_BROKEN, "a", "" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Type: multipart/mixed; boundary=c", "--c--") END,
      FORM_BROKEN, "a", "" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Type: text/plain" LINE "Content-Type: text/plain",
           "1") END, FORM_BROKEN, "a", "" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Transfer-Encoding: 7bit", "1") END, FORM_FINE, NULL,
      "[a:1]" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Transfer-Encoding: Binary ", "1") END, FORM_FINE,
      NULL, "[a:1]" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Transfer-Encoding: base64", "MQ==") END, FORM_BROKEN,
      "a", "" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Transfer-Encoding: 8bit, base64", "MQ==") END,
      FORM_BROKEN, "a", "" },
    { PART(DISPOSITION "\"a\"" LINE "Content-Transfer-Encoding:", "1") END, FORM_BROKEN, "a", "" },
    /* values */
    { FIELD("a", "+%41&b=2") END, FORM_FINE, NULL, "[a:+%41&b=2]" },
    { FIELD("a", "\xE2\x82") END, FORM_FINE, NULL, "[a:" BAD BAD "]" },
    { FIELD("a", "\xEF\xBB\xBFx") END, FORM_FINE, NULL, "[a:\xEF\xBB\xBFx]" },
    /* files */
    { FIELD("a", "1") PART(DISPOSITION "\"f\"; filename=\"x.txt\"", "hello") END, FORM_FILE, "f",
      "[a:1]" },
    { PART(DISPOSITION "\"f\"; filename=\"\"", "hello") END, FORM_FILE, "f", "" },
    { PART(DISPOSITION "\"f\"; FileName=x", LINE) END, FORM_FILE, "f", "" },
    { PART(DISPOSITION "\"f\"; filename*=UTF-8''x", "hello") END, FORM_FILE, "f", "" },
    { PART("Content-Disposition: form-data; filename=\"x\"; name=\"f\"" LINE
           "Content-Type: multipart/mixed; boundary=c", "--c--") END, FORM_FILE, "f", "" },
    { PART(DISPOSITION "\"f\"; filename=\"\"", "") FIELD("a", "1") END, FORM_FINE, NULL, "[a:1]" },
    { PART(DISPOSITION "\"f\"; filename=\"empty.txt\"", "") END, FORM_FINE, NULL, "" },
    { PART(DISPOSITION "\"f\"; filename=\"x\"; filename=\"y\"", "") END, FORM_BROKEN, NULL, "" },
    { PART("Content-Disposition: form-data; filename=\"\"", "") END, FORM_BROKEN, NULL, "" },
};

static void every_body_has_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        enum form_verdict verdict = read_string(bodies[i].sent);
        if (verdict != bodies[i].verdict || strcmp(shown(), bodies[i].read) != 0)
            fail_msg("verdict %d, not %d, %s:\n%s", verdict, bodies[i].verdict, shown(),
                     bodies[i].sent);
        if (strcmp(where ? where : "(none)", bodies[i].where ? bodies[i].where : "(none)") != 0)
            fail_msg("at \"%s\":\n%s", where ? where : "(none)", bodies[i].sent);
    }
}

#define SEVENTY "0123456789012345678901234567890123456789012345678901234567890123456789"

static const struct {
    const char *type, *boundary; /* what delimits the body that is sent along */
    enum form_verdict verdict;
} types[] = {
    { "multipart/form-data; boundary=b", "b", FORM_FINE },
    { "multipart/form-data;boundary=b", "b", FORM_FINE },
    { " multipart/form-data ; x=y ; BOUNDARY=b ; ", "b", FORM_FINE },
    { "multipart/form-data; boundary=\"b\"", "b", FORM_FINE },
    { "multipart/form-data; boundary=\"b c\"", "b c", FORM_FINE },
    { "multipart/form-data; boundary=a--", "a--", FORM_FINE },
    { "multipart/form-data; boundary=b", "B", FORM_BROKEN },
    { "multipart/form-data; boundary=" SEVENTY, SEVENTY, FORM_FINE },
    { "multipart/form-data; boundary=" SEVENTY "0", SEVENTY "0", FORM_BROKEN },
    { "multipart/form-data; boundary=b; boundary=b", "b", FORM_BROKEN },
    { "multipart/form-data; boundary=", "", FORM_BROKEN },
    { "multipart/form-data; boundary=\"\"", "", FORM_BROKEN },
    { "multipart/form-data; boundary=\"b", "b", FORM_BROKEN },
    { "multipart/form-data; boundary=\"b \"", "b ", FORM_BROKEN },
    { "multipart/form-data; boundary=b c", "b", FORM_BROKEN },
    { "multipart/form-data; boundary=a:b", "a:b", FORM_BROKEN },
    { "multipart/form-data; boundary=\"a\\\"b\"", "a\"b", FORM_BROKEN },
    { "multipart/form-data; boundary=\"a\\\\b\"", "a\\b", FORM_BROKEN },
    { "multipart/form-data; boundary=a*b", "a*b", FORM_BROKEN },
    { "multipart/form-data; boundary=\"a\u00e9\"", "a\u00e9", FORM_BROKEN },
    { "multipart/form-data; boundary = b", "b", FORM_BROKEN },
    { "multipart/form-data; =x; boundary=b", "b", FORM_BROKEN },
    { "multipart/form-data, boundary=b", "b", FORM_BROKEN },
    { "multipart/form-data boundary=b", "b", FORM_BROKEN },
    { "multipart/form-data", "", FORM_BROKEN },
    { "multipart/form-data2; boundary=b", "b", FORM_BROKEN },
    { "multipart/mixed; boundary=b", "b", FORM_BROKEN },
    { "; boundary=b", "b", FORM_BROKEN },
    { "application/x-www-form-urlencoded", "b", FORM_BROKEN },
    { "", "", FORM_BROKEN },
    { NULL, "", FORM_BROKEN },
};

static void the_boundary_is_read_from_the_content_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const char *boundary = types[i].boundary;
        const char *body = arena_printf(arena, "--%s\r\n" DISPOSITION "a\r\n\r\n1\r\n--%s--\r\n",
                                        boundary, boundary);
        enum form_verdict verdict = read_bytes(types[i].type, body, strlen(body));
        if (verdict != types[i].verdict)
            fail_msg("%s: verdict %d", types[i].type ? types[i].type : "no type", verdict);
        assert_string_equal(shown(), verdict == FORM_FINE ? "[a:1]" : "");
    }
}

static void nul_is_refused_in_names_and_values(void **state)
{
    (void)state;
    static const char in_value[] = FIELD("a", "x\0y") END, in_name[] = FIELD("a\0b", "1") END;
    static const char *const type = "multipart/form-data; boundary=b";
    assert_int_equal(read_bytes(type, in_value, sizeof in_value - 1), FORM_NUL);
    assert_string_equal(where, "a");
    assert_int_equal(read_bytes(type, in_name, sizeof in_name - 1), FORM_NUL);
    assert_string_equal(where, "a");
}

static const char *repeated(const char *piece, size_t times)
{
    struct text *text = text_new(arena);
    while (times-- > 0)
        text_add(text, piece);
    return text_str(text);
}

static enum form_verdict read_parts(const char *parts)
{
    return read_string(arena_printf(arena, "%s" END, parts));
}

static void limits_hold_for_parts_too(void **state)
{
    (void)state;
    assert_int_equal(read_parts(repeated(FIELD("a", "1"), 100)), FORM_FINE);
    assert_int_equal(form.count, 100);
    assert_int_equal(read_parts(repeated(FIELD("a", "1"), 101)), FORM_TOO_MANY);
    assert_string_equal(where, "a");
    assert_int_equal(form.count, 100);
    const char *format = "--b" LINE DISPOSITION "\"%s\"" LINE LINE "%s" LINE;
    const char *name = repeated("n", 64), *value = repeated("v", 4096);
    assert_int_equal(read_parts(arena_printf(arena, format, name, value)), FORM_FINE);
    assert_int_equal(form.first->value_len, 4096);
    assert_int_equal(read_parts(arena_printf(arena, format, repeated("%22", 64), "")), FORM_FINE);
    assert_int_equal(read_parts(arena_printf(arena, format, repeated("n", 65), "")),
                     FORM_NAME_LONG);
    assert_string_equal(where, name);
    assert_int_equal(read_parts(arena_printf(arena, format, "a", repeated("v", 4097))),
                     FORM_VALUE_LONG);
    assert_string_equal(where, "a");
}

static void the_headers_of_a_part_have_a_limit(void **state)
{
    (void)state;
    static const char head[] = DISPOSITION "\"a\"" LINE "X: ";
    const size_t room = 2048 - (sizeof head - 1);
    for (size_t over = 0; over < 2; over++) {
        const char *part =
            arena_printf(arena, "--b" LINE "%s%s" LINE LINE "1" LINE, head,
                         repeated("x", room + over));
        assert_int_equal(read_parts(part), over ? FORM_BROKEN : FORM_FINE);
    }
}

/* Cut anywhere, a body is broken: never a form with half of a value. */
static void a_body_that_was_cut_short_is_broken(void **state)
{
    (void)state;
    static const char body[] = "x" LINE FIELD("a", "1") FIELD("c", "2" LINE "--bc") "--b--";
    for (size_t len = 0; len < sizeof body - 1; len++)
        assert_int_equal(read_bytes("multipart/form-data; boundary=b", body, len), FORM_BROKEN);
    assert_int_equal(read_string(body), FORM_FINE);
    assert_string_equal(shown(), "[a:1][c:2\r\n--bc]");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(forms_of_browsers_and_curl_are_read),
        CASE(every_body_has_its_verdict),
        CASE(the_boundary_is_read_from_the_content_type),
        CASE(nul_is_refused_in_names_and_values),
        CASE(limits_hold_for_parts_too),
        CASE(the_headers_of_a_part_have_a_limit),
        CASE(a_body_that_was_cut_short_is_broken),
    };
    return cmocka_run_group_tests_name("multipart", tests, NULL, NULL);
}
