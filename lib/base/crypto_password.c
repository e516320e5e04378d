/* Passwords: yescrypt of libxcrypt, the strongest hash that the base system brings.  A login must
 * not tell by its answering time whether the account exists or its hash is usable: where there is
 * nothing to compare with, the same work is done on a setting of our own. */
#include "crypto.h"

#include <crypt.h>
#include <string.h>

#include "log.h"

static const char PREFIX[] = "$y$";
enum { COST = 5, SALT_SIZE = 16 };
_Static_assert(PASSWORD_MOST < CRYPT_MAX_PASSPHRASE_SIZE, "libcrypt takes it whole");

static void setting_of(const uint8_t salt[SALT_SIZE], char out[CRYPT_GENSALT_OUTPUT_SIZE])
{
    if (!crypt_gensalt_rn(PREFIX, COST, (const char *)salt, SALT_SIZE, out,
                          CRYPT_GENSALT_OUTPUT_SIZE))
        log_abort("crypto: libcrypt has no yescrypt");
}

/* False when libcrypt refuses the setting or the password; `work` then holds no hash. */
static bool hash_with(const char *setting, const char *password, struct crypt_data *work)
{
    memset(work, 0, sizeof *work);
    return crypt_rn(password, setting, work, (int)sizeof *work) != NULL;
}

char *password_hash(struct arena *arena, const char *password)
{
    uint8_t salt[SALT_SIZE];
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    struct crypt_data work;
    if (strlen(password) > PASSWORD_MOST)
        return NULL;
    crypto_random(salt, sizeof salt);
    setting_of(salt, setting);
    if (!hash_with(setting, password, &work))
        log_abort("crypto: yescrypt of libcrypt failed");
    char *hash = arena_strdup(arena, work.output);
    crypto_wipe(&work, sizeof work);
    return hash;
}

static void work_for_nothing(struct crypt_data *work)
{
    static const uint8_t salt[SALT_SIZE];
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    setting_of(salt, setting);
    if (!hash_with(setting, "nobody", work))
        log_abort("crypto: yescrypt of libcrypt failed");
}

/* Only yescrypt counts: an older kind of hash that found its way into the table would be weak, and
 * traditional DES would compare eight characters. */
bool password_matches(const char *password, const char *hash)
{
    struct crypt_data work;
    bool usable = hash && strncmp(hash, PREFIX, strlen(PREFIX)) == 0;
    bool matches = false;
    if (usable && hash_with(hash, password, &work))
        matches =
            strlen(hash) == strlen(work.output) && crypto_equal(hash, work.output, strlen(hash));
    else
        work_for_nothing(&work);
    crypto_wipe(&work, sizeof work);
    return matches;
}
