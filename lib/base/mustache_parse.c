/* Template text to nodes, in one pass from tag to tag.  What each tag may do is a table.  The
 * subtle matter is lines: a structural tag alone on its line takes the whole line with it, and what
 * stands before a partial, a parent or a block becomes indentation.  tests/data/conf-mustache is
 * the judge. */
#include "mustache_node.h"

#include <string.h>

enum { LONGEST_DELIMITER = 16, LONGEST_NAME = 255 };

static const size_t NOTHING_OPEN = (size_t)-1;

struct tag {
    const struct rule *rule;
    const char *at, *next; /* its first byte, and the one behind its last */
    const char *line;      /* where its line begins if only blanks stand before it, else NULL */
    const char *after;    /* where the next line begins if only blanks stand behind it, else NULL */
    struct slice content; /* trimmed */
};

struct parser {
    struct template *template;
    struct arena *keep, *arena;
    const char **error;
    bool guarded, failed;
    const char *from, *end; /* what is still to parse */
    bool fresh;             /* `from` begins a line */
    struct slice open, close;
    struct node *nodes;
    size_t count, capacity;
    size_t innermost; /* the open node with no open node inside, or NOTHING_OPEN */
};

struct rule {
    char sigil, mate;
    enum node_kind kind;
    void (*put)(struct parser *parser, const struct tag *tag, bool alone);
    bool stands_alone, in_parent, for_users; /* where it may be written, and by whom */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
    return is_blank(c) || c == '\n' || c == '\r';
}

static struct slice trimmed(const char *from, const char *to)
{
    while (from < to && is_space(*from))
        from++;
    while (to > from && is_space(to[-1]))
        to--;
    return (struct slice){ from, (size_t)(to - from) };
}

static void refuse(struct parser *parser, const char *at, const char *reason)
{
    parser->failed = true;
    template_error(parser->template, at, reason, parser->arena, parser->error);
}

static enum node_kind inside(const struct parser *parser)
{
    return parser->innermost == NOTHING_OPEN ? NODE_NONE : parser->nodes[parser->innermost].kind;
}

static struct node *node_add(struct parser *parser, struct node node)
{
    if (parser->count == parser->capacity) {
        size_t size = parser->capacity * sizeof node;
        parser->nodes = arena_grow(parser->keep, parser->nodes, size, size * 2);
        parser->capacity *= 2;
    }
    node.span = 1;
    parser->nodes[parser->count] = node;
    return &parser->nodes[parser->count++];
}

static void text_put(struct parser *parser, const char *from, const char *to, bool fresh)
{
    if (inside(parser) != NODE_PARENT)
        node_add(parser, (struct node){ .kind = NODE_TEXT,
                                        .fresh = fresh,
                                        .at = from,
                                        .text = { from, (size_t)(to - from) } });
}

/* The text before the tag, and where parsing goes on behind it. */
static void tag_place(struct parser *parser, const struct tag *tag, bool alone)
{
    const char *until = tag->line ? tag->line : tag->at;
    if (parser->from < until)
        text_put(parser, parser->from, until, parser->fresh);
    if (tag->line && !alone)
        text_put(parser, tag->line, tag->at, true);
    parser->from = alone && tag->after ? tag->after : tag->next;
    parser->fresh = alone;
}

static bool name_is_good(struct parser *parser, const struct tag *tag)
{
    struct slice name = tag->content;
    const char *problem = NULL;
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.s[i] <= ' ' || name.s[i] == 0x7F)
            problem = "a name cannot hold spaces or control characters";
    if (name.len == 0)
        problem = "the tag has no name";
    else if (name.len > LONGEST_NAME)
        problem = "the name is longer than 255 bytes";
    else if (name.s[0] == '*' && (tag->rule->sigil == '>' || tag->rule->sigil == '<'))
        problem = "dynamic names are not supported: write the template's name";
    if (problem)
        refuse(parser, tag->at, problem);
    return !problem;
}

static const char *const *path_split(struct parser *parser, const struct tag *tag)
{
    size_t parts = 1;
    for (size_t i = 0; i < tag->content.len; i++)
        parts += tag->content.s[i] == '.';
    const char **path = arena_alloc_array(parser->keep, parts + 1, sizeof *path);
    char *rest = arena_strndup(parser->keep, tag->content.s, tag->content.len);
    if (strcmp(rest, ".") == 0)
        return path;
    for (size_t i = 0; i < parts; i++) {
        path[i] = strsep(&rest, ".");
        if (!*path[i])
            refuse(parser, tag->at, "a name cannot begin or end with a dot or hold two in a row");
    }
    return path;
}

/* The blanks before the first line that is not empty. */
static struct slice first_indent(const char *line, const char *end)
{
    const char *s = line;
    for (; s < end && is_space(*s); s++)
        if (*s == '\n')
            line = s + 1;
    return (struct slice){ line, (size_t)(s - line) };
}

static struct slice tag_indent(const struct parser *parser, const struct tag *tag, bool alone)
{
    if (tag->rule->sigil == '$' && alone)
        return first_indent(tag->after, parser->end);
    if (tag->line && inside(parser) != NODE_PARENT)
        return (struct slice){ tag->line, (size_t)(tag->at - tag->line) };
    return (struct slice){ tag->at, 0 };
}

static void put_nothing(struct parser *parser, const struct tag *tag, bool alone)
{
    tag_place(parser, tag, alone);
}

static void put_leaf(struct parser *parser, const struct tag *tag, bool alone)
{
    if (!name_is_good(parser, tag))
        return;
    enum node_kind kind = tag->rule->kind;
    if (kind == NODE_BLOCK && inside(parser) == NODE_PARENT)
        kind = NODE_ARGUMENT;
    struct node node = { .kind = kind, .fresh = alone, .at = tag->at };
    node.name = arena_strndup(parser->keep, tag->content.s, tag->content.len);
    node.indent = tag_indent(parser, tag, alone);
    if (kind < NODE_PARTIAL)
        node.path = path_split(parser, tag);
    tag_place(parser, tag, alone);
    node_add(parser, node);
}

static void put_open(struct parser *parser, const struct tag *tag, bool alone)
{
    put_leaf(parser, tag, alone);
    if (parser->failed)
        return;
    struct node *node = &parser->nodes[parser->count - 1];
    node->span = parser->innermost;
    parser->innermost = parser->count - 1;
    if (node->kind == NODE_PARENT)
        node->fresh = tag->line;
}

static const char *const kind_words[] = {
    [NODE_SECTION] = "section", [NODE_INVERTED] = "section", [NODE_PARENT] = "parent",
    [NODE_BLOCK] = "block",     [NODE_ARGUMENT] = "block",
};

/* NULL: the tag may close what is open. */
static const char *close_problem(const struct parser *parser, const char *name)
{
    if (parser->innermost == NOTHING_OPEN)
        return arena_printf(parser->arena, "{{/%s}} closes nothing", name);
    const struct node *open = &parser->nodes[parser->innermost];
    if (strcmp(open->name, name) == 0)
        return NULL;
    return arena_printf(parser->arena, "{{/%s}} stands where %s \"%s\" is to be closed first", name,
                        kind_words[open->kind], open->name);
}

static void put_close(struct parser *parser, const struct tag *tag, bool alone)
{
    if (!name_is_good(parser, tag))
        return;
    const char *name = arena_strndup(parser->arena, tag->content.s, tag->content.len);
    const char *problem = close_problem(parser, name);
    if (problem) {
        refuse(parser, tag->at, problem);
        return;
    }
    tag_place(parser, tag, alone);
    struct node *node = &parser->nodes[parser->innermost];
    size_t outer = node->span;
    node->span = parser->count - parser->innermost;
    parser->innermost = outer;
    if (node->kind != NODE_PARENT)
        return;
    node->fresh = alone;
    if (alone) /* then the blanks before it, the node before it, are no text */
        node[-1] = (struct node){ .kind = NODE_TEXT, .span = 1, .at = node->at };
}

static bool is_delimiter(struct slice word)
{
    bool good = word.len > 0 && word.len <= LONGEST_DELIMITER;
    for (size_t i = 0; good && i < word.len; i++)
        good = !is_space(word.s[i]) && word.s[i] != '=';
    return good;
}

static void put_delimiters(struct parser *parser, const struct tag *tag, bool alone)
{
    const char *s = tag->content.s, *end = s + tag->content.len;
    while (s < end && !is_space(*s))
        s++;
    struct slice open = trimmed(tag->content.s, s), close = trimmed(s, end);
    if (!is_delimiter(open) || !is_delimiter(close)) {
        refuse(parser, tag->at,
               "delimiters are two words of up to 16 bytes without \"=\", as in "
               "{{=<% %>=}}");
        return;
    }
    tag_place(parser, tag, alone);
    parser->open = open;
    parser->close = close;
}

static const struct rule rules[] = {
    /* sigil, mate   node           put          stands alone, in parent, for users */
    { '!', 0,     NODE_NONE,     put_nothing,    true,         true,      true },
    { '=', '=',   NODE_NONE,     put_delimiters, true,         true,      false },
    { '#', 0,     NODE_SECTION,  put_open,       true,         false,     true },
    { '^', 0,     NODE_INVERTED, put_open,       true,         false,     true },
    { '/', 0,     NODE_NONE,     put_close,      true,         true,      true },
    { '>', 0,     NODE_PARTIAL,  put_leaf,       true,         false,     false },
    { '<', 0,     NODE_PARENT,   put_open,       false,        false,     false },
    { '$', 0,     NODE_BLOCK,    put_open,       true,         true,      false },
    { '&', 0,     NODE_RAW,      put_leaf,       false,        false,     false },
    { '{', '}',   NODE_RAW,      put_leaf,       false,        false,     false },
    { 0,   0,     NODE_VALUE,    put_leaf,       false,        false,     true },
};

static const struct rule *rule_find(char sigil)
{
    const struct rule *rule = rules;
    while (rule->sigil && rule->sigil != sigil)
        rule++;
    return rule;
}

/* A parent's content is not shown, so there the lines matter only where an argument's text begins
 * and ends: behind an opening tag that ends its line, before a closing tag that begins one. */
static bool tag_is_alone(const struct parser *parser, const struct tag *tag)
{
    enum node_kind around = inside(parser);
    if (tag->rule->sigil == '$' && around == NODE_PARENT)
        return tag->after;
    if (tag->rule->sigil == '/' && around == NODE_ARGUMENT)
        return tag->line;
    if (tag->rule->sigil == '/' && around == NODE_PARENT)
        return parser->nodes[parser->innermost].fresh && tag->after;
    return tag->rule->stands_alone && tag->line && tag->after;
}

static const char *line_before(const struct parser *parser, const char *at)
{
    const char *s = at;
    while (s > parser->from && is_blank(s[-1]))
        s--;
    bool begins = s > parser->from ? s[-1] == '\n' : parser->fresh;
    return begins ? s : NULL;
}

static const char *line_after(const struct parser *parser, const char *s)
{
    while (s < parser->end && is_blank(*s))
        s++;
    if (s == parser->end)
        return s;
    if (*s == '\r' && s + 1 < parser->end)
        s++;
    return *s == '\n' ? s + 1 : NULL;
}

static bool tag_read(struct parser *parser, struct tag *tag, const char *at)
{
    const char *s = at + parser->open.len;
    while (s < parser->end && is_space(*s))
        s++;
    const struct rule *rule = rule_find(s < parser->end ? *s : '\0');
    s += rule->sigil != '\0';
    char ending[1 + LONGEST_DELIMITER];
    size_t mates = rule->mate != '\0';
    ending[0] = rule->mate;
    memcpy(ending + mates, parser->close.s, parser->close.len);
    size_t len = mates + parser->close.len;
    const char *stop = s < parser->end ? memmem(s, (size_t)(parser->end - s), ending, len) : NULL;
    if (!stop) {
        refuse(parser, at,
               arena_printf(parser->arena, "the tag is not closed: \"%.*s\" is missing", (int)len,
                            ending));
        return false;
    }
    *tag = (struct tag){ .rule = rule, .at = at, .next = stop + len, .content = trimmed(s, stop) };
    tag->line = line_before(parser, at);
    tag->after = line_after(parser, tag->next);
    return true;
}

static void tag_parse(struct parser *parser, const char *at)
{
    struct tag tag;
    if (!tag_read(parser, &tag, at))
        return;
    if (parser->guarded && !tag.rule->for_users)
        refuse(parser, at, "only {{name}}, sections and comments are allowed in this template");
    else if (inside(parser) == NODE_PARENT && !tag.rule->in_parent)
        refuse(parser, at,
               arena_printf(parser->arena,
                            "inside {{<%s}} only blocks count: put this tag into a block",
                            parser->nodes[parser->innermost].name));
    else
        tag.rule->put(parser, &tag, tag_is_alone(parser, &tag));
}

static void parse_all(struct parser *parser)
{
    const char *at;
    while (!parser->failed && (at = memmem(parser->from, (size_t)(parser->end - parser->from),
                                           parser->open.s, parser->open.len)))
        tag_parse(parser, at);
    if (parser->failed)
        return;
    if (parser->innermost != NOTHING_OPEN) {
        const struct node *open = &parser->nodes[parser->innermost];
        refuse(parser, open->at,
               arena_printf(parser->arena, "%s \"%s\" is not closed", kind_words[open->kind],
                            open->name));
    } else if (parser->from < parser->end) {
        text_put(parser, parser->from, parser->end, parser->fresh);
    }
}

bool template_parse(struct template *template, bool guarded, struct arena *keep,
                    struct arena *arena, const char **error)
{
    struct parser parser = { .template = template, .keep = keep, .arena = arena, .error = error };
    parser.guarded = guarded;
    parser.from = template->source.s;
    parser.end = parser.from + template->source.len;
    parser.fresh = true;
    parser.open = (struct slice){ "{{", 2 };
    parser.close = (struct slice){ "}}", 2 };
    parser.innermost = NOTHING_OPEN;
    parser.capacity = 16;
    parser.nodes = arena_alloc_array(keep, parser.capacity, sizeof *parser.nodes);
    parse_all(&parser);
    template->nodes = parser.nodes;
    template->end = parser.nodes + parser.count;
    return !parser.failed;
}
