/* Dimension values end up on pages that hold no individuals, so what looks like one is taken out at
 * the door. */
#ifndef WEIR_SCRUB_H
#define WEIR_SCRUB_H

#include <stdbool.h>

/* Whether it holds an e-mail address or a phone number with + (percent-encoded, too), or a token:
 * 32 and more bytes that look random.  Names that people give to campaigns do not, however long. */
bool looks_personal(const char *s);

#endif
