/* What people type about themselves.  It is stored raw and sealed; the look-up key alone is
 * normalised. */
#include "personal.h"

#include <string.h>

enum part_type { PART_TEXT, PART_OBJECT };

/* Members of the sealed object and of struct personal. */
static const struct part {
    const char *key;
    enum part_type type;
    size_t offset; /* of a const char * or a const struct json * */
} parts[] = {
    { "email", PART_TEXT, offsetof(struct personal, email) },
    { "first_name", PART_TEXT, offsetof(struct personal, first_name) },
    { "last_name", PART_TEXT, offsetof(struct personal, last_name) },
    { "phone", PART_TEXT, offsetof(struct personal, phone) },
    { "custom", PART_OBJECT, offsetof(struct personal, custom) },
    { "props", PART_OBJECT, offsetof(struct personal, props) },
    { 0 },
};

static void part_print(struct text *text, const struct part *part, const struct personal *personal,
                       struct arena *arena)
{
    const void *value = *(const void *const *)((const char *)personal + part->offset);
    if (!value)
        return;
    text_add_format(text, "%s\"%s\":", text_len(text) ? "," : "{", part->key);
    if (part->type == PART_TEXT)
        text_add_json(text, value, strlen(value));
    else
        text_add(text, json_print(arena, value));
}

void *personal_seal(struct account *account, const struct uuid *event,
                    const struct personal *personal, struct arena *arena, size_t *len)
{
    struct text *text = text_new(arena);
    for (const struct part *part = parts; part->key; part++)
        part_print(text, part, personal, arena);
    if (text_len(text) == 0)
        return NULL;
    text_add_char(text, '}');
    return account_seal(account, SEAL_EVENT_DETAIL, event, text_str(text), text_len(text), arena,
                        len);
}

struct personal *personal_unseal(struct account *account, const struct uuid *event,
                                 const void *sealed, size_t len, struct arena *arena)
{
    const char *plain = account_unseal(account, SEAL_EVENT_DETAIL, event, sealed, len, arena);
    const struct json *object = plain ? json_parse(arena, plain, strlen(plain), NULL, NULL) : NULL;
    if (!object)
        return NULL;
    struct personal *personal = arena_alloc(arena, sizeof *personal);
    for (const struct part *part = parts; part->key; part++) {
        void *member = (char *)personal + part->offset;
        const struct json *value = json_get(object, part->key);
        if (part->type == PART_TEXT)
            json_text(value, member);
        else
            memcpy(member, &value, sizeof value);
    }
    return personal;
}

char *email_key(struct arena *arena, const char *email)
{
    while (*email == ' ' || *email == '\t')
        email++;
    size_t len = strlen(email);
    while (len && (email[len - 1] == ' ' || email[len - 1] == '\t'))
        len--;
    const char *at = memchr(email, '@', len);
    if (!at || at == email || at == email + len - 1 || len > 254 ||
        memchr(at + 1, '@', (size_t)(email + len - at - 1)))
        return NULL;
    char *key = arena_strndup(arena, email, len);
    for (char *c = key; *c; c++) {
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return NULL;
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    return key;
}
