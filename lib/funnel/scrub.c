/* Shapes, not meanings: an ad platform that puts a visitor's address into utm_content must not put
 * it into a report.  Long plain numbers stay: they are campaign ids. */
#include "scrub.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { TOKEN_LENGTH = 32, PHONE_LEAST = 8, PHONE_MOST = 15 };

/* Letters of other scripts make domains as well. */
static bool is_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Something before the sign; behind it a label, a dot and more. */
static bool is_email_at(const char *s, const char *sign, size_t sign_len)
{
    const char *domain = sign + sign_len, *dot = domain;
    while (is_word(*dot) || *dot == '-' || *dot == '_')
        dot++;
    return sign > s && !isspace((unsigned char)sign[-1]) && dot > domain && *dot == '.' &&
           is_word(dot[1]);
}

static bool holds_email(const char *s)
{
    static const char *const signs[] = { "@", "%40", "%2540" };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        for (const char *at = s; (at = strstr(at, signs[i])); at++)
            if (is_email_at(s, at, strlen(signs[i])))
                return true;
    return false;
}

/* Behind the plus.  More digits in a row than a phone number has are an id. */
static bool is_phone(const char *s)
{
    int digits = 0;
    size_t longest = 0;
    for (size_t row = 0; *s && strchr("0123456789 ()-./", *s); s++) {
        row = isdigit((unsigned char)*s) ? row + 1 : 0;
        longest = row > longest ? row : longest;
        digits += row > 0;
    }
    return digits >= PHONE_LEAST && longest <= PHONE_MOST;
}

/* A plus between letters stands for a blank: sale+2026-03-01. */
static bool holds_phone(const char *s)
{
    for (const char *c = s; *c; c++) {
        size_t plus = *c == '+' ? 1 : strncasecmp(c, "%2b", 3) == 0 ? 3 : 0;
        if (plus && (c == s || !is_word(c[-1])) && is_phone(c + plus))
            return true;
    }
    return false;
}

/* How unlike words two neighbours are. */
static size_t unlikeness(char a, char b)
{
    if (!isalnum((unsigned char)a) || !isalnum((unsigned char)b))
        return 0;
    if (!isdigit((unsigned char)a) != !isdigit((unsigned char)b))
        return 2;
    return !isupper((unsigned char)a) != !isupper((unsigned char)b);
}

/* Random text changes between digits, small and capital letters at every other byte. */
static bool is_random(const char *s, size_t len)
{
    size_t sum = 0;
    for (size_t i = 1; i < len; i++)
        sum += unlikeness(s[i - 1], s[i]);
    return 2 * sum >= len;
}

static bool holds_token(const char *s)
{
    static const char part[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_=-";
    for (size_t len; *(s += strcspn(s, part)); s += len) {
        len = strspn(s, part);
        if (len >= TOKEN_LENGTH && is_random(s, len))
            return true;
    }
    return false;
}

bool looks_personal(const char *s)
{
    return holds_email(s) || holds_phone(s) || holds_token(s);
}
