/* The two conversions that must not lose a digit.  See json_number.h. */
#include "json_number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define LARGEST ((int64_t)1 << 53) /* up to here a double holds every whole number */

/* Times ten, `zeros` times; false beyond LARGEST. */
static bool append_zeros(int64_t *value, int64_t zeros)
{
    for (; zeros > 0 && *value != 0; zeros--) {
        if (*value > LARGEST / 10)
            return false;
        *value *= 10;
    }
    return true;
}

/* The digits of the number without its point and its last zeros, and the power of ten that they
 * stand for; false when they alone are far beyond LARGEST: the number is too, or no whole one. */
static bool read_digits(const char **text, int64_t *value, int64_t *power)
{
    int64_t zeros = 0;
    bool in_fraction = false;
    const char *s = *text;
    for (; *s && *s != 'e' && *s != 'E'; s++) {
        if (*s == '.') {
            in_fraction = true;
            continue;
        }
        *power -= in_fraction;
        zeros++;
        if (*s == '0')
            continue;
        if (!append_zeros(value, zeros))
            return false;
        *value += *s - '0';
        zeros = 0;
    }
    *power += zeros;
    *text = s;
    return true;
}

/* No text is long enough to outweigh the bound, and far below it a power is as good as infinite. */
static int64_t exponent_within(const char *text)
{
    static const long bound = 1L << 60;
    long exponent = strtol(text, NULL, 10);
    return exponent > bound ? bound : exponent < -bound ? -bound : exponent;
}

bool json_number_whole(const char *text, int64_t *out)
{
    bool is_negative = *text == '-';
    int64_t value = 0, power = 0;
    text += is_negative;
    if (!read_digits(&text, &value, &power))
        return false;
    if (*text)
        power += exponent_within(text + 1);
    if (value != 0 && (power < 0 || !append_zeros(&value, power) || value > LARGEST))
        return false;
    *out = is_negative ? -value : value;
    return true;
}

/* Fifteen digits always survive a double, so fewer are tried only among the subnormals, which have
 * fewer. */
void json_number_shortest(char out[JSON_NUMBER_ROOM], double value)
{
    int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    do
        snprintf(out, JSON_NUMBER_ROOM, "%.*g", digits, value);
    while (strtod(out, NULL) != value && digits++ < DBL_DECIMAL_DIG);
}
