/* The sealed personal columns of a contact, as a part of its fold. */
#ifndef WEIR_CONTACT_FILL_H
#define WEIR_CONTACT_FILL_H

#include "contact.h"

/* Of every field the first value that was given; of `custom`, the first of every member, up to
 * about 64 KiB in all. */
void contact_fill(struct account *account, const struct contact *contact,
                  const struct personal *personal);
struct json *custom_parse(const char *text, struct arena *arena); /* what `custom` holds */
/* Before the contact is folded anew: empty, but for the address in its compared form. */
void contact_empty(struct account *account, const struct contact *contact);

#endif
