/* Values on top of cJSON.  A number is a raw item that holds its text, so it prints as it was sent.
 * A container keeps its arena in the field that cJSON uses for the text of scalars only: whoever
 * adds a member needs it, and cJSON has no place of its own for it.  Nothing here is ever freed. */
#include "json.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_check.h"
#include "json_number.h"
#include "log.h"

struct json {
    cJSON node;
};

enum { CONTAINER = cJSON_Array | cJSON_Object };

/* The allocator hooks of cJSON take no context, so the arena of the call at hand stands here.
 * Every entry that allocates sets it first; nothing reads it between two calls, and the programs
 * have no threads. */
static struct arena *current;

static void *hook_alloc(size_t size)
{
    return arena_alloc(current, size);
}

static void hook_free(void *memory)
{
    (void)memory; /* the arena takes it back */
}

static void allocate_from(struct arena *arena)
{
    current = arena;
    cJSON_InitHooks(&(cJSON_Hooks){ .malloc_fn = hook_alloc, .free_fn = hook_free });
}

/* Gives the numbers below `node` their text back, in the order of the document, and containers
 * their arena. */
static void adopt(cJSON *node, struct arena *arena, struct json_number **next)
{
    if (cJSON_IsNumber(node)) {
        node->type = cJSON_Raw;
        node->valuestring = (*next)->text;
        *next = (*next)->next;
    } else if (node->type & CONTAINER) {
        node->valuestring = (char *)arena;
    }
    for (cJSON *child = node->child; child; child = child->next)
        adopt(child, arena, next);
}

struct json *json_parse(struct arena *arena, const char *s, size_t len,
                        const struct json_limits *limits, const char **error)
{
    struct json_checked checked;
    if (!json_check(arena, s, len, limits, &checked, error))
        return NULL;
    allocate_from(arena);
    cJSON *root = cJSON_ParseWithLength(checked.text, checked.len + 1);
    if (!root)
        log_abort("json: cJSON refuses what json_check() accepted");
    adopt(root, arena, &checked.numbers);
    return (struct json *)root;
}

enum json_type json_type(const struct json *value)
{
    switch (value ? value->node.type & 0xFF : cJSON_NULL) {
    case cJSON_True:
    case cJSON_False:
        return JSON_BOOL;
    case cJSON_Raw:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

const struct json *json_get(const struct json *object, const char *key)
{
    if (json_type(object) != JSON_OBJECT)
        return NULL;
    return (const struct json *)cJSON_GetObjectItemCaseSensitive(&object->node, key);
}

const struct json *json_first(const struct json *container)
{
    return container ? (const struct json *)container->node.child : NULL;
}

const struct json *json_next(const struct json *value)
{
    return value ? (const struct json *)value->node.next : NULL;
}

const char *json_key(const struct json *member)
{
    return member ? member->node.string : NULL;
}

size_t json_count(const struct json *container)
{
    return container ? (size_t)cJSON_GetArraySize(&container->node) : 0;
}

bool json_text(const struct json *value, const char **out)
{
    if (json_type(value) != JSON_STRING)
        return false;
    *out = value->node.valuestring;
    return true;
}

bool json_bool(const struct json *value, bool *out)
{
    if (json_type(value) != JSON_BOOL)
        return false;
    *out = cJSON_IsTrue(&value->node);
    return true;
}

const char *json_number_text(const struct json *value)
{
    return json_type(value) == JSON_NUMBER ? value->node.valuestring : NULL;
}

bool json_double(const struct json *value, double *out)
{
    const char *text = json_number_text(value);
    if (text)
        *out = strtod(text, NULL);
    return text != NULL;
}

bool json_int(const struct json *value, int64_t *out)
{
    const char *text = json_number_text(value);
    return text && json_number_whole(text, out);
}

static struct json *value_of(cJSON *node)
{
    if (!node)
        log_abort("json: cJSON could not make a value");
    return (struct json *)node;
}

static struct json *container_in(struct arena *arena, cJSON *node)
{
    struct json *container = value_of(node);
    container->node.valuestring = (char *)arena;
    return container;
}

struct json *json_object(struct arena *arena)
{
    allocate_from(arena);
    return container_in(arena, cJSON_CreateObject());
}

struct json *json_array(struct arena *arena)
{
    allocate_from(arena);
    return container_in(arena, cJSON_CreateArray());
}

static void allocate_for(const struct json *container, enum json_type type)
{
    if (json_type(container) != type)
        log_abort("json: only an object can be set and only an array can be appended to");
    allocate_from((struct arena *)(void *)container->node.valuestring);
}

static const char *well_formed(const char *s)
{
    size_t len = strlen(s);
    if (text_is_utf8(s, len))
        return s;
    struct text *mended = text_new(current);
    text_add_utf8(mended, s, len);
    return text_str(mended);
}

static cJSON *text_node(const char *s)
{
    return s ? cJSON_CreateString(well_formed(s)) : cJSON_CreateNull();
}

static cJSON *free_node(struct json *value)
{
    if (value && value->node.prev)
        log_abort("json: a value can stand in one place only");
    return value ? &value->node : cJSON_CreateNull();
}

/* The arena of the object is current. */
static void set_node(struct json *object, const char *key, cJSON *node)
{
    key = well_formed(key);
    if (!cJSON_ReplaceItemInObjectCaseSensitive(&object->node, key, node) &&
        !cJSON_AddItemToObject(&object->node, key, node))
        log_abort("json: cJSON could not set \"%s\"", key);
}

void json_set(struct json *object, const char *key, struct json *value)
{
    allocate_for(object, JSON_OBJECT);
    set_node(object, key, free_node(value));
}

void json_set_text(struct json *object, const char *key, const char *value)
{
    allocate_for(object, JSON_OBJECT);
    set_node(object, key, text_node(value));
}

void json_set_int(struct json *object, const char *key, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    allocate_for(object, JSON_OBJECT);
    set_node(object, key, cJSON_CreateRaw(text));
}

void json_set_double(struct json *object, const char *key, double value)
{
    char text[JSON_NUMBER_ROOM];
    if (!isfinite(value)) {
        json_set(object, key, NULL);
        return;
    }
    json_number_shortest(text, value);
    allocate_for(object, JSON_OBJECT);
    set_node(object, key, cJSON_CreateRaw(text));
}

void json_set_bool(struct json *object, const char *key, bool value)
{
    allocate_for(object, JSON_OBJECT);
    set_node(object, key, cJSON_CreateBool(value));
}

static void append_node(struct json *array, cJSON *node)
{
    if (!cJSON_AddItemToArray(&array->node, node))
        log_abort("json: cJSON could not append a value");
}

void json_append(struct json *array, struct json *value)
{
    allocate_for(array, JSON_ARRAY);
    append_node(array, free_node(value));
}

void json_append_text(struct json *array, const char *value)
{
    allocate_for(array, JSON_ARRAY);
    append_node(array, text_node(value));
}

char *json_print(struct arena *arena, const struct json *value)
{
    if (!value)
        return arena_strdup(arena, "null");
    allocate_from(arena);
    char *text = cJSON_PrintUnformatted(&value->node);
    if (!text)
        log_abort("json: cJSON could not print a value");
    return text;
}
