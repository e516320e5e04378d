/* Names and values that a browser or page builder sent: a urlencoded body, multipart without files
 * (RFC 7578), a query string.  Decoded once and by the WHATWG rules: + is a blank, %XX a byte, and
 * a % before anything else is itself; only & parts pairs; no charset is guessed and no BOM taken
 * off.  Broken UTF-8 becomes U+FFFD, one for each byte like everywhere here (text.h).  All order
 * is kept, duplicates too: what a second value means is for the caller to say.  A verdict other
 * than FORM_FINE leaves the pairs before the fault in the form. */
#ifndef WEIR_FORM_H
#define WEIR_FORM_H

#include <stddef.h>

#include "arena.h"

struct form_pair {
    const char *name, *value; /* well-formed UTF-8 without NUL, terminated; "" when there is none */
    size_t value_len;
    struct form_pair *next;
};

struct form {
    struct form_pair *first, *last;
    size_t count;
};

/* In bytes as they are stored, so after decoding; R-30 has 100, 64 and 4096 for what is public. */
struct form_limits {
    size_t pairs, name, value;
};

enum form_verdict {
    FORM_FINE,
    FORM_TOO_MANY,
    FORM_NAME_LONG,
    FORM_VALUE_LONG,
    FORM_NUL,    /* in a name or a value, bare or as %00 */
    FORM_BROKEN, /* not multipart, or a part that is not plain text */
    FORM_FILE,   /* a part with a file in it; a file input left empty is passed over */
};

/* *where: the name of the pair at fault, cut at limits->name and at a NUL; NULL when there is none
 * to tell. */
enum form_verdict form_urlencoded(struct arena *arena, const char *s, size_t len,
                                  const struct form_limits *limits, struct form *form,
                                  const char **where);
enum form_verdict form_multipart(struct arena *arena, const char *content_type, const char *s,
                                 size_t len, const struct form_limits *limits, struct form *form,
                                 const char **where);

/* The first value wins; NULL when the name is missing. */
const char *form_value(const struct form *form, const char *name);
size_t form_occurrences(const struct form *form, const char *name);

/* What the two decoders share, and nobody else needs: a run of bytes and one reading of a body. */
struct form_bytes {
    const char *s;
    size_t len;
};

struct form_reading {
    struct arena *arena;
    const struct form_limits *limits;
    struct form *form;
    const char **where;
};

/* Judges, mends and appends one pair of decoded bytes. */
enum form_verdict form_add(const struct form_reading *reading, struct form_bytes name,
                           struct form_bytes value);
/* Returns the verdict, having told *where. */
enum form_verdict form_refuse(const struct form_reading *reading, enum form_verdict verdict,
                              struct form_bytes name);

#endif
