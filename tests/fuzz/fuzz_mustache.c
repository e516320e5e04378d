/* A hostile template over fixed data, or hostile data under a fixed template; the first byte
 * chooses.  Held to: no output past its limit, the same bytes when rendered again, and the same
 * bytes when the template is called as a partial or as a parent that replaces nothing. */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "mustache.h"

enum { MOST_OUTPUT = 64 * 1024 };

static const struct mustache_limits limits = { .depth = 16, .output = MOST_OUTPUT, .steps = 50000 };

static const char fixed_data[] = "{\"a\":{\"b\":{\"c\":\"<&>\\n'\\\"\"},\"l\":[]},\"l\":[1,\"two\","
                                 "{\"a\":3},[4,[5]],null],\"s\":\"x\\ny\","
                                 "\"t\":true,\"f\":false,\"n\":-1.50,\"z\":0,\"e\":\"\"}";

static const char fixed_template[] =
    "{{#l}}\n  {{.}} {{a.b}}{{{a}}}\n{{^a}}\n {{>part}}\n{{/a}}{{/l}}{{a}} {{&b}} "
    "{{#.}}{{s}}{{#s}}{{.}}"
    "{{/s}}{{/.}}\n  {{<frame}}{{$x}}\n    {{#l}}{{l}}{{.}}{{/l}}\n{{/x}}{{/frame}}\n";

static void add(struct templates *set, const char *name, const char *source, struct arena *arena)
{
    const char *error;
    bool added = templates_add(set, name, source, strlen(source), arena, &error);
    assert(added);
}

/* NULL: refused, and then with a reason and without output. */
static const struct text *render(const struct templates *set, const char *name,
                                 const struct json *data, struct arena *arena)
{
    const char *error = NULL;
    struct text *out = text_new(arena);
    bool good = mustache_render(set, name, data, out, arena, &error);
    assert(good == !error);
    assert(text_len(out) <= (good ? MOST_OUTPUT : 0));
    return good ? out : NULL;
}

static bool is_same(const struct text *a, const struct text *b)
{
    return text_len(a) == text_len(b) && memcmp(text_str(a), text_str(b), text_len(a)) == 0;
}

static void check(struct templates *set, const struct json *data, struct arena *arena)
{
    static const char *const calls[] = { "{{>t}}", "{{<t}}{{/t}}", "{{<t}}ignored\n{{/t}}\n" };
    const struct text *once = render(set, "t", data, arena), *again = render(set, "t", data, arena);
    assert(!once == !again);
    if (!once)
        return;
    assert(is_same(once, again));
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        add(set, "call", calls[i], arena);
        const struct text *called = render(set, "call", data, arena);
        assert(!called || is_same(once, called)); /* one level deeper, it may be too deep */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    const char *input = (const char *)bytes + 1, *error;
    bool is_template = bytes[0] % 2 == 0;
    struct arena *arena = arena_new();
    struct templates *set = templates_new(&limits);
    const struct json *data = is_template
                                  ? json_parse(arena, fixed_data, strlen(fixed_data), NULL, &error)
                                  : json_parse(arena, input, size - 1, NULL, &error);
    add(set, "t", fixed_template, arena);
    add(set, "part", "[{{a}}\n{{>part2}}]\n", arena);
    add(set, "part2", "{{#a}}{{s}}{{/a}}", arena);
    add(set, "frame", "<{{$x}}\n  default {{n}}\n{{/x}}>\n {{$y}}y{{/y}}\n", arena);
    bool ready = data && (!is_template || templates_add(set, "t", input, size - 1, arena, &error));
    if (ready)
        check(set, data, arena);
    templates_free(set);
    arena_free(arena);
    return 0;
}
