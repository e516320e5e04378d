/* Our Mustache engine: the six required modules of the specification plus inheritance ({{<layout}},
 * {{$block}}); no lambdas, no dynamic names.  Templates are parsed once into a set and rendered
 * over json values.  Why our own: no kept C implementation is packaged (docs/decisions.md).  Limits
 * keep a bad template or hostile data from running away.
 *   Missing names render empty, and so do null, lists and objects.  For sections these are false:
 * missing, null, false, 0, "", the empty list.  A text that replaces a block takes over the block's
 * indentation, and replaces it as well in partials and parents that the layout itself uses. */
#ifndef WEIR_MUSTACHE_H
#define WEIR_MUSTACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "json.h"
#include "text.h"

struct templates; /* a parsed set, found by name; a name may hold slashes: "parts/head" */

struct mustache_limits { /* 0 in a field: its default */
    int depth;           /* nested sections, blocks, partials and parents together; default 64 */
    size_t output;       /* bytes; default 4 MiB */
    size_t steps;        /* texts and tags rendered, so that empty loops end; default 10 million */
    bool guarded;        /* templates users write: only {{name}}, sections, comments */
};

struct templates *templates_new(const struct mustache_limits *limits); /* NULL = defaults */
void templates_free(struct templates *set);

/* How {{name}} is escaped, by where the output goes: text_add_html() unless told otherwise;
 * text_add_n() for mail in plain text. */
typedef void mustache_escape(struct text *text, const char *s, size_t len);
void templates_escape(struct templates *set, mustache_escape *escape);

/* Every *.mustache below `dir`, named by its path without the ending; hidden files are left out.
 * False: *error is "pages/overview.mustache:12:7: section \"rows\" is not closed". */
bool templates_load(struct templates *set, const char *dir, struct arena *arena,
                    const char **error);
/* Parses again what templates_load() read (SIGHUP).  On error the old set stays whole. */
bool templates_reload(struct templates *set, struct arena *arena, const char **error);
/* One more template, or another text for a name the set has; it survives templates_reload(). */
bool templates_add(struct templates *set, const char *name, const char *source, size_t len,
                   struct arena *arena, const char **error);
/* A missing partial or parent renders empty.  False: *error names one and where it is asked for. */
bool templates_check(const struct templates *set, struct arena *arena, const char **error);

/* Adds the rendered text to `out`.  False: unknown template, a limit passed: *error names template
 * and line, and `out` has what it had. */
bool mustache_render(const struct templates *set, const char *name, const struct json *data,
                     struct text *out, struct arena *arena, const char **error);

#endif
