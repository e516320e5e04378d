/* mustache_set: folders of templates, and a reload that never leaves less than there was. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mustache.h"

static struct arena *arena;
static struct templates *set;
static const char *dir, *error;

static const char *const files[] = { "page.mustache",         "parts/head.mustache",
                                     "parts/deep/x.mustache", ".hidden.mustache",
                                     ".git/x.mustache",       "notes.txt",
                                     "link.mustache",         "parts/loop",
                                     "new.mustache",          ".mustache" };
static const char *const folders[] = { "parts/deep", "parts", ".git" };

static const char *path_of(const char *file)
{
    return arena_printf(arena, "%s/%s", dir, file);
}

static void put(const char *file, const char *text)
{
    FILE *stream = fopen(path_of(file), "we");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static int set_up(void **state)
{
    (void)state;
    static char made[] = "/tmp/test_mustache_set.XXXXXX";
    memcpy(made + sizeof made - 7, "XXXXXX", 6);
    arena = arena_new();
    set = templates_new(NULL);
    dir = mkdtemp(made);
    for (size_t i = sizeof folders / sizeof *folders; i-- > 0;)
        mkdir(path_of(folders[i]), 0700);
    put("page.mustache", "page {{>parts/head}} {{>parts/deep/x}}");
    put("parts/head.mustache", "head {{v}}");
    put("parts/deep/x.mustache", "x");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(path_of(files[i]));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        rmdir(path_of(folders[i]));
    assert_int_equal(rmdir(dir), 0);
    templates_free(set);
    arena_free(arena);
    return 0;
}

static const char *rendered(const char *name)
{
    struct json *data = json_object(arena);
    json_set_int(data, "v", 7);
    struct text *out = text_new(arena);
    return mustache_render(set, name, data, out, arena, &error) ? text_str(out) : error;
}

static void load(const char *folder)
{
    if (!templates_load(set, folder, arena, &error))
        fail_msg("%s", error);
}

static void names_are_paths(void **state)
{
    (void)state;
    load(dir);
    assert_string_equal(rendered("page"), "page head 7 x");
    assert_string_equal(rendered("parts/deep/x"), "x");
    load(arena_printf(arena, "%s//", dir));
    assert_string_equal(rendered("parts/head"), "head 7");
}

static void other_files_are_left_alone(void **state)
{
    (void)state;
    put("notes.txt", "{{#broken}}");
    put(".hidden.mustache", "{{#broken}}");
    put(".mustache", "{{#broken}}");
    put(".git/x.mustache", "{{#broken}}");
    load(dir);
    assert_string_equal(rendered("notes"), "template \"notes\" does not exist");
    assert_string_equal(rendered("git/x"), "template \"git/x\" does not exist");
}

static void links_are_followed_but_not_in_circles(void **state)
{
    (void)state;
    assert_int_equal(symlink("parts/head.mustache", path_of("link.mustache")), 0);
    assert_int_equal(symlink("..", path_of("parts/loop")), 0);
    load(dir);
    assert_string_equal(rendered("link"), "head 7");
    unlink(path_of("parts/deep/x.mustache"));
    assert_int_equal(symlink("nowhere", path_of("parts/deep/x.mustache")), 0);
    assert_false(templates_reload(set, arena, &error));
    assert_string_equal(error, arena_printf(arena, "%s: cannot be read: No such file or directory",
                                            path_of("parts/deep/x.mustache")));
}

static void a_folder_must_be_there(void **state)
{
    (void)state;
    assert_false(templates_load(set, path_of("none"), arena, &error));
    assert_string_equal(error, arena_printf(arena, "%s: cannot be read: No such file or directory",
                                            path_of("none")));
    assert_false(templates_load(set, path_of("page.mustache"), arena, &error));
    assert_string_equal(error, arena_printf(arena, "%s: cannot be read: Not a directory",
                                            path_of("page.mustache")));
    assert_true(templates_reload(set, arena, &error));
    load(dir);
    assert_true(templates_reload(set, arena, &error));
}

static void a_mistake_is_named_by_its_file(void **state)
{
    (void)state;
    put("parts/head.mustache", "<title>\n  {{#rows}}\n</title>\n");
    assert_false(templates_load(set, dir, arena, &error));
    assert_string_equal(error, "parts/head.mustache:2:3: section \"rows\" is not closed");
    assert_string_equal(rendered("page"), "template \"page\" does not exist");
}

static void a_reload_sees_what_changed(void **state)
{
    (void)state;
    load(dir);
    put("parts/head.mustache", "HEAD {{v}}");
    put("new.mustache", "new");
    unlink(path_of("parts/deep/x.mustache"));
    assert_string_equal(rendered("page"), "page head 7 x");
    assert_true(templates_reload(set, arena, &error));
    assert_string_equal(rendered("page"), "page HEAD 7 ");
    assert_string_equal(rendered("new"), "new");
    put("new.mustache", "");
    assert_true(templates_reload(set, arena, &error));
    assert_string_equal(rendered("new"), "");
}

static void a_failed_reload_keeps_the_old_set_whole(void **state)
{
    (void)state;
    load(dir);
    put("parts/deep/x.mustache", "y");
    put("parts/head.mustache", "{{v");
    put("new.mustache", "new");
    assert_false(templates_reload(set, arena, &error));
    assert_string_equal(error, "parts/head.mustache:1:1: the tag is not closed: \"}}\" is missing");
    assert_string_equal(rendered("page"), "page head 7 x");
    assert_string_equal(rendered("new"), "template \"new\" does not exist");
    put("parts/head.mustache", "{{v}}");
    assert_true(templates_reload(set, arena, &error));
    assert_string_equal(rendered("page"), "page 7 y");
}

static void the_later_wins_and_a_reload_keeps_that(void **state)
{
    (void)state;
    assert_true(templates_add(set, "page", "early", 5, arena, &error));
    load(dir);
    assert_string_equal(rendered("page"), "page head 7 x");
    load(path_of("parts"));
    char late[] = "late {{>head}} {{>deep/x}}";
    assert_true(templates_add(set, "page", late, strlen(late), arena, &error));
    memset(late, '!', sizeof late);
    assert_false(templates_add(set, "page", "{{#a}}", 6, arena, &error));
    for (int i = 0; i < 3; i++) {
        assert_string_equal(rendered("page"), "late head 7 x");
        assert_true(templates_reload(set, arena, &error));
    }
}

static void missing_partials_are_found(void **state)
{
    (void)state;
    load(dir);
    assert_true(templates_check(set, arena, &error));
    put("new.mustache",
        "{{#a}}\n  {{<parts/head}}{{$b}}{{>parts/none}}{{/b}}{{/parts/head}}{{/a}}");
    assert_true(templates_reload(set, arena, &error));
    assert_false(templates_check(set, arena, &error));
    assert_string_equal(error, "new.mustache:2:24: partial \"parts/none\" does not exist");
    put("new.mustache", "{{<head}}{{/head}}");
    assert_true(templates_reload(set, arena, &error));
    assert_false(templates_check(set, arena, &error));
    assert_string_equal(error, "new.mustache:1:1: parent \"head\" does not exist");
}

static void a_file_has_a_largest_size(void **state)
{
    (void)state;
    put("new.mustache", "");
    assert_int_equal(truncate(path_of("new.mustache"), 16 * 1024 * 1024 + 1), 0);
    assert_false(templates_load(set, dir, arena, &error));
    assert_non_null(strstr(error, "new.mustache: cannot be read: File too large"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_files_are_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_are_followed_but_not_in_circles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_must_be_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_mistake_is_named_by_its_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reload_sees_what_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failed_reload_keeps_the_old_set_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_later_wins_and_a_reload_keeps_that, set_up, tear_down),
        cmocka_unit_test_setup_teardown(missing_partials_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_has_a_largest_size, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("mustache_set", tests, NULL, NULL);
}
