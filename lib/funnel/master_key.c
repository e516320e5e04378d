/* The file of the master key: how it is made, and what must hold before it is believed. */
#include "master_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"

enum { HEX_SIZE = 2 * KEY_SIZE, LARGEST_FILE = 4096, MODE = 0400, FORBIDDEN = 0177 };

static bool write_key(const char *path, struct arena *arena)
{
    uint8_t key[KEY_SIZE];
    crypto_random(key, sizeof key);
    char *hex = hex_encode(arena, key, sizeof key);
    char *line = arena_printf(arena, "%s\n", hex);
    const char *folder = file_parent(arena, path);
    bool stored = dir_make(folder, 0700) && file_write_new(path, MODE, line, strlen(line)) &&
                  dir_sync(folder);
    int why = errno;
    crypto_wipe(key, sizeof key);
    crypto_wipe(hex, HEX_SIZE);
    crypto_wipe(line, HEX_SIZE);
    errno = why;
    return stored;
}

bool master_key_create(const char *path, struct arena *arena, const char **error)
{
    if (write_key(path, arena))
        return true;
    *error =
        arena_printf(arena,
                     "the master key %s cannot be made: %s; set master_key to a place that this "
                     "user may write",
                     path, strerror(errno));
    return false;
}

static bool is_credential(const char *path)
{
    struct stat is;
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    return folder && *folder == '/' && file_is_below(path, folder) && lstat(path, &is) == 0 &&
           S_ISREG(is.st_mode) && is.st_uid == 0 && (is.st_mode & 0037) == 0;
}

static const char *distrust(const char *path, const char *state_dir, struct arena *arena)
{
    if (file_is_below(path, state_dir))
        return arena_printf(
            arena,
            "%s lies in the state directory %s, so that whoever takes one takes both: "
            "move it and set master_key",
            path, state_dir);
    if (is_credential(path))
        return NULL;
    const char *complaint = file_distrust(arena, path, S_IFREG, FORBIDDEN);
    if (complaint && errno == ENOENT)
        return arena_printf(
            arena,
            "%s is not there: put back the file that weir init made, or name it with master_key",
            path);
    return complaint;
}

static bool parse(char *text, size_t len, uint8_t out[KEY_SIZE])
{
    if (len == HEX_SIZE + 1 && text[HEX_SIZE] == '\n')
        len--;
    bool valid = len == HEX_SIZE && hex_decode(text, len, out);
    crypto_wipe(text, len);
    return valid;
}

bool master_key_read(const char *path, const char *state_dir, uint8_t out[KEY_SIZE],
                     struct arena *arena, const char **error)
{
    const char *complaint = distrust(path, state_dir, arena);
    size_t len = 0;
    char *text = complaint ? NULL : file_read(arena, path, LARGEST_FILE, &len);
    if (!complaint && !text)
        complaint = arena_printf(arena, "%s: %s", path, strerror(errno));
    if (!complaint && !parse(text, len, out))
        complaint = arena_printf(
            arena, "%s is not one line of 64 hex digits: put back what weir init made", path);
    *error = complaint ? arena_printf(arena, "master key: %s", complaint) : NULL;
    return !complaint;
}
