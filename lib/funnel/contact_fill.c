/* What a contact tells of themselves, read, filled and written as a whole.  A cell that does not
 * open is left alone: folding anew makes it again from the events. */
#include "contact_fill.h"

#include <string.h>

#include "personal.h"

enum { CUSTOM_MOST = 64 * 1024, COLUMNS = 5, EMAIL = 0 };

static const char *first_given(const char *known, const void *given, struct arena *arena)
{
    (void)arena;
    return known ? NULL : given;
}

/* An address is known in its compared form from the start; the first spelling of it that differs
 * is kept. */
static const char *first_spelling(const char *known, const void *given, struct arena *arena)
{
    const char *key = known ? email_key(arena, given) : NULL;
    return key && strcmp(key, known) == 0 && strcmp(given, known) != 0 ? given : NULL;
}

struct json *custom_parse(const char *text, struct arena *arena)
{
    const struct json_limits roomy = { .tokens = CUSTOM_MOST };
    return json_parse(arena, text, strlen(text), &roomy, NULL);
}

/* Adds the members that are not there yet; the text of the whole object. */
static const char *new_members(const char *known, const void *given, struct arena *arena)
{
    struct json *object = known ? custom_parse(known, arena) : json_object(arena);
    size_t used = known ? strlen(known) : 0, before = json_count(object);
    for (const struct json *member = json_first(given); member; member = json_next(member)) {
        const char *key = json_key(member), *print = json_print(arena, member);
        size_t size = strlen(key) + strlen(print);
        if (used + size > CUSTOM_MOST || json_get(object, key))
            continue;
        json_set(object, key, custom_parse(print, arena));
        used += size;
    }
    return json_count(object) > before ? json_print(arena, object) : NULL;
}

/* Where a column's value comes from, and what the column holds then; NULL: what it holds. */
static const struct column {
    enum sealed_column seal;
    size_t offset; /* in struct personal, of a pointer */
    const char *(*choose)(const char *known, const void *given, struct arena *arena);
} columns[COLUMNS] = {
    [EMAIL] = { SEAL_CONTACT_EMAIL, offsetof(struct personal, email), first_spelling },
    { SEAL_CONTACT_FIRST_NAME, offsetof(struct personal, first_name), first_given },
    { SEAL_CONTACT_LAST_NAME, offsetof(struct personal, last_name), first_given },
    { SEAL_CONTACT_PHONE, offsetof(struct personal, phone), first_given },
    { SEAL_CONTACT_CUSTOM, offsetof(struct personal, custom), new_members },
};

struct cell {
    const void *data;
    size_t len;
};

static void cells_read(struct db *db, int64_t id, struct cell cells[COLUMNS], struct arena *arena)
{
    struct db_rows *rows = db_query(db,
                                    "SELECT email_sealed, first_name_sealed, last_name_sealed,"
                                    " phone_sealed, custom_sealed FROM contact WHERE id = :id",
                                    BIND(id));
    if (db_next(rows))
        for (int i = 0; i < COLUMNS; i++)
            cells[i].data = db_get_blob(rows, i, &cells[i].len, arena);
    db_done(rows);
}

static void cells_write(struct db *db, int64_t id, const struct cell cells[COLUMNS])
{
    db_run(db,
           "UPDATE contact SET email_sealed = :email, first_name_sealed = :first_name,"
           " last_name_sealed = :last_name, phone_sealed = :phone, custom_sealed = :custom"
           " WHERE id = :id",
           BINDBLOB(email, cells[0].data, cells[0].len),
           BINDBLOB(first_name, cells[1].data, cells[1].len),
           BINDBLOB(last_name, cells[2].data, cells[2].len),
           BINDBLOB(phone, cells[3].data, cells[3].len),
           BINDBLOB(custom, cells[4].data, cells[4].len), BIND(id));
}

static struct cell cell_seal(struct account *account, const struct contact *contact,
                             enum sealed_column column, const char *plain, struct arena *arena)
{
    struct cell cell;
    cell.data =
        account_seal(account, column, &contact->uuid, plain, strlen(plain), arena, &cell.len);
    return cell;
}

/* Whether the cell has another content now. */
static bool cell_fill(struct account *account, const struct contact *contact,
                      const struct column *column, struct cell *cell, const void *given,
                      struct arena *arena)
{
    const char *known =
        account_unseal(account, column->seal, &contact->uuid, cell->data, cell->len, arena);
    bool locked = cell->data && !known;
    const char *plain = locked ? NULL : column->choose(known, given, arena);
    if (plain)
        *cell = cell_seal(account, contact, column->seal, plain, arena);
    return plain;
}

/* The arena is its own, so that a fold over a thousand events needs no more than one. */
void contact_fill(struct account *account, const struct contact *contact,
                  const struct personal *personal)
{
    struct db *db = gate_db(account->gate);
    struct arena *arena = arena_new();
    struct cell cells[COLUMNS] = { 0 };
    bool changed = false;
    cells_read(db, contact->held.key.a, cells, arena);
    for (int i = 0; i < COLUMNS; i++) {
        const void *given = *(const void *const *)((const char *)personal + columns[i].offset);
        if (given)
            changed |= cell_fill(account, contact, &columns[i], &cells[i], given, arena);
    }
    if (changed)
        cells_write(db, contact->held.key.a, cells);
    arena_free(arena);
}

void contact_empty(struct account *account, const struct contact *contact)
{
    struct db *db = gate_db(account->gate);
    struct arena *arena = arena_new();
    struct cell cells[COLUMNS] = { 0 };
    cells_read(db, contact->held.key.a, cells, arena);
    struct cell email = cells[EMAIL];
    const char *known =
        account_unseal(account, SEAL_CONTACT_EMAIL, &contact->uuid, email.data, email.len, arena);
    const char *key = known ? email_key(arena, known) : NULL;
    if (key)
        email = cell_seal(account, contact, SEAL_CONTACT_EMAIL, key, arena);
    cells_write(db, contact->held.key.a, (struct cell[COLUMNS]){ [EMAIL] = email });
    arena_free(arena);
}
