/* Finds the row of the route table that a request means.  The tables are short, so they are read in
 * order; the first row that fits wins. */
#include "route.h"

#include <string.h>

static const struct {
    enum method method;
    const char *name;
} methods[] = {
    { METHOD_GET, "GET" },       { METHOD_POST, "POST" },       { METHOD_PATCH, "PATCH" },
    { METHOD_DELETE, "DELETE" }, { METHOD_OPTIONS, "OPTIONS" }, { 0, NULL },
};

/* One part of the pattern against one of the path; both begin behind a slash and end before one. */
static bool part_fits(struct request *request, size_t *parts, const char *pattern,
                      size_t pattern_len, const char *path, size_t path_len)
{
    if (*pattern != ':')
        return pattern_len == path_len && memcmp(pattern, path, path_len) == 0;
    if (path_len == 0 || *parts == PATH_PARTS)
        return false;
    request->part[(*parts)++] = arena_strndup(request->arena, path, path_len);
    return true;
}

static bool path_fits(struct request *request, const char *pattern)
{
    size_t parts = 0;
    const char *path = request->path;
    while (*pattern == '/' && *path == '/') {
        size_t pattern_len = strcspn(++pattern, "/"), path_len = strcspn(++path, "/");
        if (!part_fits(request, &parts, pattern, pattern_len, path, path_len))
            return false;
        pattern += pattern_len;
        path += path_len;
    }
    return *pattern == '\0' && *path == '\0';
}

const struct route *route_find(const struct route *routes, struct request *request, int *allowed)
{
    *allowed = 0;
    for (const struct route *route = routes; route->pattern; route++) {
        if (!path_fits(request, route->pattern))
            continue;
        if (route->method == request->method)
            return route;
        *allowed |= (int)route->method;
    }
    return NULL;
}

static const char *method_name(enum method method)
{
    int i = 0;
    while (methods[i].method != method)
        i++;
    return methods[i].name;
}

const char *methods_list(int allowed, struct arena *arena)
{
    struct text *list = text_new(arena);
    for (int i = 0; methods[i].name; i++)
        if (allowed & (int)methods[i].method)
            text_add_format(list, "%s%s", text_len(list) ? ", " : "", methods[i].name);
    return text_str(list);
}

struct json *routes_json(const struct route *routes, struct arena *arena)
{
    struct json *list = json_array(arena);
    for (const struct route *route = routes; route->pattern; route++) {
        struct json *row = json_object(arena);
        json_set_text(row, "method", method_name(route->method));
        json_set_text(row, "path", route->pattern);
        json_set_text(row, "kind", route->kind == ROUTE_WRITE ? "write" : "read");
        json_set_text(row, "auth", route->auth);
        json_set_int(row, "body_most", (int64_t)route->body_most);
        json_append(list, row);
    }
    return list;
}
