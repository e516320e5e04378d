/* Binding by name.  A name is looked up once for each statement and place in its list of binds;
 * afterwards the address of the name says that nothing has changed, so a call site pays for no
 * string comparison.  A parameter without a value, a name that the statement does not have, a name
 * given twice: a fault. */
#include "db_private.h"

#include <stdio.h>
#include <string.h>

struct db_bind db_bind_int(const char *name, int64_t value)
{
    return (struct db_bind){ name, DB_INT, 0, { .i = value } };
}

struct db_bind db_bind_real(const char *name, double value)
{
    return (struct db_bind){ name, DB_REAL, 0, { .r = value } };
}

struct db_bind db_bind_text(const char *name, const char *value)
{
    return (struct db_bind){ name, value ? DB_TEXT : DB_NULL, SIZE_MAX, { .p = value } };
}

struct db_bind db_bind_blob(const char *name, const void *data, size_t len)
{
    return (struct db_bind){ name, data ? DB_BLOB : DB_NULL, len, { .p = data } };
}

struct db_bind db_bind_uuid(const char *name, const struct uuid *value)
{
    return db_bind_blob(name, value, UUID_SIZE);
}

struct db_bind db_bind_ref(const char *name, int64_t id)
{
    return (struct db_bind){ name, id ? DB_INT : DB_NULL, 0, { .i = id } };
}

static bool bind_refused(struct db_rows *rows, const char *format, const char *name)
{
    db_raise(rows->db, DB_BROKEN, rows->sql, format, name);
    return false;
}

static bool slot_resolve(struct db_rows *rows, int place, const char *name)
{
    char parameter[128];
    if (place == rows->parameters)
        return bind_refused(rows, "the bind %s is one too many", name);
    snprintf(parameter, sizeof parameter, ":%s", name);
    int found = sqlite3_bind_parameter_index(rows->stmt, parameter);
    if (found == 0)
        return bind_refused(rows, "the statement has no parameter :%s", name);
    for (int i = 0; i < place; i++)
        if (rows->slots[i].parameter == found)
            return bind_refused(rows, "the parameter :%s is bound twice", name);
    rows->slots[place] = (struct db_slot){ name, found };
    return true;
}

/* Each slot holds another parameter, so as many slots as parameters leave none unbound. */
static bool slots_resolve(struct db_rows *rows, const struct db_bind *binds)
{
    int count = 0;
    for (; binds[count].name; count++)
        if (!slot_resolve(rows, count, binds[count].name))
            break;
    if (db_fault(rows->db) == DB_FINE && count == rows->parameters)
        return true;
    if (db_fault(rows->db) == DB_FINE)
        db_raise(rows->db, DB_BROKEN, rows->sql, "%d of %d parameters have a value", count,
                 rows->parameters);
    memset(rows->slots, 0, (size_t)rows->parameters * sizeof *rows->slots);
    return false;
}

static bool slots_fit(const struct db_rows *rows, const struct db_bind *binds)
{
    for (int i = 0; i < rows->parameters; i++)
        if (!binds[i].name || binds[i].name != rows->slots[i].name)
            return false;
    return !binds[rows->parameters].name;
}

static int value_bind(sqlite3_stmt *stmt, int parameter, const struct db_bind *bind,
                      sqlite3_destructor_type lifetime)
{
    switch (bind->type) {
    case DB_INT:
        return sqlite3_bind_int64(stmt, parameter, bind->i);
    case DB_REAL:
        return sqlite3_bind_double(stmt, parameter, bind->r);
    case DB_TEXT:
        return sqlite3_bind_text64(stmt, parameter, bind->p,
                                   bind->len == SIZE_MAX ? strlen(bind->p) : bind->len, lifetime,
                                   SQLITE_UTF8);
    case DB_BLOB:
        return sqlite3_bind_blob64(stmt, parameter, bind->p, bind->len, lifetime);
    default:
        return sqlite3_bind_null(stmt, parameter);
    }
}

bool statement_bind(struct db_rows *rows, const struct db_bind *binds,
                    sqlite3_destructor_type lifetime)
{
    if (!slots_fit(rows, binds) && !slots_resolve(rows, binds))
        return false;
    for (int i = 0; i < rows->parameters; i++) {
        int rc = value_bind(rows->stmt, rows->slots[i].parameter, &binds[i], lifetime);
        if (rc != SQLITE_OK) {
            db_raise_sqlite(rows->db, rc, rows->sql, true);
            return false;
        }
    }
    return true;
}
