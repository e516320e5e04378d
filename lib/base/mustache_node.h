/* Private to mustache*.c: what a parsed template is made of.  A template is a flat array of nodes;
 * a node with content is followed by that content, and `span` leads past it.  Texts are slices of
 * the source, which the template keeps.
 *   Indentation is added while rendering, without parsing again: each line of a template, but for a
 * tag alone on its line, begins with a TEXT that has `fresh` set, an empty one before a tag.
 * There, and behind each newline inside a TEXT, the indentation of the moment is written. */
#ifndef WEIR_MUSTACHE_NODE_H
#define WEIR_MUSTACHE_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "mustache.h"

enum node_kind {
    NODE_NONE, /* a tag that leaves no node */
    NODE_TEXT,
    NODE_VALUE,    /* {{name}} */
    NODE_RAW,      /* {{{name}}}, {{&name}} */
    NODE_SECTION,  /* {{#name}} */
    NODE_INVERTED, /* {{^name}} */
    NODE_PARTIAL,  /* {{>name}} */
    NODE_PARENT,   /* {{<name}}: its content is ARGUMENTs and nothing else */
    NODE_BLOCK,    /* {{$name}} where it is shown */
    NODE_ARGUMENT, /* {{$name}} right inside a parent: replaces the parent's block of that name */
};

struct slice {
    const char *s;
    size_t len;
};

struct node {
    enum node_kind kind;
    bool fresh;     /* TEXT: begins a line.  PARTIAL, PARENT: alone on its line.  BLOCK, ARGUMENT:
                       its content begins on a line of its own */
    size_t span;    /* this node and its content; while parsing: the open node around it */
    const char *at; /* its place in the source, for messages */
    const char *name;        /* all but TEXT */
    const char *const *path; /* values, sections: the name split at dots, then NULL; "." is empty */
    struct slice text;       /* TEXT */
    struct slice indent;     /* PARTIAL, PARENT: the blanks before it.  BLOCK: what its lines begin
                                with.  ARGUMENT: what its lines lose when they move to a block */
};

struct template {
    struct template *next;
    const char *name;
    struct slice source;
    const struct node *nodes, *end;
};

struct templates {
    struct mustache_limits limits;
    mustache_escape *escape;
    struct arena *keep;                    /* the set itself and its origins */
    struct origin *origins, **next_origin; /* what a reload does again */
    struct arena *arena;                   /* the templates in use */
    struct template *first;
};

/* Fills in nodes from source; they live in `keep`.  False: *error, in `arena`. */
bool template_parse(struct template *template, bool guarded, struct arena *keep,
                    struct arena *arena, const char **error);

const struct template *template_find(const struct templates *set, const char *name); /* or NULL */

/* *error = "name.mustache:line:column: reason"; `at` points into the source.  Always false. */
bool template_error(const struct template *template, const char *at, const char *reason,
                    struct arena *arena, const char **error);

#endif
