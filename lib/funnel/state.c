/* The persons in hand during a group: a map of rows, what is to be written, and how to undo one
 * item. Everything lies in one arena that is thrown away when another process has written, after a
 * lost transaction, or when it has grown over its limit between two groups. */
#include "state.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

enum { BUCKETS = STATE_MOST };

struct name {
    struct name *next;
    uint64_t hash;
    int64_t id;
    int note;
    char kind;
    size_t len;
    char bytes[];
};

/* Enough to take back what an item did: a row's earlier content, or the news of a row or name. */
struct undo {
    struct undo *older;
    enum { UNDO_CHANGE, UNDO_ADD, UNDO_NAME } what;
    struct held *row;
    struct held *copy;
    struct name *name;
};

struct state {
    struct account *account;
    struct arena *arena; /* rows and names */
    struct arena *undo_arena;
    struct held **rows; /* BUCKETS each */
    struct name **names;
    struct held **dirty;
    size_t dirty_count, dirty_capacity;
    size_t row_count, name_count;
    uint64_t item;
    bool in_item;
    struct undo *undo;
};

/* Eight bytes at a time: user agents are long and come with every event. */
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
    const unsigned char *bytes = data;
    for (; len > 0; bytes += 8, len -= len < 8 ? len : 8) {
        uint64_t word = 0;
        memcpy(&word, bytes, len < 8 ? len : 8);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    return hash;
}

static size_t row_bucket(struct held_key key)
{
    uint64_t hash = (uint64_t)(uintptr_t)key.type ^ (uint64_t)key.a * 0x9E3779B97F4A7C15u ^
                    (uint64_t)key.b * 0xC2B2AE3D27D4EB4Fu;
    return (hash >> 40) % BUCKETS;
}

static bool same_key(struct held_key x, struct held_key y)
{
    return x.type == y.type && x.a == y.a && x.b == y.b;
}

static void state_forget(struct state *state)
{
    arena_reset(state->arena);
    arena_reset(state->undo_arena);
    state->rows = arena_alloc_array(state->arena, BUCKETS, sizeof *state->rows);
    state->names = arena_alloc_array(state->arena, BUCKETS, sizeof *state->names);
    state->dirty_count = state->row_count = state->name_count = 0;
    state->undo = NULL;
}

static struct undo *state_note(struct state *state, struct undo what)
{
    if (!state->in_item)
        return NULL;
    what.older = state->undo;
    return state->undo = arena_copy(state->undo_arena, &what, sizeof what);
}

static void state_remember(struct state *state, struct held *row)
{
    if (!state->in_item || row->remembered == state->item)
        return;
    struct held *copy = arena_copy(state->undo_arena, row, row->key.type->size);
    state_note(state, (struct undo){ .what = UNDO_CHANGE, .row = row, .copy = copy });
    row->remembered = state->item;
}

static void state_mark_dirty(struct state *state, struct held *row)
{
    if (row->dirty)
        return;
    row->dirty = true;
    if (state->dirty_count == state->dirty_capacity) {
        state->dirty_capacity = state->dirty_capacity ? state->dirty_capacity * 2 : 256;
        state->dirty = realloc(state->dirty, state->dirty_capacity * sizeof(struct held *));
        if (!state->dirty)
            log_abort("out of memory: state");
    }
    state->dirty[state->dirty_count++] = row;
}

/* A row that came into hand during an item leaves again when the item is undone: it may show the
 * item's own doing. */
static void *state_insert(struct state *state, struct held_key key)
{
    struct held *row = arena_alloc(state->arena, key.type->size);
    struct held **bucket = &state->rows[row_bucket(key)];
    *row = (struct held){ .key = key, .next = *bucket, .remembered = state->item };
    *bucket = row;
    state->row_count++;
    return row;
}

static void state_remove(struct state *state, struct held *row)
{
    struct held **at = &state->rows[row_bucket(row->key)];
    while (*at != row)
        at = &(*at)->next;
    *at = row->next;
    row->dirty = false;
    state->row_count--;
}

void *state_get(struct state *state, const struct held_type *type, int64_t a, int64_t b)
{
    struct held_key key = { type, a, b };
    for (struct held *row = state->rows[row_bucket(key)]; row; row = row->next)
        if (same_key(row->key, key))
            return row;
    struct held *row = state_insert(state, key);
    if (type->load(state->account, row)) {
        state_note(state, (struct undo){ .what = UNDO_ADD, .row = row });
        return row;
    }
    state_remove(state, row);
    return NULL;
}

void *state_add(struct state *state, const struct held_type *type, int64_t a, int64_t b)
{
    struct held *row = state_insert(state, (struct held_key){ type, a, b });
    state_note(state, (struct undo){ .what = UNDO_ADD, .row = row });
    return row;
}

void state_change(struct state *state, void *row)
{
    state_remember(state, row);
    state_mark_dirty(state, row);
}

/* Inside an item the rows are remembered as pending first: if the item is rolled back, what it
 * wrote for its predecessors goes with it and must be written again. */
void state_flush(struct state *state)
{
    for (size_t i = 0; i < state->dirty_count; i++) {
        struct held *row = state->dirty[i];
        if (!row->dirty)
            continue;
        state_remember(state, row);
        row->dirty = false;
        row->key.type->save(state->account, row);
    }
    state->dirty_count = 0;
}

static uint64_t name_hash(char kind, const void *name, size_t len)
{
    return hash_bytes((uint64_t)kind << 32 ^ len, name, len);
}

int64_t state_name(struct state *state, char kind, const void *name, size_t len, int *note)
{
    uint64_t hash = name_hash(kind, name, len);
    for (struct name *known = state->names[hash % BUCKETS]; known; known = known->next) {
        if (known->hash != hash || known->kind != kind || known->len != len ||
            memcmp(known->bytes, name, len) != 0)
            continue;
        if (note)
            *note = known->note;
        return known->id;
    }
    return 0;
}

void state_name_add(struct state *state, char kind, const void *name, size_t len, int64_t id,
                    int note)
{
    struct name *known = arena_alloc(state->arena, sizeof *known + len);
    uint64_t hash = name_hash(kind, name, len);
    struct name **bucket = &state->names[hash % BUCKETS];
    *known = (struct name){
        .next = *bucket, .hash = hash, .id = id, .note = note, .kind = kind, .len = len
    };
    memcpy(known->bytes, name, len);
    *bucket = known;
    state->name_count++;
    state_note(state, (struct undo){ .what = UNDO_NAME, .name = known });
}

static void state_remove_name(struct state *state, struct name *known)
{
    struct name **at = &state->names[known->hash % BUCKETS];
    while (*at != known)
        at = &(*at)->next;
    *at = known->next;
    state->name_count--;
}

static void undo_change(struct state *state, struct undo *undo)
{
    struct held *row = undo->row, *next = row->next;
    bool pending = undo->copy->dirty;
    memcpy(row, undo->copy, row->key.type->size);
    row->next = next;
    row->dirty = false;
    if (pending)
        state_mark_dirty(state, row);
}

static void on_undo(void *context)
{
    struct state *state = context;
    for (struct undo *undo = state->undo; undo; undo = undo->older) {
        switch (undo->what) {
        case UNDO_CHANGE:
            undo_change(state, undo);
            break;
        case UNDO_ADD:
            state_remove(state, undo->row);
            break;
        case UNDO_NAME:
            state_remove_name(state, undo->name);
            break;
        }
    }
    state->undo = NULL;
    state->in_item = false;
}

static bool state_is_full(const struct state *state)
{
    return state->row_count > STATE_MOST || state->name_count > STATE_MOST ||
           arena_used(state->arena) > STATE_BYTES;
}

static void on_begin(void *context, bool changed)
{
    struct state *state = context;
    if (changed || state_is_full(state))
        state_forget(state);
    state->in_item = false;
}

static void on_item(void *context)
{
    struct state *state = context;
    state->item++;
    state->in_item = true;
    state->undo = NULL;
    arena_reset(state->undo_arena);
}

static void on_flush(void *context)
{
    struct state *state = context;
    state->in_item = false;
    state_flush(state);
}

static void on_drop(void *context)
{
    state_forget(context);
}

struct state *state_new(struct account *account)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        log_abort("out of memory: state");
    state->account = account;
    state->arena = arena_new();
    state->undo_arena = arena_new();
    state_forget(state);
    gate_follow(account->gate,
                &(struct gate_follower){ state, on_begin, on_item, on_undo, on_flush, on_drop });
    return state;
}

void state_free(struct state *state)
{
    if (!state)
        return;
    arena_free(state->arena);
    arena_free(state->undo_arena);
    free(state->dirty);
    free(state);
}
