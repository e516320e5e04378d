/* What a handler can answer that its caller may have meant.  A fault (disk, lock, broken SQL) is
 * not an outcome: it is sticky in struct db and ends as UNAVAILABLE for whoever was served.  One
 * table in cgi/respond.c maps these to HTTP; admin/ maps them to sysexits codes. */
#ifndef WEIR_OUTCOME_H
#define WEIR_OUTCOME_H

enum outcome {
    OK,          /* done, or already done before */
    CREATED,     /* done, and a new thing exists */
    INVALID,     /* the input breaks a rule that its sender can mend */
    FORBIDDEN,   /* the credential does not reach this far */
    NOT_FOUND,   /* no such thing, or none that this caller may see */
    CONFLICT,    /* the same key with another content, or a name already taken */
    TOO_LARGE,   /* over a limit that the message names */
    UNAVAILABLE, /* a fault or overload: nothing was stored, try again later */
};

#endif
