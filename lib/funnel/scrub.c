/* Shapes, not meanings: an ad platform that puts a visitor's address into utm_content must not put it into a
 * report.  Long plain numbers stay: they are campaign ids. */
#include "scrub.h"

#include <ctype.h>
#include <string.h>

enum { TOKEN_LENGTH = 40, PHONE_DIGITS = 8 };

static bool is_email_at(const char *s, const char *sign, size_t sign_len)
{
    const char *domain = sign + sign_len;
    size_t label = strcspn(domain, ".");
    return sign > s && !isspace((unsigned char)sign[-1]) && label > 0 && isalnum((unsigned char)domain[0]) &&
           domain[label] == '.' && isalnum((unsigned char)domain[label + 1]);
}

static bool holds_email(const char *s)
{
    for (const char *sign = s; (sign = strchr(sign, '@')); sign++)
        if (is_email_at(s, sign, 1))
            return true;
    for (const char *sign = s; (sign = strstr(sign, "%40")); sign++)
        if (is_email_at(s, sign, 3))
            return true;
    return false;
}

static bool holds_phone(const char *s)
{
    const char *plus = strchr(s, '+');
    int digits = 0;
    for (const char *c = plus ? plus + 1 : ""; *c && strchr("0123456789 ()-./", *c); c++)
        digits += isdigit((unsigned char)*c) != 0;
    return digits >= PHONE_DIGITS;
}

static bool holds_token(const char *s)
{
    static const char part[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_=";
    for (; *s; s += strcspn(s, part)) {
        size_t len = strspn(s, part);
        if (len >= TOKEN_LENGTH)
            return true;
        s += len;
        if (!*s)
            break;
        s++;
    }
    return false;
}

bool looks_personal(const char *s)
{
    return holds_email(s) || holds_phone(s) || holds_token(s);
}
