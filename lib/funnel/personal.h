/* The personal part of an event between its three shapes: fields as sent, one sealed JSON object in
 * the event row, sealed columns of the contact. */
#ifndef WEIR_PERSONAL_H
#define WEIR_PERSONAL_H

#include "event.h"

/* The JSON object of what was sent, sealed for the event of that id; NULL when nothing personal was
 * sent. */
void *personal_seal(struct account *account, const struct uuid *event,
                    const struct personal *personal, struct arena *arena, size_t *len);
struct personal *personal_unseal(struct account *account, const struct uuid *event,
                                 const void *sealed, size_t len, struct arena *arena);

/* An address as it is compared: blanks around it dropped, ASCII letters lowered.  NULL when it
 * cannot be one: exactly one @ with something on both sides, no blank or control byte, at most 254
 * bytes. */
char *email_key(struct arena *arena, const char *email);

#endif
