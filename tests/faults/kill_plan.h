/* What every group of kill.c holds, as a pure function of (writer, life, batch): so that the
 * verifier needs no record of what a killed process meant to write.  A life is one process of a
 * writer; its batches count from 1. */
#ifndef WEIR_KILL_PLAN_H
#define WEIR_KILL_PLAN_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    WRITERS = 8,
    ITEMS_MOST = 20,
    PAYLOAD_MOST = 400,
    BALLAST_LEAST = 16 << 10,
    BALLAST_MOST = 256 << 10
};

struct batch {
    int32_t writer, life, batch;
};

enum fate {
    STORED,
    REFUSED,  /* writes like the others, then answers CONFLICT */
    REPEATED, /* brings a number that its batch has already stored */
};

static inline uint64_t plan_hash(const struct batch *batch, int salt)
{
    uint64_t hash = (uint64_t)batch->writer << 56 ^ (uint64_t)batch->life << 36 ^
                    (uint64_t)batch->batch << 12 ^ (uint64_t)salt;
    for (int i = 0; i < 3; i++) {
        hash = (hash ^ hash >> 31) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 29;
    }
    return hash;
}

static inline int plan_items(const struct batch *batch)
{
    return 1 + (int)(plan_hash(batch, 1000) % ITEMS_MOST);
}

static inline enum fate plan_fate(const struct batch *batch, int item)
{
    uint64_t dice = plan_hash(batch, item) % 8;
    return item == 0 || dice > 1 ? STORED : dice ? REFUSED : REPEATED;
}

/* The bit of each item that must be there when the batch is. */
static inline uint32_t plan_stored(const struct batch *batch)
{
    uint32_t stored = 0;
    for (int i = 0; i < plan_items(batch); i++)
        stored |= (plan_fate(batch, i) == STORED ? 1U : 0U) << i;
    return stored;
}

static inline int64_t plan_number(const struct batch *batch, int item)
{
    return (int64_t)batch->life << 25 | (int64_t)batch->batch << 5 | item;
}

static inline struct batch plan_batch(int64_t writer, int64_t number)
{
    return (struct batch){ (int32_t)writer, (int32_t)(number >> 25),
                           (int32_t)(number >> 5 & 0xfffff) };
}

static inline void plan_payload(const struct batch *batch, int item, char payload[PAYLOAD_MOST + 1])
{
    uint64_t hash = plan_hash(batch, 2000 + item);
    int head = snprintf(payload, PAYLOAD_MOST + 1, "%016llx", (unsigned long long)hash);
    int size = head + (int)(hash % (PAYLOAD_MOST - 16));
    for (int i = head; i < size; i++)
        payload[i] = (char)('a' + (i + payload[i % 16]) % 26);
    payload[size] = '\0';
}

/* A large value that each batch replaces: it fills the WAL without filling the disk. */
static inline size_t plan_ballast(const struct batch *batch, unsigned char ballast[BALLAST_MOST])
{
    uint64_t hash = plan_hash(batch, 3000);
    size_t size = BALLAST_LEAST + hash % (BALLAST_MOST - BALLAST_LEAST);
    for (size_t from = 0, part; from < size; from += part) {
        part = size - from < 1000 ? size - from : 1000;
        memset(ballast + from, (int)(hash >> from % 56), part);
    }
    return size;
}

#endif
