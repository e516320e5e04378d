/* Numbers as JSON spells them; apart from json.c so that the rules can be read and tested alone. */
#ifndef WEIR_JSON_NUMBER_H
#define WEIR_JSON_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* The value of a JSON number when that is a whole number within +-2^53; worked out from the digits,
 * never through a double.  The spelling does not matter: 5, 5.0, 50e-1 and 0.5e1 are all five,
 * because JSON has one kind of number and senders print theirs as they please.  5.5 is none, and
 * neither is 9007199254740993, which many senders could not have held. */
bool json_number_whole(const char *text, int64_t *out);

enum { JSON_NUMBER_ROOM = 32 };
void json_number_shortest(char out[JSON_NUMBER_ROOM], double value); /* finite; reads back equal */

#endif
