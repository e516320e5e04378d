/* What may earn credit for a conversion (docs/glossary.md): a source that brings a visit, or an
 * inbound act. */
#ifndef WEIR_TOUCHPOINT_H
#define WEIR_TOUCHPOINT_H

#include "contact.h"
#include "session.h"

/* Of an event with a visitor: after session_apply(), so that the event is in visitor->open. */
void touchpoint_of_visit(struct account *account, struct visitor *visitor,
                         const struct event *event);
/* Of an event that no browser sent: a reply, an import from a CRM. */
void touchpoint_of_act(struct account *account, struct contact *contact, const struct event *event);
/* Removes those of acts: before the contact is folded anew. */
void touchpoint_reset(struct account *account, struct contact *contact);

#endif
