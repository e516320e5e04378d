/* Who did what, for good.  Each row's digest is keyed and covers the row before it, so that
 * whoever edits, removes or reorders rows without the account's key is found out, and where.
 * `detail` never holds personal data: the table stays readable after erasures. */
#ifndef WEIR_AUDIT_H
#define WEIR_AUDIT_H

#include "account.h"

struct audit_entry {
    const char *actor;  /* user:<uuid>, key:<public id>, cli:<system user>, worker */
    const char *action; /* account.rename, contact.show, key.create ... */
    const char *object; /* what it was done to, by an id that is not personal */
    const char *detail; /* NULL = "" */
    int64_t at;
};

/* Inside an item of the gate. */
void audit_add(struct db *db, struct account *account, const struct audit_entry *entry);

/* Walks the chain.  False: *error names the first row that is not as it was written. */
bool audit_verify(struct db *db, struct account *account, struct arena *arena, const char **error);

#endif
