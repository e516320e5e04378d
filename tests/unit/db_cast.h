/* What the tests of statements share: a database in memory with people in it. */
#ifndef WEIR_DB_CAST_H
#define WEIR_DB_CAST_H

#include "db_folder.h"

static struct db *db;

static inline int set_up(void **state)
{
    folder_make(state);
    db = must_open(":memory:", DB_CREATE);
    must_script(db, "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT UNIQUE, age INTEGER,"
                    " height REAL, photo BLOB, boss INTEGER REFERENCES person (id)) STRICT");
    return 0;
}

static inline int tear_down(void **state)
{
    db_close(db);
    return folder_remove(state);
}

static inline void add(int64_t id, const char *name)
{
    db_run(db, "INSERT INTO person (id, name) VALUES (:id, :name)", BIND(id), BIND(name));
    assert_int_equal(db_fault(db), DB_FINE);
}

#endif
