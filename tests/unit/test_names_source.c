/* names_source: one row for each source, in the words that a report may show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "funnel_home.h"
#include "names.h"

struct asked {
    struct source source;
    int64_t id;
};

static enum outcome run_source(struct db *db, void *context)
{
    struct asked *asked = context;
    (void)db;
    asked->id = source_row(account, &asked->source, home.arena);
    return OK;
}

static int64_t row_of(struct source source)
{
    struct asked asked = { .source = source };
    struct gate_item item = { .run = run_source, .context = &asked };
    if (!gate_commit(account->gate, &item, 1))
        fail_msg("%s", gate_trouble(account->gate));
    return asked.id;
}

static const char *stored(int64_t id, const char *column)
{
    return told(
        arena_printf(home.arena, "SELECT %s FROM source WHERE id = %lld", column, (long long)id));
}

static void words_lose_case_blanks_and_persons(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "Facebook", "facebook" },
        { " \t\r\nSpring Sale \n", "spring sale" },
        { "\303\211T\303\211", "\303\211t\303\211" }, /* ASCII alone */
        { "ann@example.com", "(removed)" },
        { "id-ANN%40EXAMPLE.COM", "(removed)" },
        { "+49 170 1234567", "(removed)" },
        { "5F4DCC3B5AA765D61D8327DEB882CF99", "(removed)" },
        { "120210987654321098", "120210987654321098" },
        { "50%40off", "50%40off" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(
            stored(row_of((struct source){ .utm_campaign = rows[i][0] }), "utm_campaign"),
            rows[i][1]);
        assert_string_equal(
            stored(row_of((struct source){ .referral_code = rows[i][0] }), "referral_code"),
            rows[i][1]);
    }
}

static void a_referrer_is_its_host(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "https://www.Example.COM/a/b?c=d#e", "www.example.com" },
        { "http://example.com", "example.com" },
        { "https://example.com:8443/x", "example.com" },
        { "https://example.com?next=https://evil.example/", "example.com" },
        { "example.com/redirect?to=https://evil.example/", "example.com" },
        { "example.com:8080", "example.com" },
        { "https://example.com#a://b", "example.com" },
        { "https://user@example.com/", "example.com" },
        { "https://user:pass@example.com:80/", "example.com" },
        { "https://ann@mail.example@example.com/", "example.com" },
        { "https://example.com/@ann", "example.com" },
        { "https://[2001:DB8::1]:8443/x", "[2001:db8::1]" },
        { "https://user@[::1]/", "[::1]" },
        { "https://[::1", "[::1" },
        { "android-app://com.google.android.gm/", "com.google.android.gm" },
        { "about:blank", "about" },
        { "mailto:ann@example.com", "example.com" },
        { "  https://example.com/", "example.com" },
        { "https:// example.com /", "example.com" },
        { "https://192.0.2.7/", "192.0.2.7" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *host =
            stored(row_of((struct source){ .referrer = rows[i][0] }), "referrer_host");
        if (strcmp(host, rows[i][1]) != 0)
            fail_msg("%s: %s", rows[i][0], host);
    }
}

static void nothing_said_is_direct(void **state)
{
    (void)state;
    static const struct source rows[] = {
        { 0 },
        { .utm_source = "" },
        { .utm_source = " ", .utm_term = "\t\n" },
        { .referrer = "" },
        { .referrer = "https://" },
        { .referrer = "file:///home/ann/x" },
        { .referrer = "/start" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(row_of(rows[i]), 0);
    assert_told("SELECT count(*) FROM source", "0");
}

/* `before` bytes of x, then the text; what is stored of it behind the x. */
static void cut_is(size_t before, const char *text, const char *rest)
{
    char word[300], wanted[300];
    memset(word, 'x', before);
    memset(wanted, 'x', before);
    strcpy(word + before, text);
    strcpy(wanted + before, rest);
    assert_string_equal(stored(row_of((struct source){ .utm_content = word }), "utm_content"),
                        wanted);
}

static void long_words_are_cut_between_characters(void **state)
{
    (void)state;
    cut_is(200, "", "");
    cut_is(199, "y", "y");
    cut_is(200, "y", "");
    cut_is(198, "\303\251", "\303\251");
    cut_is(199, "\303\251", "");
    cut_is(198, "\342\202\254", "");
    cut_is(197, "\342\202\254", "\342\202\254");
    cut_is(197, "\360\237\230\200", "");
    cut_is(196, "\360\237\230\200z", "\360\237\230\200");
    cut_is(196, "   \303\251", ""); /* no blank stays at the end */
}

/* Half an address is one, too. */
static void an_address_is_seen_before_the_cut(void **state)
{
    (void)state;
    char word[300];
    memset(word, 'x', 190);
    strcpy(word + 190, " ann@example.com");
    assert_string_equal(stored(row_of((struct source){ .utm_content = word }), "utm_content"),
                        "(removed)");
}

static void one_combination_is_one_row(void **state)
{
    (void)state;
    const struct source full = { "s", "m", "c", "n", "t", "https://h.example/1", "r", "gclid" };
    struct source same = { " S", "M ", "C", "N", "T", "http://H.example/2", "R", "gclid" };
    int64_t id = row_of(full);
    assert_int_equal(row_of(full), id);
    assert_int_equal(row_of(same), id);
    same.click_kind = "fbclid";
    assert_true(row_of(same) != id);
    assert_told("SELECT utm_source, utm_medium, utm_campaign, utm_content, utm_term, referrer_host,"
                " referral_code, click_kind FROM source ORDER BY id",
                "s|m|c|n|t|h.example|r|gclid;s|m|c|n|t|h.example|r|fbclid");
}

/* Lines in a value must not make one source of two. */
static void values_do_not_run_into_each_other(void **state)
{
    (void)state;
    int64_t one = row_of((struct source){ .utm_source = "a\nb", .utm_medium = "c" });
    int64_t two = row_of((struct source){ .utm_source = "a", .utm_medium = "b\nc" });
    int64_t left = row_of((struct source){ .utm_source = "ab" });
    int64_t right = row_of((struct source){ .utm_medium = "ab" });
    assert_true(one != two && left != right);
    assert_int_equal(row_of((struct source){ .utm_source = "A", .utm_medium = "B\nC" }), two);
}

/* Another process has made it: found, not made again. */
static void a_row_of_another_process_is_found(void **state)
{
    (void)state;
    struct account *ours = account;
    account = home_other_account(&home);
    int64_t id = row_of((struct source){ .utm_source = "s" });
    account = ours;
    assert_int_equal(row_of((struct source){ .utm_source = "s" }), id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_lose_case_blanks_and_persons),
        TEST(a_referrer_is_its_host),
        TEST(nothing_said_is_direct),
        TEST(long_words_are_cut_between_characters),
        TEST(an_address_is_seen_before_the_cut),
        TEST(one_combination_is_one_row),
        TEST(values_do_not_run_into_each_other),
        TEST(a_row_of_another_process_is_found),
    };
    return cmocka_run_group_tests_name("names_source", tests, NULL, NULL);
}
