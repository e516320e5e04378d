/* A person who signs in.  E-mail and name are sealed; the e-mail is found by its blind index, which
 * is of another kind than a contact's, so that a user and a contact with one address cannot be told
 * to be one. */
#ifndef WEIR_USER_H
#define WEIR_USER_H

#include "account.h"

struct user {
    int64_t id;
    struct uuid uuid;
    const char *email, *name; /* name NULL: none given */
    const char *role;         /* a row of table role */
    bool has_password, disabled;
    int64_t credential_version, created_at;
};

/* Inside an item.  Takes email, name, role; sets id and uuid.  INVALID with *error: the e-mail or
 * the role; CONFLICT: a user has that e-mail. */
enum outcome user_create(struct db *db, struct account *account, struct user *user,
                         struct arena *arena, const char **error);

/* NULL: nobody has that e-mail. */
struct user *user_by_email(struct db *db, struct account *account, const char *email,
                           struct arena *arena);

enum { PASSWORD_LEAST = 12 };
/* Inside an item.  Takes what password_hash() made, outside the gate because that takes 15 ms, and
 * ends the sessions that were made before. */
enum outcome user_set_password_hash(struct db *db, int64_t id, const char *hash);
/* NULL, or what is wrong with a new password. */
const char *password_refused(const char *password);

#endif
