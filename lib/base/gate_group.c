/* A group: many items, one transaction, one sync.  Each item can be taken back alone; SQLite
 * may, after a fault, have rolled back everything by itself, so whether the transaction is still
 * there is asked before any further statement: one that ran after it would commit alone.  Until the
 * group itself commits, commits are held and rollbacks are counted, so that no item can end the
 * transaction unseen.
 *   A savepoint copies every page that its item touches, and most groups lose no item.  So a large
 * group first runs without: an item that answers no and wrote nothing leaves nothing behind.  When
 * one that wrote must be taken back, the whole group is rolled back and runs again, with
 * savepoints. */
#include "gate_private.h"

#include <string.h>

#include "log.h"

enum { QUICK_LEAST = 8, CAREFUL_GROUPS = 16 };

static bool is_stored(enum outcome got)
{
    return got == OK || got == CREATED;
}

/* The transaction of this group: one that an item began after a rollback is another. */
static bool transaction_stands(const struct gate *gate)
{
    return db_in_transaction(gate->db) && db_rollbacks(gate->db) == gate->rollbacks;
}

static bool is_going_on(const struct gate *gate)
{
    return db_fault(gate->db) == DB_FINE && transaction_stands(gate);
}

static void follow(const struct gate *gate, void (*call)(void *context))
{
    if (call)
        call(gate->follower.context);
}

static bool version_is_ours(struct gate *gate)
{
    int64_t version = db_user_version(gate->db);
    if (!is_going_on(gate))
        return false;
    if (gate->version == 0 || version == gate->version)
        return true;
    return gate_refuse(gate, "%s has schema version %lld, this program writes %lld: %s", gate->path,
                       (long long)version, (long long)gate->version,
                       version < gate->version ? "run `weir migrate`"
                                               : "restart it as it is now installed");
}

static bool group_begin(struct gate *gate)
{
    gate->spills = db_spills(gate->db);
    gate->rollbacks = db_rollbacks(gate->db);
    db_hold_commit(gate->db, true);
    db_run(gate->db, "BEGIN IMMEDIATE");
    if (!is_going_on(gate) || !version_is_ours(gate))
        return false;
    int64_t data_version = db_data_version(gate->db);
    bool changed = gate->changed || data_version != gate->data_version;
    gate->data_version = data_version;
    gate->changed = false;
    gate->begun = true;
    if (gate->follower.begin)
        gate->follower.begin(gate->follower.context, changed);
    return is_going_on(gate);
}

/* After a spill a savepoint cannot be rolled back safely (db_wal.c): then the whole group goes. */
static bool item_undo(struct gate *gate)
{
    if (db_spills(gate->db) != gate->spills)
        return gate_refuse(gate, "a group that spilled cannot lose an item: send smaller ones");
    gate_note_fault(gate);
    db_clear_fault(gate->db);
    db_run(gate->db, "ROLLBACK TO gate_item");
    db_run(gate->db, "RELEASE gate_item");
    if (is_going_on(gate))
        follow(gate, gate->follower.undo);
    return is_going_on(gate);
}

static bool item_keep(struct gate *gate)
{
    db_run(gate->db, "RELEASE gate_item");
    return is_going_on(gate);
}

static void item_close_rows(struct gate *gate)
{
    if (db_close_rows(gate->db) > 0)
        log_write(LOG_WARN, "a handler left a query open: it is closed",
                  LOG_TEXT("database", gate->path));
}

/* False when the transaction is gone, and with it the group. */
static bool item_run(struct gate *gate, struct gate_item *item)
{
    db_run(gate->db, "SAVEPOINT gate_item");
    if (!is_going_on(gate))
        return false;
    follow(gate, gate->follower.item);
    enum outcome got = item->run(gate->db, item->context);
    item_close_rows(gate);
    if (!transaction_stands(gate))
        return false;
    item->got = db_fault(gate->db) == DB_FINE ? got : UNAVAILABLE;
    return is_stored(item->got) ? item_keep(gate) : item_undo(gate);
}

static bool group_commit(struct gate *gate)
{
    follow(gate, gate->follower.flush);
    db_close_rows(gate->db);
    if (!is_going_on(gate))
        return false;
    db_hold_commit(gate->db, false);
    db_run(gate->db, "COMMIT");
    gate->in_doubt = db_fault(gate->db) != DB_FINE;
    return !gate->in_doubt;
}

/* Without a savepoint.  False: the group cannot go on without them. */
static bool item_run_quick(struct gate *gate, struct gate_item *item)
{
    int64_t before = db_changed_rows(gate->db);
    follow(gate, gate->follower.item);
    item->got = item->run(gate->db, item->context);
    item_close_rows(gate);
    if (!is_going_on(gate))
        return false;
    if (is_stored(item->got))
        return true;
    if (db_changed_rows(gate->db) != before)
        return false;
    follow(gate, gate->follower.undo);
    return is_going_on(gate);
}

static void items_refuse(struct gate_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        items[i].got = UNAVAILABLE;
}

static bool items_run(struct gate *gate, struct gate_item *items, size_t count,
                      bool (*run)(struct gate *gate, struct gate_item *item))
{
    for (size_t i = 0; i < count; i++)
        if (!run(gate, &items[i]))
            return false;
    return true;
}

/* A transaction that is gone is not begun again: what ended it ends the group. */
static bool group_begin_again(struct gate *gate, struct gate_item *items, size_t count)
{
    if (!transaction_stands(gate))
        return false;
    gate_roll_back(gate);
    db_clear_fault(gate->db);
    follow(gate, gate->follower.drop);
    items_refuse(items, count);
    gate->begun = false;
    gate->changed = true;
    gate->careful = CAREFUL_GROUPS;
    return group_begin(gate);
}

/* Where one large group had to run twice, the next ones are likely to: they go with savepoints. */
static bool may_be_quick(struct gate *gate, size_t count)
{
    if (count < QUICK_LEAST)
        return false;
    if (gate->careful == 0)
        return true;
    gate->careful--;
    return false;
}

static bool group_store(struct gate *gate, struct gate_item *items, size_t count)
{
    bool quick = may_be_quick(gate, count);
    if (!group_begin(gate))
        return false;
    if (quick && items_run(gate, items, count, item_run_quick))
        return group_commit(gate);
    if (quick && !group_begin_again(gate, items, count))
        return false;
    return items_run(gate, items, count, item_run) && group_commit(gate);
}

/* A COMMIT whose sync failed leaves its frames whole in the log, invisible as long as any process
 * has the file open, and found again by a recovery.  The next commit overwrites them; so one that
 * changes nothing is made. */
void group_bury(struct gate *gate)
{
    if (!gate->in_doubt)
        return;
    db_clear_fault(gate->db);
    db_run(gate->db, "BEGIN IMMEDIATE");
    db_touch(gate->db);
    db_run(gate->db, "COMMIT");
    gate->in_doubt = db_fault(gate->db) != DB_FINE;
    gate_roll_back(gate);
}

static void group_lose(struct gate *gate, struct gate_item *items, size_t count)
{
    items_refuse(items, count);
    if (db_fault(gate->db) != DB_FINE)
        gate_note_fault(gate);
    else if (!transaction_stands(gate))
        gate_refuse(gate, "an item ended the transaction of its group: a bug");
    gate_roll_back(gate);
    db_hold_commit(gate->db, false);
    group_bury(gate);
    if (gate->begun)
        follow(gate, gate->follower.drop);
    gate->changed = true;
}

static bool items_count(struct gate *gate, const struct gate_item *items, size_t count)
{
    size_t answered = 0;
    for (size_t i = 0; i < count; i++) {
        answered += items[i].got != UNAVAILABLE;
        gate->stats.items += is_stored(items[i].got);
    }
    return answered > 0 || count == 0;
}

static bool group_run(struct gate *gate, struct gate_item *items, size_t count)
{
    gate->begun = false;
    group_bury(gate);
    bool stored = group_store(gate, items, count);
    if (stored) {
        gate->logged[0] = '\0';
        gate_checkpoint_if_due(gate);
    } else
        group_lose(gate, items, count);
    db_clear_fault(gate->db);
    return stored && items_count(gate, items, count);
}

bool gate_commit(struct gate *gate, struct gate_item *items, size_t count)
{
    items_refuse(items, count);
    gate->trouble[0] = '\0';
    gate->stats.groups++;
    if (gate_disk_is_low(gate))
        return gate_refuse(gate, "the disk of %s is nearly full: free some space", gate->path);
    if (!gate_take(gate))
        return false;
    bool answered = group_run(gate, items, count);
    gate_release(gate);
    return answered;
}
