/* json: reading values and building them.  What is refused is in test_json_check.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json_cast.h"

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define COUNT(array) (sizeof(array) / sizeof *(array))

static void every_type_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum json_type type;
    } rows[] = {
        { "null", JSON_NULL }, { "true", JSON_BOOL }, { "false", JSON_BOOL }, { "0", JSON_NUMBER },
        { "\"\"", JSON_STRING }, { "[]", JSON_ARRAY }, { "{}", JSON_OBJECT },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(json_type(parsed(rows[i].text)), rows[i].type);
        struct json *list = parsed(arena_printf(arena, "[%s]", rows[i].text));
        assert_int_equal(json_type(json_first(list)), rows[i].type);
    }
    assert_int_equal(json_type(NULL), JSON_NULL);
}

/* One bit for each getter that takes the value. */
static int getters_that_take(const struct json *value)
{
    const char *text = "before";
    int64_t whole = 77;
    double real = 7.5;
    bool truth = true, other = false;
    int taken = json_text(value, &text) | json_int(value, &whole) << 1 |
                json_double(value, &real) << 2 | json_bool(value, &truth) << 3 |
                (json_number_text(value) != NULL) << 4;
    json_bool(value, &other);
    assert_true((taken & 1) || strcmp(text, "before") == 0);
    assert_true((taken & 2) || whole == 77);
    assert_true((taken & 4) || real == 7.5);
    assert_true((taken & 8) || (truth && !other));
    return taken;
}

static void a_getter_takes_its_own_type_only(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int taken;
    } rows[] = {
        { "null", 0 }, { "\"5\"", 1 }, { "5", 22 }, { "5.5", 20 }, { "true", 8 }, { "false", 8 },
        { "[5]", 0 }, { "{\"a\":\"b\"}", 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(getters_that_take(parsed(rows[i].text)), rows[i].taken);
    assert_int_equal(getters_that_take(NULL), 0);
    assert_int_equal(getters_that_take(json_object(arena)), 0);
}

static void values_are_read(void **state)
{
    (void)state;
    const struct json *value = parsed("{\"name\":\"Sar\\u00e4 \\ud83d\\ude00\\n\",\"count\":-12,"
                                      "\"big\":9007199254740992,\"rate\":0.25,"
                                      "\"yes\":true,\"no\":false}");
    const char *name;
    int64_t count, big;
    double rate;
    bool yes, no;
    assert_true(json_text(json_get(value, "name"), &name));
    assert_true(json_int(json_get(value, "count"), &count));
    assert_true(json_int(json_get(value, "big"), &big));
    assert_true(json_double(json_get(value, "rate"), &rate));
    assert_true(json_bool(json_get(value, "yes"), &yes) && json_bool(json_get(value, "no"), &no));
    assert_string_equal(name, "Sarä 😀\n");
    assert_int_equal(count, -12);
    assert_true(big == 9007199254740992);
    assert_true(rate == 0.25);
    assert_true(yes && !no);
}

static void numbers_keep_their_text(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "25000.10", "0", "-0", "-0.0", "1E5", "1e+05", "0.10", "1e-999", "9223372036854775808",
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "0.000000000000000000000000000000000000000000000000000000000000000000000000000010",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_string_equal(json_number_text(parsed(texts[i])), texts[i]);
        const char *object = arena_printf(arena, "{\"a\":[%s,[1],%s],\"b\":%s}", texts[i], texts[i],
                                          texts[i]);
        const struct json *value = parsed(object), *list = json_get(value, "a");
        assert_string_equal(json_number_text(json_first(list)), texts[i]);
        assert_string_equal(json_number_text(json_next(json_next(json_first(list)))), texts[i]);
        assert_string_equal(json_number_text(json_get(value, "b")), texts[i]);
        assert_string_equal(json_print(arena, value), object);
    }
    double real = 1;
    assert_true(json_double(parsed("1e-999"), &real) && real == 0);
}

static void keys_are_case_sensitive(void **state)
{
    (void)state;
    const struct json *value =
        parsed("{\"Email\":1,\"email\":2,\"\":3,\"EMAIL\":4,\"e\\u0301\":5}");
    int64_t found = 0;
    assert_true(json_int(json_get(value, "email"), &found) && found == 2);
    assert_true(json_int(json_get(value, "EMAIL"), &found) && found == 4);
    assert_true(json_int(json_get(value, ""), &found) && found == 3);
    assert_true(json_int(json_get(value, "e\u0301"), &found) && found == 5);
    assert_null(json_get(value, "eMail"));
    assert_null(json_get(value, "emai"));
    assert_null(json_get(parsed("[1]"), "0"));
    assert_null(json_get(parsed("\"email\""), "email"));
    assert_null(json_get(NULL, "email"));
}

static void members_are_walked_in_order(void **state)
{
    (void)state;
    const struct json *value = parsed("{\"b\":1,\"a\":[10,20,30],\"c\":{}}");
    const struct json *list = json_get(value, "a");
    const char *keys = "";
    for (const struct json *member = json_first(value); member; member = json_next(member))
        keys = arena_printf(arena, "%s%s", keys, json_key(member));
    assert_string_equal(keys, "bac");
    assert_int_equal(json_count(value), 3);
    assert_int_equal(json_count(list), 3);
    assert_string_equal(json_number_text(json_next(json_first(list))), "20");
    assert_null(json_key(json_first(list)));
    assert_null(json_first(json_get(value, "c")));
    assert_null(json_next(json_get(value, "c")));
    assert_int_equal(json_count(json_get(value, "b")), 0);
    assert_null(json_first(NULL));
    assert_null(json_next(NULL));
    assert_null(json_key(NULL));
    assert_int_equal(json_count(NULL), 0);
}

static void an_object_is_built(void **state)
{
    (void)state;
    struct json *object = json_object(arena), *list = json_array(arena);
    struct json *inner = json_object(arena);
    char key[] = "text", text[] = "say \"hi\" \\ / \n\x01 é";
    json_set_text(object, key, text);
    key[0] = text[0] = 'X';
    json_set_int(object, "least", INT64_MIN);
    json_set_int(object, "most", INT64_MAX);
    json_set_int(object, "beyond", 9007199254740993);
    json_set_double(object, "rate", 0.1);
    json_set_double(object, "nan", NAN);
    json_set_double(object, "infinite", -INFINITY);
    json_set_bool(object, "yes", true);
    json_set_bool(object, "no", false);
    json_set_text(object, "none", NULL);
    json_set(object, "nothing", NULL);
    json_append_text(list, "a");
    json_append_text(list, NULL);
    json_append(list, NULL);
    json_append(list, inner);
    json_set(object, "list", list);
    json_set_int(inner, "late", 1);
    assert_string_equal(json_print(arena, object),
                        "{\"text\":\"say \\\"hi\\\" \\\\ / \\n\\u0001 é\","
                        "\"least\":-9223372036854775808,\"most\":9223372036854775807,"
                        "\"beyond\":9007199254740993,\"rate\":0.1,\"nan\":null,\"infinite\":null,"
                        "\"yes\":true,\"no\":false,\"none\":null,\"nothing\":null,"
                        "\"list\":[\"a\",null,null,{\"late\":1}]}");
}

static void what_was_built_can_be_read(void **state)
{
    (void)state;
    struct json *object = json_object(arena);
    int64_t whole = 0;
    double real = 0;
    json_set_int(object, "n", 42);
    json_set_int(object, "most", INT64_MAX);
    json_set_double(object, "rate", 2.5);
    assert_true(json_int(json_get(object, "n"), &whole) && whole == 42);
    assert_true(json_double(json_get(object, "rate"), &real) && real == 2.5);
    assert_string_equal(json_number_text(json_get(object, "most")), "9223372036854775807");
    assert_false(json_int(json_get(object, "most"), &whole)); /* outside +-2^53, as when parsed */
    assert_int_equal(json_type(json_get(object, "n")), JSON_NUMBER);
    assert_int_equal(json_count(object), 3);
}

static void a_key_set_again_is_replaced(void **state)
{
    (void)state;
    struct json *object = json_object(arena), *part = json_object(arena);
    json_set_int(object, "a", 1);
    json_set_int(object, "b", 2);
    json_set_int(object, "c", 3);
    json_set_text(object, "a", "first");
    json_set(object, "c", part);
    json_set_bool(object, "b", true);
    json_set_int(object, "B", 4);
    json_set_int(part, "x", 5);
    assert_string_equal(json_print(arena, object),
                        "{\"a\":\"first\",\"b\":true,\"c\":{\"x\":5},\"B\":4}");
    json_set_int(object, "B", 6);
    json_set_int(object, "d", 7);
    assert_int_equal(json_count(object), 5);
    assert_string_equal(json_print(arena, object),
                        "{\"a\":\"first\",\"b\":true,\"c\":{\"x\":5},\"B\":6,\"d\":7}");
}

static void a_parsed_value_can_be_added_to(void **state)
{
    (void)state;
    struct json *value = parsed("{\"a\":1.50,\"list\":[1]}"), *root = json_array(arena);
    json_set_text(value, "b", "new");
    json_set(value, "list", parsed("[2,{\"deep\":[]}]"));
    json_append(root, value);
    json_append(root, parsed("7.0"));
    assert_string_equal(json_print(arena, root),
                        "[{\"a\":1.50,\"list\":[2,{\"deep\":[]}],\"b\":\"new\"},7.0]");
}

static void malformed_text_is_mended(void **state)
{
    (void)state;
    struct json *object = json_object(arena), *list = json_array(arena);
    json_set_text(object, "caf\xE9", "\xC3(\xED\xA0\x80)");
    json_append_text(list, "\xFF");
    json_set(object, "list", list);
    const char *text = json_print(arena, object);
    assert_string_equal(text,
                        "{\"caf\uFFFD\":\"\uFFFD(\uFFFD\uFFFD\uFFFD)\",\"list\":[\"\uFFFD\"]}");
    assert_string_equal(json_print(arena, parsed(text)), text);
}

/* Values of two arenas are built in turns: each must stay in its own. */
static void an_object_allocates_from_its_own_arena(void **state)
{
    (void)state;
    struct arena *other = arena_new();
    struct json *here = json_object(arena), *there = json_object(other);
    for (int i = 0; i < 3000; i++) {
        json_set_text(there, "key", "some text that is long enough to need a place of its own");
        json_set_text(here, arena_printf(arena, "%d", i % 9), "value");
    }
    json_set_int(here, "last", json_type(json_get(there, "key")));
    arena_free(other);
    assert_int_equal(json_count(here), 10);
    assert_string_equal(json_print(arena, json_get(here, "last")), "3");
    assert_string_equal(json_print(arena, json_get(here, "8")), "\"value\"");
}

static void set_in_an_array(void)
{
    json_set_int(json_array(arena), "a", 1);
}

static void append_to_an_object(void)
{
    json_append_text(json_object(arena), "a");
}

static void set_in_nothing(void)
{
    json_set_text(NULL, "a", "b");
}

static void put_a_value_in_two_places(void)
{
    struct json *list = json_array(arena), *value = json_object(arena);
    json_append(list, value);
    json_set(json_object(arena), "a", value);
}

static void mistakes_of_the_programmer_abort(void **state)
{
    (void)state;
    static void (*const mistakes[])(void) = { set_in_an_array, append_to_an_object, set_in_nothing,
                                              put_a_value_in_two_places };
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        pid_t child = fork();
        if (child == 0) {
            setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
            close(STDERR_FILENO);
            mistakes[i]();
            _exit(0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_type_is_told),
        CASE(a_getter_takes_its_own_type_only),
        CASE(values_are_read),
        CASE(numbers_keep_their_text),
        CASE(keys_are_case_sensitive),
        CASE(members_are_walked_in_order),
        CASE(an_object_is_built),
        CASE(what_was_built_can_be_read),
        CASE(a_key_set_again_is_replaced),
        CASE(a_parsed_value_can_be_added_to),
        CASE(malformed_text_is_mended),
        CASE(an_object_allocates_from_its_own_arena),
        CASE(mistakes_of_the_programmer_abort),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
