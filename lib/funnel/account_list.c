/* Which accounts there are, asked of the state directory alone: no key and no open account is
 * needed, so that backup, migrate and doctor work where nothing else does. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "account_private.h"
#include "state_dir.h"

char *account_database(const char *dir, struct arena *arena)
{
    return arena_printf(arena, "%s/weir.db", dir);
}

char *account_slug_on_disk(const char *dir, struct arena *arena)
{
    const char *error;
    struct db *db = db_open(account_database(dir, arena), DB_READ, &error);
    char *slug = db ? db_text(db, arena, "SELECT slug FROM account") : NULL;
    db_close(db);
    return slug;
}

/* After a crash two files can name one directory; the database says which of them is right. */
static bool names_it(const struct account_entry *entry, const struct account_entry *entries,
                     size_t count, struct arena *arena)
{
    size_t names = 0;
    struct stat is;
    for (size_t i = 0; i < count; i++)
        names += uuid_compare(entries[i].uuid, entry->uuid) == 0;
    if (names == 1)
        return stat(entry->dir, &is) == 0;
    const char *slug = account_slug_on_disk(entry->dir, arena);
    return slug && strcmp(slug, entry->slug) == 0;
}

struct account_entry *account_entries(const char *state_dir, struct arena *arena, size_t *count)
{
    size_t found, read = 0, kept = 0;
    const char **slugs = slug_list(state_dir, arena, &found);
    struct account_entry *entries = arena_alloc_array(arena, found + 1, sizeof *entries);
    struct account_entry *right = arena_alloc_array(arena, found + 1, sizeof *right);
    for (size_t i = 0; i < found; i++) {
        struct account_entry entry = { .slug = slugs[i] };
        if (!slug_read(state_dir, slugs[i], &entry.uuid))
            continue;
        entry.dir = state_account_dir(arena, state_dir, entry.uuid);
        entries[read++] = entry;
    }
    for (size_t i = 0; i < read; i++)
        if (names_it(&entries[i], entries, read, arena))
            right[kept++] = entries[i];
    *count = kept;
    return right;
}

static int is_uuid(const struct dirent *entry)
{
    struct uuid uuid;
    return uuid_parse(entry->d_name, strlen(entry->d_name), &uuid);
}

struct account_entry *account_dirs(const char *state_dir, struct arena *arena, size_t *count)
{
    struct dirent **names;
    int found = scandir(state_path(arena, state_dir, "accounts", NULL), &names, is_uuid, alphasort);
    *count = found > 0 ? (size_t)found : 0;
    struct account_entry *entries = arena_alloc_array(arena, *count + 1, sizeof *entries);
    for (int i = 0; i < found; i++) {
        uuid_parse(names[i]->d_name, UUID_TEXT - 1, &entries[i].uuid);
        entries[i].dir = state_path(arena, state_dir, "accounts", names[i]->d_name);
        entries[i].slug = account_slug_on_disk(entries[i].dir, arena);
        free(names[i]);
    }
    if (found >= 0)
        free(names);
    return entries;
}
