/* Dimension values end up on pages that hold no individuals, so what looks like one is taken out at the door. */
#ifndef WEIR_SCRUB_H
#define WEIR_SCRUB_H

#include <stdbool.h>

/* An e-mail address (also with %40), a phone number with +, or a token of 40 and more bytes. */
bool looks_personal(const char *s);

#endif
