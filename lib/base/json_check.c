/* One pass over a text from outside, before cJSON may see it: the grammar of RFC 8259, well-formed
 * UTF-8, the limits, and nothing that two readers could understand differently.  The pass works on
 * a copy that ends in NUL: no rule accepts that byte, so looking ahead needs no test of the end. */
#include "json_check.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_BYTES = 1024 * 1024, DEFAULT_DEPTH = 32, DEFAULT_TOKENS = 10000 };
enum { DEEPEST = 1000 }; /* cJSON goes no further */
enum { FIRST_KEYS = 32 }; /* room for these from the start; doubled when it runs out */
enum { KEY_SHOWN = 60 };  /* bytes of a key in a message */

struct check {
    struct arena *arena;
    struct json_limits limits;
    char *start, *end, *at; /* at: the next byte; *end is NUL */
    int depth;
    size_t tokens;
    struct json_key *keys; /* of all objects that are open, the innermost last */
    size_t key_count, key_room;
    struct json_number *numbers, **next_number;
    const char *problem;
    const char *problem_at;
};

static bool check_value(struct check *c);

static bool refuse(struct check *c, const char *at, const char *problem)
{
    c->problem = problem;
    c->problem_at = at;
    return false;
}

static void skip_space(struct check *c)
{
    while (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t')
        c->at++;
}

static bool count_token(struct check *c)
{
    if (c->tokens++ < c->limits.tokens)
        return true;
    return refuse(c, c->at,
                  arena_printf(c->arena, "more than %zu keys and values", c->limits.tokens));
}

/* The four digits after "\u", or -1. */
static long code_unit(const char *s)
{
    char digits[5] = "";
    for (size_t i = 0; i < 4; i++) {
        if (s[i] == '\0' || !strchr("0123456789abcdefABCDEF", s[i]))
            return -1;
        digits[i] = s[i];
    }
    return strtol(digits, NULL, 16);
}

/* At a "\u".  A surrogate pair is one character and is taken whole. */
static bool check_code(struct check *c)
{
    long code = code_unit(c->at + 2);
    if (code < 0)
        return refuse(c, c->at, "\\u needs four hexadecimal digits");
    if (code == 0)
        return refuse(c, c->at, "\\u0000 is not accepted in a text");
    bool is_high = code >= 0xD800 && code <= 0xDBFF, is_low = code >= 0xDC00 && code <= 0xDFFF;
    if (is_high && c->at[6] == '\\' && c->at[7] == 'u') {
        long low = code_unit(c->at + 8);
        is_high = low < 0xDC00 || low > 0xDFFF;
        c->at += is_high ? 0 : 6;
    }
    if (is_high || is_low)
        return refuse(c, c->at,
                      "half of a surrogate pair: write both \\u escapes of the character");
    c->at += 6;
    return true;
}

static bool check_escape(struct check *c)
{
    if (c->at[1] == 'u')
        return check_code(c);
    if (c->at[1] == '\0' || !strchr("\"\\/bfnrt", c->at[1]))
        return refuse(c, c->at, "unknown escape: a backslash is written as \\\\");
    c->at += 2;
    return true;
}

/* At a byte that is neither a quote, nor plain ASCII, nor a backslash. */
static bool check_odd_byte(struct check *c)
{
    if (c->at == c->end)
        return refuse(c, c->at, "the text ends inside a string: its closing quote is missing");
    if ((unsigned char)*c->at < 0x20)
        return refuse(c, c->at, "a control character must be written as an escape, such as \\n");
    size_t bytes = text_utf8_char(c->at, (size_t)(c->end - c->at));
    if (bytes == 0)
        return refuse(c, c->at, "not UTF-8: save the text in that encoding");
    c->at += bytes;
    return true;
}

static bool is_plain(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* At a quote; *escaped says whether decoding is needed. */
static bool check_string(struct check *c, bool *escaped)
{
    c->at++;
    for (;;) {
        while (is_plain(*c->at))
            c->at++;
        if (*c->at == '"')
            break;
        *escaped |= *c->at == '\\';
        if (!(*c->at == '\\' ? check_escape(c) : check_odd_byte(c)))
            return false;
    }
    c->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool check_digits(struct check *c)
{
    if (!is_digit(*c->at))
        return refuse(c, c->at, "a digit is missing in a number");
    while (is_digit(*c->at))
        c->at++;
    return true;
}

static bool check_number_grammar(struct check *c)
{
    c->at += *c->at == '-';
    if (*c->at == '0' && is_digit(c->at[1]))
        return refuse(c, c->at, "a number has no leading zeros");
    if (!check_digits(c))
        return false;
    if (*c->at == '.') {
        c->at++;
        if (!check_digits(c))
            return false;
    }
    if (*c->at == 'e' || *c->at == 'E') {
        c->at++;
        c->at += *c->at == '+' || *c->at == '-';
        return check_digits(c);
    }
    return true;
}

static void take_number(struct check *c, char *from, size_t len)
{
    struct json_number *number = arena_alloc(c->arena, sizeof *number + len + 1);
    memcpy(number->text, from, len);
    *c->next_number = number;
    c->next_number = &number->next;
    memset(from, ' ', len);
    *from = '0';
}

static bool check_number(struct check *c)
{
    char *from = c->at;
    if (!check_number_grammar(c))
        return false;
    size_t len = (size_t)(c->at - from);
    bool may_be_huge = len > DBL_MAX_10_EXP || memchr(from, 'e', len) || memchr(from, 'E', len);
    if (may_be_huge && !isfinite(strtod(from, NULL)))
        return refuse(c, from, "a number is too large: at most 1.79e308 is accepted");
    take_number(c, from, len);
    return true;
}

static bool refuse_value(struct check *c)
{
    bool is_missing = *c->at == '\0' || strchr("]},:", *c->at);
    return refuse(c, c->at,
                  is_missing ? "a value is missing"
                             : "not a value: texts stand in double quotes, numbers start "
                               "with a digit or a minus sign");
}

static bool check_word(struct check *c, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(c->at, word, len) != 0)
        return refuse_value(c);
    c->at += len;
    return true;
}

static void key_add(struct check *c, struct json_key key)
{
    if (c->key_count == c->key_room) {
        size_t held = c->key_room * sizeof *c->keys;
        c->keys = arena_grow(c->arena, c->keys, held, held * 2);
        c->key_room *= 2;
    }
    c->keys[c->key_count++] = key;
}

static bool check_key(struct check *c)
{
    char *quote = c->at;
    bool escaped = false;
    if (*quote != '"')
        return refuse(c, quote, "a key in double quotes is missing");
    if (!count_token(c) || !check_string(c, &escaped))
        return false;
    struct json_key key = { .text = quote + 1, .len = (size_t)(c->at - quote) - 2 };
    if (escaped)
        key = json_key_decode(c->arena, key.text, key.len);
    key.at = (size_t)(quote - c->start);
    key_add(c, key);
    return true;
}

static bool check_member(struct check *c)
{
    if (!check_key(c))
        return false;
    skip_space(c);
    if (*c->at != ':')
        return refuse(c, c->at, "a colon is missing after a key");
    c->at++;
    skip_space(c);
    return check_value(c);
}

/* At an opening bracket: items up to `close`, commas between them. */
static bool check_items(struct check *c, char close, bool (*check_item)(struct check *))
{
    c->at++;
    skip_space(c);
    if (*c->at == close) {
        c->at++;
        return true;
    }
    for (;;) {
        if (!check_item(c))
            return false;
        skip_space(c);
        char found = *c->at;
        if (found != close && found != ',')
            return refuse(c, c->at,
                          close == ']' ? "a comma or ] is missing" : "a comma or } is missing");
        c->at++;
        if (found == close)
            return true;
        skip_space(c);
    }
}

static bool refuse_repeated(struct check *c, const struct json_key *key)
{
    struct text *problem = text_new(c->arena);
    text_add(problem, "duplicate key ");
    size_t shown = 0, bytes;
    while (shown < key->len && shown < KEY_SHOWN &&
           (bytes = text_utf8_char(key->text + shown, key->len - shown)) > 0)
        shown += bytes;
    text_add_json(problem, key->text, shown);
    text_add(problem, shown < key->len ? " (shortened)" : NULL);
    return refuse(c, c->start + key->at, text_str(problem));
}

static bool check_object(struct check *c)
{
    size_t outer = c->key_count;
    if (!check_items(c, '}', check_member))
        return false;
    const struct json_key *repeated = json_keys_repeated(c->keys + outer, c->key_count - outer);
    c->key_count = outer;
    return !repeated || refuse_repeated(c, repeated);
}

static bool check_container(struct check *c)
{
    if (c->depth >= c->limits.depth)
        return refuse(c, c->at,
                      arena_printf(c->arena, "nested deeper than %d levels", c->limits.depth));
    c->depth++;
    bool good = *c->at == '{' ? check_object(c) : check_items(c, ']', check_value);
    c->depth--;
    return good;
}

static bool check_value(struct check *c)
{
    bool escaped = false;
    if (!count_token(c))
        return false;
    switch (*c->at) {
    case '{':
    case '[':
        return check_container(c);
    case '"':
        return check_string(c, &escaped);
    case 't':
        return check_word(c, "true");
    case 'f':
        return check_word(c, "false");
    case 'n':
        return check_word(c, "null");
    default:
        if (*c->at == '-' || is_digit(*c->at))
            return check_number(c);
        return refuse_value(c);
    }
}

static bool check_text(struct check *c)
{
    if (strncmp(c->at, "\xEF\xBB\xBF", 3) == 0)
        return refuse(c, c->at, "a byte order mark: save the text as UTF-8 without one");
    skip_space(c);
    if (!check_value(c))
        return false;
    skip_space(c);
    return c->at == c->end || refuse(c, c->at, "something follows the value: remove it");
}

/* The text is that of the caller: ours has lost its numbers, and the place may lie inside one. */
static const char *problem_with_place(const struct check *c, const char *s)
{
    struct text_place place = text_place_of(s, (size_t)(c->problem_at - c->start));
    return arena_printf(c->arena, "line %zu, column %zu: %s", place.line, place.column, c->problem);
}

static struct json_limits limits_with_defaults(const struct json_limits *limits)
{
    struct json_limits given = limits ? *limits : (struct json_limits){ 0 };
    int depth = given.depth ? given.depth : DEFAULT_DEPTH;
    return (struct json_limits){
        .bytes = given.bytes ? given.bytes : DEFAULT_BYTES,
        .depth = depth < DEEPEST ? depth : DEEPEST,
        .tokens = given.tokens ? given.tokens : DEFAULT_TOKENS,
    };
}

bool json_check(struct arena *arena, const char *s, size_t len, const struct json_limits *limits,
                struct json_checked *checked, const char **error)
{
    const char *problem = NULL;
    struct check c = { .arena = arena, .limits = limits_with_defaults(limits) };
    if (len > c.limits.bytes) {
        problem = arena_printf(arena, "the text has %zu bytes, and no more than %zu are accepted",
                               len, c.limits.bytes);
    } else {
        c.start = c.at = arena_strndup(arena, s, len);
        c.end = c.start + len;
        c.next_number = &c.numbers;
        c.keys = arena_alloc_array(arena, FIRST_KEYS, sizeof *c.keys);
        c.key_room = FIRST_KEYS;
        if (!check_text(&c))
            problem = problem_with_place(&c, s);
    }
    if (problem && error)
        *error = problem;
    *checked = (struct json_checked){ .text = c.start, .len = len, .numbers = c.numbers };
    return !problem;
}
