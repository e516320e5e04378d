/* What a crash may leave between two steps: a slug file that leads nowhere, an account that nothing
 * leads to, a directory that was never finished.  The database's own slug is the truth; --fix makes
 * the files follow it. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "file.h"
#include "slug.h"
#include "state_dir.h"

enum { LEFTOVER_SECS = 3600 };

/* A directory without the file that leads to it. */
static void check_name(struct doctor *doctor, const struct account_entry *entry)
{
    const char *state_dir = doctor->common.config.state_dir;
    struct uuid leads_to;
    bool known = slug_read(state_dir, entry->slug, &leads_to);
    if (known && uuid_compare(leads_to, entry->uuid) == 0)
        return;
    if (known && access(state_account_dir(doctor->common.arena, state_dir, leads_to), F_OK) == 0)
        doctor_say(doctor, BROKEN, "names",
                   "%s says it is %s, and so does another account: weir account rename that one",
                   entry->dir, entry->slug);
    else if (doctor->fix && slug_remove(state_dir, entry->slug) &&
             slug_write(state_dir, entry->slug, entry->uuid))
        doctor_say(doctor, WELL, "names", "%s leads to its account again", entry->slug);
    else
        doctor_say(doctor, BROKEN, "names",
                   "nothing leads to the account %s in %s: weir doctor --fix", entry->slug,
                   entry->dir);
}

/* A file that leads to a directory which is gone, or which has another name by now. */
static void check_slug(struct doctor *doctor, const char *slug, const struct account_entry *entries,
                       size_t count)
{
    const char *state_dir = doctor->common.config.state_dir;
    for (size_t i = 0; i < count; i++)
        if (entries[i].slug && strcmp(entries[i].slug, slug) == 0)
            return;
    if (doctor->fix && slug_remove(state_dir, slug))
        doctor_say(doctor, WELL, "names",
                   "slugs/%s, which led to no account of that name, is removed", slug);
    else
        doctor_say(doctor, WATCH, "names",
                   "slugs/%s leads to no account of that name: weir doctor --fix", slug);
}

static int is_leftover(const struct dirent *entry)
{
    return strncmp(entry->d_name, ".new-", 5) == 0;
}

/* Accounts that were being made when the power went. */
static void check_leftovers(struct doctor *doctor)
{
    struct dirent **names;
    struct arena *arena = doctor->common.arena;
    int found = scandir(state_path(arena, doctor->common.config.state_dir, "accounts", NULL),
                        &names, is_leftover, alphasort);
    for (int i = 0; i < found; i++) {
        struct stat is = { 0 };
        const char *path =
            state_path(arena, doctor->common.config.state_dir, "accounts", names[i]->d_name);
        bool old = stat(path, &is) == 0 && clock_now() / 1000 - is.st_mtim.tv_sec > LEFTOVER_SECS;
        if (old && doctor->fix && dir_remove(path))
            doctor_say(doctor, WELL, "leftovers", "%s is removed", path);
        else if (old)
            doctor_say(doctor, WATCH, "leftovers", "%s was never finished: weir doctor --fix",
                       path);
        free(names[i]);
    }
    if (found >= 0)
        free(names);
}

void doctor_names(struct doctor *doctor)
{
    const char *state_dir = doctor->common.config.state_dir;
    size_t count, slugs;
    int broken = doctor->counts[BROKEN] + doctor->counts[WATCH];
    int lock = slug_lock(state_dir);
    const struct account_entry *entries = account_dirs(state_dir, doctor->common.arena, &count);
    const char **names = slug_list(state_dir, doctor->common.arena, &slugs);
    for (size_t i = 0; i < slugs; i++)
        check_slug(doctor, names[i], entries, count);
    for (size_t i = 0; i < count; i++)
        if (entries[i].slug)
            check_name(doctor, &entries[i]);
    check_leftovers(doctor);
    if (lock >= 0)
        slug_unlock(lock);
    if (doctor->counts[BROKEN] + doctor->counts[WATCH] == broken)
        doctor_say(doctor, WELL, "names", "%zu accounts, each found by its slug", count);
}
