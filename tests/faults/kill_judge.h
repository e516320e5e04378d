/* The verdict of kill.c: the rows that are there, against the plan and the acknowledgements. */
#ifndef WEIR_KILL_JUDGE_H
#define WEIR_KILL_JUDGE_H

#include <sys/stat.h>
#include <unistd.h>

#include "db.h"
#include "faults.h"
#include "kill_plan.h"

struct ack {
    struct batch batch;
    int32_t stored; /* 0: the gate answered UNAVAILABLE */
};

struct findings {
    size_t groups, rows, acknowledged, unacknowledged;
    size_t lost, torn, refused, stray, ballast;
    bool sums;
    struct batch last_unacknowledged;
};

static inline int ack_compare(const void *left, const void *right)
{
    const struct batch *a = left, *b = right;
    int64_t difference = a->writer != b->writer ? a->writer - b->writer
                         : a->life != b->life   ? a->life - b->life
                                                : a->batch - b->batch;
    return (difference > 0) - (difference < 0);
}

/* Sorted, and ended by a writer that does not exist. */
static inline struct ack *acks_read(int file)
{
    struct stat about;
    if (fstat(file, &about) != 0 || about.st_size % (off_t)sizeof(struct ack) != 0)
        stop("acks");
    size_t size = (size_t)about.st_size, count = size / sizeof(struct ack);
    struct ack *acks = malloc(size + sizeof *acks);
    if (!acks || pread(file, acks, size, 0) != (ssize_t)size)
        stop("acks");
    qsort(acks, count, sizeof *acks, ack_compare);
    acks[count] = (struct ack){ .batch = { .writer = WRITERS } };
    return acks;
}

/* Every acknowledgement before `group` has found no rows. */
static inline void judge_missing(const struct ack **ack, const struct batch *group,
                                 struct findings *found)
{
    for (; ack_compare(*ack, group) < 0; ++*ack) {
        found->acknowledged += (*ack)->stored != 0;
        found->lost += (*ack)->stored != 0;
    }
}

/* A killed writer may leave one group that nobody heard of; another after it is a stray. */
static inline void judge_group(const struct ack **ack, const struct batch *group, uint32_t items,
                               struct findings *found)
{
    const struct batch *last = &found->last_unacknowledged;
    judge_missing(ack, group, found);
    found->groups++;
    found->stray += last->writer == group->writer && last->life == group->life;
    found->torn += items != plan_stored(group);
    if (ack_compare(*ack, group) == 0) {
        found->acknowledged += (*ack)->stored != 0;
        found->refused += (*ack)->stored == 0;
        ++*ack;
        return;
    }
    found->unacknowledged++;
    found->last_unacknowledged = *group;
}

static inline bool row_is_planned(struct db_rows *rows, const struct batch *batch, int item)
{
    char payload[PAYLOAD_MOST + 1];
    plan_payload(batch, item, payload);
    const char *stored = db_get_text(rows, 2, NULL);
    return stored && strcmp(stored, payload) == 0;
}

/* Rows and acknowledgements are two sorted lists, read side by side. */
static inline void judge_rows(struct db *db, const struct ack *ack, struct findings *found)
{
    static const struct batch end = { .writer = WRITERS };
    struct batch group = end;
    uint32_t items = 0;
    struct db_rows *rows =
        db_query(db, "SELECT writer, number, payload FROM entry ORDER BY writer, number");
    while (db_next(rows)) {
        int item = (int)(db_get_int(rows, 1) & 31);
        struct batch own = plan_batch(db_get_int(rows, 0), db_get_int(rows, 1));
        if (found->rows++ && ack_compare(&own, &group) != 0) {
            judge_group(&ack, &group, items, found);
            items = 0;
        }
        group = own;
        items |= 1U << item;
        found->torn += !row_is_planned(rows, &own, item);
    }
    if (found->rows)
        judge_group(&ack, &group, items, found);
    judge_missing(&ack, &end, found);
}

static inline size_t judge_ballast(struct db *db)
{
    static unsigned char planned[BALLAST_MOST];
    size_t wrong = 0;
    struct db_rows *rows =
        db_query(db, "SELECT id, number, ballast, (SELECT coalesce(max(e.number), 0) FROM entry e"
                     " WHERE e.writer = w.id) FROM writer w");
    while (db_next(rows)) {
        size_t size;
        struct batch newest = plan_batch(db_get_int(rows, 0), db_get_int(rows, 3));
        const void *stored = db_get_blob(rows, 2, &size, NULL);
        wrong += db_get_int(rows, 3) != 0 &&
                 (db_get_int(rows, 1) != plan_number(&newest, 0) ||
                  size != plan_ballast(&newest, planned) || memcmp(stored, planned, size) != 0);
    }
    return wrong;
}

static inline struct findings judge_database(struct db *db, int acks_file)
{
    struct findings found = { .last_unacknowledged = { .writer = -1 } };
    struct ack *acks = acks_read(acks_file);
    judge_rows(db, acks, &found);
    free(acks);
    found.ballast = judge_ballast(db);
    found.sums = db_int(db, "SELECT entries = (SELECT count(*) FROM entry) AND bytes ="
                            " (SELECT coalesce(sum(length(payload)), 0) FROM entry) FROM counter");
    return found;
}

#endif
