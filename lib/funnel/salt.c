/* Salts live in accounts/<uuid>/salt/<day>, one file a day, made with O_EXCL so that whoever comes
 * first decides. */
#include "salt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY_TEXT = 10 };

static const char *salt_path(const struct account *account, int32_t day, struct arena *arena)
{
    char date[CLOCK_TEXT];
    clock_format_day(day, date);
    return arena_printf(arena, "%s/salt/%s", account->dir, date);
}

static bool salt_read(const char *path, uint8_t salt[KEY_SIZE])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool whole = fd >= 0 && read(fd, salt, KEY_SIZE) == KEY_SIZE;
    if (fd >= 0)
        close(fd);
    return whole;
}

/* Under a name of its own first: a reader never sees half a salt. */
static bool salt_make(const struct account *account, const char *path, struct arena *arena)
{
    uint8_t fresh[KEY_SIZE];
    const char *half = arena_printf(arena, "%s.%s", path, crypto_random_base62(arena, 12));
    mkdir(arena_printf(arena, "%s/salt", account->dir), 0700);
    crypto_random(fresh, sizeof fresh);
    int fd = open(half, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool whole = fd >= 0 && write(fd, fresh, sizeof fresh) == sizeof fresh;
    if (fd >= 0)
        close(fd);
    whole = whole && (link(half, path) == 0 || errno == EEXIST);
    unlink(half);
    crypto_wipe(fresh, sizeof fresh);
    return whole;
}

/* Removes the salts of days before `day`, and what a crash left of making them: its name begins
 * with the day, too. */
static void salts_forget(const struct account *account, int32_t day, struct arena *arena)
{
    const char *folder = arena_printf(arena, "%s/salt", account->dir);
    DIR *dir = opendir(folder);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        int32_t found;
        if (clock_parse_day(arena_strndup(arena, entry->d_name, strnlen(entry->d_name, DAY_TEXT)),
                            &found) &&
            found < day)
            unlink(arena_printf(arena, "%s/%s", folder, entry->d_name));
    }
    if (dir)
        closedir(dir);
}

static bool salt_of_day(struct account *account, int32_t day, uint8_t salt[KEY_SIZE],
                        struct arena *arena)
{
    if (account->salt_day == day) {
        memcpy(salt, account->salt, KEY_SIZE);
        return true;
    }
    const char *path = salt_path(account, day, arena);
    if (!salt_read(path, salt) && !(salt_make(account, path, arena) && salt_read(path, salt)))
        return false;
    salts_forget(account, day - 1,
                 arena); /* yesterday's is read once more, for a session over midnight */
    account->salt_day = day;
    memcpy(account->salt, salt, KEY_SIZE);
    return true;
}

char *visitor_key(struct account *account, int32_t day, const char *address, const char *user_agent,
                  struct arena *arena)
{
    uint8_t salt[KEY_SIZE], digest[DIGEST_SIZE];
    char date[CLOCK_TEXT];
    if (!salt_of_day(account, day, salt, arena))
        return NULL;
    const char *browser =
        arena_printf(arena, "%s\n%s", address ? address : "", user_agent ? user_agent : "");
    hmac_sha256(salt, sizeof salt, browser, strlen(browser), digest);
    crypto_wipe(salt, sizeof salt);
    clock_format_day(day, date);
    return arena_printf(arena, "%s/%s", date, hex_encode(arena, digest, BLIND_SIZE));
}
