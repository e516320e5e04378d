/* file_footing: which file systems SQLite may stand on.  None of the others can be mounted by a
 * test, so they are asked for by number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "file.h"

static const struct {
    uint32_t type;
    enum footing footing;
    const char *name;
} cases[] = {
    { 0x6969, FOOTING_REMOTE, "NFS" },
    { 0xff534d42, FOOTING_REMOTE, "CIFS" },
    { 0xfe534d42, FOOTING_REMOTE, "SMB" },
    { 0x517b, FOOTING_REMOTE, "SMB" },
    { 0x01021997, FOOTING_REMOTE, "9p" },
    { 0x65735546, FOOTING_REMOTE, "FUSE" },
    { 0x00c36400, FOOTING_REMOTE, "Ceph" },
    { 0x5346414f, FOOTING_REMOTE, "AFS" },
    { 0x0bd00bd0, FOOTING_REMOTE, "Lustre" },
    { 0x73757245, FOOTING_REMOTE, "Coda" },
    { 0x786f4256, FOOTING_REMOTE, "vboxsf" },
    { 0x794c7630, FOOTING_LAYERED, "overlay" },
    { 0xef53, FOOTING_LOCAL, "" },     /* ext4 */
    { 0x9123683e, FOOTING_LOCAL, "" }, /* btrfs */
    { 0x58465342, FOOTING_LOCAL, "" }, /* xfs */
    { 0x01021994, FOOTING_LOCAL, "" }, /* tmpfs */
    { 0x2fc12fc1, FOOTING_LOCAL, "" }, /* zfs */
    { 0xf2f52010, FOOTING_LOCAL, "" }, /* f2fs */
    { 0, FOOTING_LOCAL, "" },
};

static void test_every_type_has_its_footing_and_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *name = NULL;
        assert_int_equal(file_footing_of_type(cases[i].type, &name), cases[i].footing);
        assert_string_equal(name, cases[i].name);
    }
}

/* /proc is a file system of its own everywhere, and not in the table. */
static void test_a_path_has_the_footing_of_what_it_lies_on(void **state)
{
    (void)state;
    const char *name = NULL;
    assert_int_equal(file_footing("/proc", &name), FOOTING_LOCAL);
    assert_string_equal(name, "");
    name = NULL;
    assert_int_equal(file_footing("/nowhere/at/all", &name), FOOTING_LOCAL);
    assert_string_equal(name, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_has_its_footing_and_name),
        cmocka_unit_test(test_a_path_has_the_footing_of_what_it_lies_on),
    };
    return cmocka_run_group_tests_name("file_footing", tests, NULL, NULL);
}
