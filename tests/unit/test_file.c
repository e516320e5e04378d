/* file: what is written is whole and never over something else; what is not ours is found out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

static struct arena *arena;
static char folder[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/weir-file-XXXXXX");
    assert_non_null(mkdtemp(folder));
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    arena_free(arena);
    return system(command);
}

static const char *in(const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name);
}

static mode_t mode_of(const char *path)
{
    struct stat is;
    assert_int_equal(lstat(path, &is), 0);
    return is.st_mode & 07777;
}

static void a_new_file_has_its_bytes_and_its_mode_whatever_the_umask_says(void **state)
{
    (void)state;
    size_t len = 0;
    mode_t former = umask(0777);
    assert_true(file_write_new(in("a"), 0600, "one\0two", 7));
    umask(former);
    assert_int_equal(mode_of(in("a")), 0600);
    const char *text = file_read(arena, in("a"), 7, &len);
    assert_int_equal(len, 7);
    assert_memory_equal(text, "one\0two", 8);
}

static void a_file_that_is_there_is_never_written_over(void **state)
{
    (void)state;
    assert_true(file_write_new(in("a"), 0600, "first", 5));
    assert_false(file_write_new(in("a"), 0600, "second", 6));
    assert_int_equal(errno, EEXIST);
    assert_string_equal(file_read(arena, in("a"), 100, NULL), "first");
    assert_int_equal(symlink(in("elsewhere"), in("link")), 0);
    assert_false(file_write_new(in("link"), 0600, "x", 1));
    assert_int_equal(access(in("elsewhere"), F_OK), -1);
}

static void reading_stops_at_the_limit_and_says_why(void **state)
{
    (void)state;
    assert_true(file_write_new(in("a"), 0600, "12345", 5));
    assert_non_null(file_read(arena, in("a"), 5, NULL));
    assert_null(file_read(arena, in("a"), 4, NULL));
    assert_int_equal(errno, EFBIG);
    assert_null(file_read(arena, in("none"), 4, NULL));
    assert_int_equal(errno, ENOENT);
    assert_null(file_read(arena, folder, 4, NULL));
    assert_int_equal(errno, EISDIR);
}

static void folders_are_made_with_their_parents(void **state)
{
    (void)state;
    mode_t former = umask(0022);
    assert_true(dir_make(in("a/b/c"), 0700));
    umask(former);
    assert_int_equal(mode_of(in("a/b/c")), 0700);
    assert_int_equal(mode_of(in("a/b")), 0755);
    assert_int_equal(chmod(in("a/b/c"), 0750), 0);
    assert_true(dir_make(in("a/b/c"), 0700));
    assert_int_equal(mode_of(in("a/b/c")), 0750);
    assert_true(file_write_new(in("file"), 0600, "", 0));
    assert_false(dir_make(in("file"), 0700));
    assert_int_equal(errno, ENOTDIR);
    assert_false(dir_make(in("file/below"), 0700));
}

static void a_folder_goes_with_its_files_but_not_with_folders_in_it(void **state)
{
    (void)state;
    assert_true(dir_make(in("a"), 0700) && file_write_new(in("a/x"), 0600, "", 0));
    assert_true(dir_remove(in("a")));
    assert_int_equal(access(in("a"), F_OK), -1);
    assert_true(dir_remove(in("a")));
    assert_true(dir_make(in("a/b"), 0700));
    assert_false(dir_remove(in("a")));
}

static void what_is_not_ours_alone_is_distrusted(void **state)
{
    (void)state;
    assert_true(file_write_new(in("a"), 0600, "", 0));
    assert_null(file_distrust(arena, in("a"), S_IFREG, 077));
    assert_non_null(strstr(file_distrust(arena, in("a"), S_IFDIR, 077), "not a folder"));
    assert_non_null(strstr(file_distrust(arena, folder, S_IFREG, 077), "not a plain file"));
    for (mode_t bit = 1; bit <= 0100; bit <<= 1) {
        assert_int_equal(chmod(in("a"), 0600 | bit), 0);
        const char *complaint = file_distrust(arena, in("a"), S_IFREG, bit);
        assert_non_null(complaint);
        assert_non_null(strstr(complaint, "chmod 600"));
        assert_null(file_distrust(arena, in("a"), S_IFREG, 0777 & ~(0600 | bit)));
    }
    assert_int_equal(symlink(in("a"), in("link")), 0);
    assert_non_null(strstr(file_distrust(arena, in("link"), S_IFREG, 0), "symbolic link"));
    assert_non_null(file_distrust(arena, in("none"), S_IFREG, 0));
    assert_int_equal(errno, ENOENT);
}

static void anothers_file_is_distrusted(void **state)
{
    (void)state;
    assert_true(file_write_new(in("a"), 0600, "", 0));
    if (chown(in("a"), 1, 1) != 0)
        skip();
    assert_non_null(strstr(file_distrust(arena, in("a"), S_IFREG, 0), "belongs to user 1"));
}

static void parents_and_last_names(void **state)
{
    (void)state;
    static const struct {
        const char *path, *parent, *last;
    } rows[] = {
        { "/a/b", "/a", "b" }, { "/a", "/", "a" },      { "/", "/", "" },
        { "a", ".", "a" },     { "a/b/c", "a/b", "c" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(file_parent(arena, rows[i].path), rows[i].parent);
        assert_string_equal(file_last_name(rows[i].path), rows[i].last);
    }
}

static void below_is_judged_where_paths_really_lead(void **state)
{
    (void)state;
    assert_true(dir_make(in("www/state"), 0700) && dir_make(in("wwwx"), 0700));
    assert_int_equal(symlink(in("www"), in("link")), 0);
    assert_true(file_is_below(in("www/state"), in("www")));
    assert_true(file_is_below(in("www"), in("www")));
    assert_true(file_is_below(in("link/state"), in("www")));
    assert_true(file_is_below(in("www/not/there"), in("link")));
    assert_true(file_is_below(in("www/x"), "/"));
    assert_false(file_is_below(in("wwwx"), in("www")));
    assert_false(file_is_below(in("www"), in("www/state")));
    assert_false(file_is_below(in("gone"), in("gone-too")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_has_its_bytes_and_its_mode_whatever_the_umask_says),
        TEST(a_file_that_is_there_is_never_written_over),
        TEST(reading_stops_at_the_limit_and_says_why),
        TEST(folders_are_made_with_their_parents),
        TEST(a_folder_goes_with_its_files_but_not_with_folders_in_it),
        TEST(what_is_not_ours_alone_is_distrusted),
        TEST(anothers_file_is_distrusted),
        TEST(parents_and_last_names),
        TEST(below_is_judged_where_paths_really_lead),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
