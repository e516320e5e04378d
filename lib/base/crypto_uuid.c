/* Identifiers in time order (RFC 9562), so that an index grows at its end.  Version 7 for what
 * happens here: milliseconds, a 12-bit counter that keeps one process strictly increasing, 62
 * random bits that keep an id unguessable.  Version 8 for what a sender has already named. */
#include "crypto.h"

#include <string.h>

#include "clock.h"

enum { COUNTER_MOST = 0xfff };

/* A carry of the counter can never leave 48 bits, because instants end long before them. */
static uint64_t instant_bits(int64_t at)
{
    return at < 0 ? 0 : (uint64_t)(at > CLOCK_MOST ? CLOCK_MOST : at);
}

static void stamp(struct uuid *id, uint64_t ms, uint8_t version)
{
    for (int i = 0; i < 6; i++)
        id->bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
    id->bytes[6] = (uint8_t)((id->bytes[6] & 0x0f) | version << 4);
    id->bytes[8] = (uint8_t)((id->bytes[8] & 0x3f) | 0x80);
}

/* The counter starts in the lower half, so that one millisecond has room for at least 2,048 ids;
 * when it is used up, or the clock steps back, ids run ahead of the clock until it catches up. */
struct uuid uuid_new(int64_t at)
{
    static uint64_t last_ms, counter;
    struct uuid id;
    crypto_random(id.bytes, sizeof id.bytes);
    uint64_t ms = instant_bits(at);
    if (ms > last_ms) {
        last_ms = ms;
        counter = (uint64_t)(id.bytes[6] & 0x07) << 8 | id.bytes[7];
    } else if (++counter > COUNTER_MOST) {
        last_ms++;
        counter = 0;
    }
    id.bytes[6] = (uint8_t)(counter >> 8);
    id.bytes[7] = (uint8_t)counter;
    stamp(&id, last_ms, 7);
    return id;
}

struct uuid uuid_of_name(int64_t at, const char *scope, const void *name, size_t len)
{
    uint8_t digest[DIGEST_SIZE];
    struct uuid id;
    sha256_labelled(scope, name, len, digest);
    memcpy(id.bytes, digest, sizeof id.bytes);
    stamp(&id, instant_bits(at), 8);
    return id;
}

static bool dash_follows(size_t byte)
{
    return byte == 3 || byte == 5 || byte == 7 || byte == 9;
}

void uuid_format(struct uuid id, char out[UUID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        *out++ = digits[id.bytes[i] >> 4];
        *out++ = digits[id.bytes[i] & 15];
        if (dash_follows(i))
            *out++ = '-';
    }
    *out = '\0';
}

bool uuid_parse(const char *s, size_t len, struct uuid *id)
{
    struct uuid parsed;
    if (len != UUID_TEXT - 1)
        return false;
    for (size_t i = 0; i < sizeof parsed.bytes; i++) {
        if (!hex_decode(s, 2, &parsed.bytes[i]))
            return false;
        s += 2;
        if (dash_follows(i) && *s++ != '-')
            return false;
    }
    *id = parsed;
    return true;
}

int uuid_compare(struct uuid a, struct uuid b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes);
}
