/* Rendering: nodes and data to text.  Everything that nests (values, replaced blocks, indentation)
 * is a chain of small structs on the C stack, so leaving a section is a return, and the depth limit
 * bounds the stack.  The set of templates is in mustache_set.c, parsing in mustache_parse.c. */
#include "mustache.h"

#include <string.h>

#include "mustache_node.h"

struct context {
    const struct json *value;
    const struct context *outer;
};

/* The indentation that one partial, parent or block adds to its lines. */
struct indent {
    struct slice blanks;
    const struct indent *outer;
};

/* A parent tag whose template is being rendered, and with it the arguments that replace blocks. */
struct frame {
    const struct node *parent;
    const struct template *template;
    const struct frame *outer;
};

/* Where we are.  Entering something copies the scope and changes the copy. */
struct scope {
    const struct template *template;
    const struct context *context;
    const struct frame *frame;
    const struct indent *indent;
    size_t strip; /* blanks that each line loses because its text was moved into a block */
    int depth;
};

struct render {
    const struct templates *set;
    struct text *out;
    size_t start, steps;
    const struct indent *begun; /* already stands on the line that a moved text continues */
    struct arena *arena;
    const char **error;
};

static bool render_nodes(struct render *r, const struct scope *scope, const struct node *node,
                         const struct node *end);

static struct slice without(struct slice text, size_t blanks)
{
    size_t n = 0;
    while (n < blanks && n < text.len && (text.s[n] == ' ' || text.s[n] == '\t'))
        n++;
    return (struct slice){ text.s + n, text.len - n };
}

/* The indentation that adds to `own->outer`, which is enough when `own` adds nothing. */
static const struct indent *indent_inside(const struct indent *own)
{
    return own->blanks.len ? own : own->outer;
}

static void indent_add(struct render *r, const struct indent *indent)
{
    if (!indent || indent == r->begun)
        return;
    indent_add(r, indent->outer);
    text_add_n(r->out, indent->blanks.s, indent->blanks.len);
}

static void line_begin(struct render *r, const struct scope *scope)
{
    indent_add(r, scope->indent);
    r->begun = NULL;
}

static bool holds(struct render *r, const struct scope *scope, const struct node *node,
                  const char *problem)
{
    return !problem || template_error(scope->template, node->at, problem, r->arena, r->error);
}

static bool fits(struct render *r, const struct scope *scope, const struct node *node)
{
    size_t len = text_len(r->out) - r->start, most = r->set->limits.output;
    if (len <= most && !text_is_full(r->out))
        return true;
    most = len < most ? len : most;
    return holds(r, scope, node,
                 arena_printf(r->arena, "the output is larger than %zu bytes", most));
}

static bool render_text(struct render *r, const struct scope *scope, const struct node *node)
{
    struct slice rest = node->text;
    if (!scope->indent && !scope->strip) {
        text_add_n(r->out, rest.s, rest.len);
        return fits(r, scope, node);
    }
    bool good = true;
    for (bool fresh = node->fresh; good && (fresh || rest.len); fresh = rest.len) {
        if (fresh) {
            line_begin(r, scope);
            rest = without(rest, scope->strip);
        }
        const char *newline = memchr(rest.s, '\n', rest.len);
        size_t len = newline ? (size_t)(newline + 1 - rest.s) : rest.len;
        text_add_n(r->out, rest.s, len);
        rest = (struct slice){ rest.s + len, rest.len - len };
        good = fits(r, scope, node);
    }
    return good;
}

static const struct json *lookup(const struct scope *scope, const struct node *node)
{
    const char *const *part = node->path;
    const struct context *context = scope->context;
    if (!*part)
        return context->value;
    const struct json *value = json_get(context->value, *part);
    while (!value && (context = context->outer))
        value = json_get(context->value, *part);
    while (value && *++part)
        value = json_get(value, *part);
    return value;
}

static const char *printable(const struct json *value)
{
    const char *s = json_number_text(value);
    bool flag;
    if (json_bool(value, &flag))
        s = flag ? "true" : "false";
    else
        json_text(value, &s);
    return s ? s : "";
}

static bool render_value(struct render *r, const struct scope *scope, const struct node *node)
{
    const char *s = printable(lookup(scope, node));
    r->set->escape(r->out, s, strlen(s));
    return fits(r, scope, node);
}

static bool render_raw(struct render *r, const struct scope *scope, const struct node *node)
{
    text_add(r->out, printable(lookup(scope, node)));
    return fits(r, scope, node);
}

static bool is_true(const struct json *value)
{
    bool flag = false;
    double number;
    const char *s;
    if (json_double(value, &number))
        return number != 0;
    if (json_text(value, &s))
        return *s;
    if (json_type(value) == JSON_ARRAY)
        return json_first(value);
    return json_type(value) == JSON_OBJECT || (json_bool(value, &flag) && flag);
}

static bool render_content(struct render *r, const struct scope *scope, const struct node *node)
{
    struct scope inner = *scope;
    inner.depth++;
    return render_nodes(r, &inner, node + 1, node + node->span);
}

static bool render_item(struct render *r, const struct scope *scope, const struct node *node,
                        const struct json *value)
{
    struct context top = { .value = value, .outer = scope->context };
    struct scope inner = *scope;
    inner.context = &top;
    r->steps++;
    return render_content(r, &inner, node);
}

static bool render_section(struct render *r, const struct scope *scope, const struct node *node)
{
    const struct json *value = lookup(scope, node);
    if (!is_true(value))
        return true;
    if (json_type(value) != JSON_ARRAY)
        return render_item(r, scope, node, value);
    bool good = true;
    for (const struct json *item = json_first(value); good && item; item = json_next(item))
        good = render_item(r, scope, node, item);
    return good;
}

static bool render_inverted(struct render *r, const struct scope *scope, const struct node *node)
{
    return is_true(lookup(scope, node)) || render_content(r, scope, node);
}

static bool render_template(struct render *r, const struct scope *scope, const struct node *node,
                            const struct frame *frame)
{
    const struct template *template = template_find(r->set, node->name);
    if (!template)
        return true;
    struct indent own = { .blanks = without(node->indent, scope->strip), .outer = scope->indent };
    struct scope inner = *scope;
    inner.template = template;
    inner.frame = frame;
    inner.indent = node->fresh ? indent_inside(&own) : NULL;
    inner.strip = 0;
    inner.depth++;
    return render_nodes(r, &inner, template->nodes, template->end);
}

static bool render_partial(struct render *r, const struct scope *scope, const struct node *node)
{
    return render_template(r, scope, node, scope->frame);
}

static bool render_parent(struct render *r, const struct scope *scope, const struct node *node)
{
    struct frame frame = { .parent = node, .template = scope->template, .outer = scope->frame };
    return render_template(r, scope, node, &frame);
}

/* The argument for a block: the outermost parent tag that has one wins, there the last. */
static const struct node *argument_find(const struct frame *frame, const char *name,
                                        const struct frame **found)
{
    const struct node *argument = NULL;
    for (; frame; frame = frame->outer) {
        const struct node *end = frame->parent + frame->parent->span;
        for (const struct node *node = frame->parent + 1; node < end; node += node->span) {
            if (strcmp(node->name, name) == 0) {
                argument = node;
                *found = frame;
            }
        }
    }
    return argument;
}

/* An argument sees the data of the block it replaces, but its own blocks are parameters of the
 * template that wrote it: only the parents around that template can replace them. */
static bool render_block(struct render *r, const struct scope *scope, const struct node *node)
{
    const struct frame *from = NULL;
    const struct node *argument = argument_find(scope->frame, node->name, &from);
    if (!argument)
        return render_content(r, scope, node);
    struct indent own = { .blanks = without(node->indent, scope->strip), .outer = scope->indent };
    struct scope inner = *scope;
    inner.template = from->template;
    inner.frame = from->outer;
    inner.indent = indent_inside(&own);
    inner.strip = argument->fresh ? argument->indent.len : 0;
    if (node->fresh && !argument->fresh && argument->span > 1)
        line_begin(r, &inner);
    bool continues = !node->fresh && argument->fresh;
    if (continues)
        r->begun = inner.indent;
    bool good = render_content(r, &inner, argument);
    if (continues)
        r->begun = NULL;
    return good;
}

typedef bool render_node(struct render *r, const struct scope *scope, const struct node *node);

static render_node *const render_kinds[] = {
    [NODE_TEXT] = render_text,         [NODE_VALUE] = render_value,
    [NODE_RAW] = render_raw,           [NODE_SECTION] = render_section,
    [NODE_INVERTED] = render_inverted, [NODE_PARTIAL] = render_partial,
    [NODE_PARENT] = render_parent,     [NODE_BLOCK] = render_block,
};

static const char *limit_passed(struct render *r, const struct scope *scope)
{
    const struct mustache_limits *limits = &r->set->limits;
    if (scope->depth > limits->depth)
        return arena_printf(r->arena,
                            "nested deeper than %d: does a partial call itself without end?",
                            limits->depth);
    if (++r->steps > limits->steps)
        return arena_printf(r->arena, "the rendering takes more than %zu steps", limits->steps);
    return NULL;
}

static bool render_nodes(struct render *r, const struct scope *scope, const struct node *node,
                         const struct node *end)
{
    bool good = true;
    for (; good && node < end; node += node->span)
        good = holds(r, scope, node, limit_passed(r, scope)) &&
               render_kinds[node->kind](r, scope, node);
    return good;
}

bool mustache_render(const struct templates *set, const char *name, const struct json *data,
                     struct text *out, struct arena *arena, const char **error)
{
    const struct template *template = template_find(set, name);
    if (!template) {
        *error = arena_printf(arena, "template \"%s\" does not exist", name);
        return false;
    }
    struct render r = {
        .set = set, .out = out, .start = text_len(out), .arena = arena, .error = error
    };
    struct context root = { .value = data };
    struct scope scope = { .template = template, .context = &root };
    if (render_nodes(&r, &scope, template->nodes, template->end))
        return true;
    text_truncate(out, r.start);
    return false;
}
