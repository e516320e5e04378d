/* api_key: a key opens its own account and no other, a wrong one is told nothing, and scopes are
 * what was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "api_key.h"
#include "funnel_home.h"
#include "workspace.h"

struct making {
    struct account *account;
    struct api_key key;
    const char *text, *error, *revoke;
};

static enum outcome run_create(struct db *db, void *context)
{
    struct making *making = context;
    return api_key_create(db, making->account, &making->key, home.arena, &making->text,
                          &making->error);
}

static enum outcome run_revoke(struct db *db, void *context)
{
    return api_key_revoke(db, ((struct making *)context)->revoke);
}

static enum outcome commit(enum outcome (*run)(struct db *db, void *context), struct making *making)
{
    struct gate_item item = { .run = run, .context = making };
    gate_commit(making->account->gate, &item, 1);
    return item.got;
}

static struct making make(struct api_key key)
{
    struct making making = { .account = account, .key = key };
    assert_int_equal(commit(run_create, &making), CREATED);
    return making;
}

static enum outcome verify(const char *text, struct api_key *key)
{
    struct account *found = NULL;
    struct api_key ignored;
    enum outcome got =
        api_key_verify(home.accounts[1], text, home.arena, &found, key ? key : &ignored);
    assert_int_equal(got == OK, found != NULL);
    if (found)
        account_release(found);
    return got;
}

static void a_key_has_its_shape(void **state)
{
    (void)state;
    struct making made = make((struct api_key){ .label = "crm", .scopes = SCOPE_READ });
    char slug[SLUG_SIZE], public_id[API_PUBLIC_ID + 1];
    assert_int_equal(strlen(made.text), strlen("weir_test_") + 8 + 1 + 32 + 6);
    assert_int_equal(strncmp(made.text, "weir_test_", 10), 0);
    assert_true(api_key_parse(made.text, slug, public_id));
    assert_string_equal(slug, "test");
    assert_string_equal(public_id, made.key.public_id);
    struct making again = make((struct api_key){ .label = "crm", .scopes = SCOPE_READ });
    assert_string_not_equal(made.text, again.text);
}

static void a_key_verifies_with_what_it_was_given(void **state)
{
    (void)state;
    struct api_key key;
    struct making made =
        make((struct api_key){ .label = "crm", .scopes = SCOPE_READ | SCOPE_CONVERT });
    assert_int_equal(verify(made.text, &key), OK);
    assert_string_equal(key.label, "crm");
    assert_string_equal(key.public_id, made.key.public_id);
    assert_int_equal(key.scopes, SCOPE_READ | SCOPE_CONVERT);
    assert_int_equal(key.workspace_id, 0);
    assert_int_equal(key.id, made.key.id);
}

static enum outcome run_workspace(struct db *db, void *context)
{
    struct making *making = context;
    return workspace_create(db, making->text, "A name", &making->key.workspace_id);
}

static void a_key_may_belong_to_a_workspace(void **state)
{
    (void)state;
    struct api_key key;
    struct making making = { .account = account, .text = "crm_sales-1" };
    assert_int_equal(commit(run_workspace, &making), CREATED);
    struct making again = { .account = account, .text = "crm_sales-1" };
    assert_int_equal(commit(run_workspace, &again), CONFLICT);
    assert_int_equal(again.key.workspace_id, making.key.workspace_id);
    assert_int_equal(workspace_by_slug(account_reader(account), "crm_sales-1"),
                     making.key.workspace_id);
    assert_int_equal(workspace_by_slug(account_reader(account), "none"), 0);
    struct making made = make((struct api_key){
        .label = "x", .scopes = SCOPE_READ, .workspace_id = making.key.workspace_id });
    assert_int_equal(verify(made.text, &key), OK);
    assert_int_equal(key.workspace_id, making.key.workspace_id);
    for (size_t i = 0; i < 4; i++) {
        const char *const bad[] = {
            "", "a b", "a/b", "0123456789012345678901234567890123456789012345678901234567890123x"
        };
        struct making refused = { .account = account, .text = bad[i] };
        assert_int_equal(commit(run_workspace, &refused), INVALID);
    }
}

static void no_other_text_is_a_key(void **state)
{
    (void)state;
    struct making made = make((struct api_key){ .label = "crm", .scopes = SCOPE_READ });
    size_t len = strlen(made.text);
    char slug[SLUG_SIZE], public_id[API_PUBLIC_ID + 1];
    for (size_t i = 0; i < len; i++) {
        char *text = arena_strdup(home.arena, made.text);
        text[i] = text[i] == 'a' ? 'b' : 'a';
        assert_int_equal(verify(text, NULL), FORBIDDEN);
        text[i] = '\0';
        assert_false(api_key_parse(text, slug, public_id));
    }
    assert_false(api_key_parse(arena_printf(home.arena, "%sx", made.text), slug, public_id));
    assert_false(api_key_parse(arena_printf(home.arena, " %s", made.text), slug, public_id));
    assert_false(
        api_key_parse(arena_printf(home.arena, "%s_%s", made.text, made.text), slug, public_id));
    char *long_text = arena_alloc(home.arena, 100001);
    memset(long_text, 'a', 100000);
    assert_false(api_key_parse(long_text, slug, public_id));
    memcpy(long_text, "weir_", 5);
    assert_false(api_key_parse(long_text, slug, public_id));
}

/* The check is right and the key is not ours: what a guesser would send. */
static void a_wellformed_key_that_was_never_given_is_refused(void **state)
{
    (void)state;
    struct making made = make((struct api_key){ .label = "crm", .scopes = SCOPE_READ });
    const char *error;
    const struct account_settings settings = { "second", "Second", "UTC", "USD" };
    assert_int_equal(account_create(home.accounts[0], &settings, home.arena, &error), CREATED);
    const char *tail = strchr(made.text + 5, '_');
    const char *elsewhere = arena_printf(home.arena, "weir_second%s", tail);
    const char *nowhere = arena_printf(home.arena, "weir_nobody%s", tail);
    const char *above = arena_printf(home.arena, "weir_..%s", tail);
    assert_int_equal(verify(elsewhere, NULL), FORBIDDEN);
    assert_int_equal(verify(nowhere, NULL), FORBIDDEN);
    assert_int_equal(verify(above, NULL), FORBIDDEN);
    assert_int_equal(verify(made.text, NULL), OK);
}

static void a_digest_moved_to_another_row_opens_nothing(void **state)
{
    (void)state;
    struct making one = make((struct api_key){ .label = "one", .scopes = SCOPE_READ });
    struct making two = make((struct api_key){ .label = "two", .scopes = SCOPE_ALL });
    const char *error;
    struct db *db = db_open(db_path(gate_db(account->gate)), DB_WRITE, &error);
    assert_true(db_script(db, "UPDATE api_key SET digest = (SELECT digest FROM api_key WHERE label "
                              "= 'two') WHERE label = 'one'"));
    db_close(db);
    assert_int_equal(verify(one.text, NULL), FORBIDDEN);
    assert_int_equal(verify(two.text, NULL), OK);
}

static void a_key_outlives_a_rename_when_the_slug_in_it_is_changed(void **state)
{
    (void)state;
    const char *error;
    struct making made = make((struct api_key){ .label = "crm", .scopes = SCOPE_READ });
    assert_int_equal(account_rename(home.accounts[1], "test", "other", home.arena, &error), OK);
    assert_int_equal(verify(made.text, NULL), FORBIDDEN);
    assert_int_equal(
        verify(arena_printf(home.arena, "weir_other%s", strchr(made.text + 5, '_')), NULL), OK);
}

static void a_revoked_key_is_refused_at_once_and_for_good(void **state)
{
    (void)state;
    struct making made = make((struct api_key){ .label = "crm", .scopes = SCOPE_READ });
    struct making other = make((struct api_key){ .label = "other", .scopes = SCOPE_READ });
    assert_int_equal(verify(made.text, NULL), OK);
    made.revoke = made.key.public_id;
    assert_int_equal(commit(run_revoke, &made), OK);
    assert_int_equal(verify(made.text, NULL), FORBIDDEN);
    assert_int_equal(commit(run_revoke, &made), NOT_FOUND);
    assert_int_equal(verify(other.text, NULL), OK);
    made.revoke = "00000000";
    assert_int_equal(commit(run_revoke, &made), NOT_FOUND);
}

static void a_key_ends_at_its_time(void **state)
{
    (void)state;
    clock_freeze(1764757800000);
    struct making made =
        make((struct api_key){ .label = "crm", .scopes = SCOPE_READ, .expires_at = 1764757801000 });
    assert_int_equal(verify(made.text, NULL), OK);
    clock_freeze(1764757800999);
    assert_int_equal(verify(made.text, NULL), OK);
    clock_freeze(1764757801000);
    assert_int_equal(verify(made.text, NULL), FORBIDDEN);
}

static void the_table_does_not_hold_the_key(void **state)
{
    (void)state;
    struct making made = make((struct api_key){ .label = "crm", .scopes = SCOPE_READ });
    uint8_t plain[DIGEST_SIZE];
    size_t len;
    sha256(made.text, strlen(made.text), plain);
    struct db_rows *rows = db_query(account_reader(account), "SELECT digest FROM api_key");
    assert_true(db_next(rows));
    const void *digest = db_get_blob(rows, 0, &len, NULL);
    assert_int_equal(len, DIGEST_SIZE);
    assert_memory_not_equal(digest, plain, DIGEST_SIZE); /* keyed: the table alone tells nothing */
    db_done(rows);
}

static void a_key_needs_a_label_and_known_scopes(void **state)
{
    (void)state;
    static const struct api_key rows[] = {
        { .scopes = SCOPE_READ },       { .label = "", .scopes = SCOPE_READ }, { .label = "x" },
        { .label = "x", .scopes = 32 }, { .label = "x", .scopes = 33 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct making making = { .account = account, .key = rows[i] };
        assert_int_equal(commit(run_create, &making), INVALID);
        assert_non_null(making.error);
    }
}

static void scopes_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool valid;
        unsigned scopes;
        const char *again;
    } rows[] = {
        { "read", true, SCOPE_READ, "read" },
        { "", true, 0, "" },
        { "  ", true, 0, "" },
        { "admin read", true, SCOPE_READ | SCOPE_ADMIN, "read admin" },
        { " read  update convert export admin ", true, SCOPE_ALL,
          "read update convert export admin" },
        { "read read", true, SCOPE_READ, "read" },
        { "write", false, 0, "write" },
        { "read,update", false, 0, "read,update" },
        { "READ", false, 0, "READ" },
        { "read adm", false, 0, "adm" },
        { "readx", false, 0, "readx" },
        { "read\tupdate", false, 0, "read\tupdate" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned scopes = 99;
        const char *word;
        assert_int_equal(scopes_parse(rows[i].text, &scopes, &word), rows[i].valid);
        assert_int_equal(scopes, rows[i].valid ? rows[i].scopes : 99);
        assert_string_equal(rows[i].valid ? scopes_format(scopes, home.arena) : word,
                            rows[i].again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_has_its_shape),
        TEST(a_key_verifies_with_what_it_was_given),
        TEST(a_key_may_belong_to_a_workspace),
        TEST(no_other_text_is_a_key),
        TEST(a_wellformed_key_that_was_never_given_is_refused),
        TEST(a_digest_moved_to_another_row_opens_nothing),
        TEST(a_key_outlives_a_rename_when_the_slug_in_it_is_changed),
        TEST(a_revoked_key_is_refused_at_once_and_for_good),
        TEST(a_key_ends_at_its_time),
        TEST(the_table_does_not_hold_the_key),
        TEST(a_key_needs_a_label_and_known_scopes),
        TEST(scopes_are_read_and_written),
    };
    return cmocka_run_group_tests_name("api_key", tests, NULL, NULL);
}
