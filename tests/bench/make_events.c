/* Writes canonical events of a believable creator's funnel to standard output, sorted by time:
 *     make_events COUNT [SEED]
 * 120 days; visitors with a source look at the registration page, a third registers, most of those
 * watch on the same or a later day, some reach the offer, a few buy.  Same seed, same bytes. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

enum { DAYS = 120, DAY_MS = 86400000, MINUTE = 60000 };
static const int64_t FIRST_DAY = 1767225600000; /* 2026-01-01 */

enum what { VIEW_START, REGISTER, VIEW_WATCH, PLAY, PROGRESS, VIEW_OFFER, CLICK_OFFER, BUY };

struct item {
    int64_t at;
    uint32_t person;
    uint32_t number;  /* of the event, for its id */
    int64_t visit_at; /* when the visit began: its day makes the browser's key */
    uint8_t what, percent, source;
};

static uint64_t random_state;

static uint32_t random_below(uint32_t below)
{
    random_state += 0x9E3779B97F4A7C15u;
    uint64_t z = random_state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)((z ^ (z >> 31)) % below);
}

static bool chance(uint32_t percent)
{
    return random_below(100) < percent;
}

struct items {
    struct item *list;
    size_t count, most;
};

static void items_add(struct items *items, struct item *now, enum what what, int64_t wait)
{
    if (items->count == items->most)
        return;
    now->at += wait + random_below(20000);
    now->what = (uint8_t)what;
    now->number = (uint32_t)items->count;
    items->list[items->count++] = *now;
}

static void person_watches(struct items *items, struct item *now)
{
    items_add(items, now, VIEW_WATCH, MINUTE);
    if (!chance(80))
        return;
    items_add(items, now, PLAY, 5000);
    for (int quarter = 1; quarter <= 4 && chance(80); quarter++) {
        now->percent = (uint8_t)(25 * quarter);
        items_add(items, now, PROGRESS, 8 * MINUTE);
    }
    if (now->percent < 50 || !chance(60))
        return;
    items_add(items, now, VIEW_OFFER, MINUTE);
    if (chance(50))
        items_add(items, now, CLICK_OFFER, MINUTE);
    if (chance(15))
        items_add(items, now, BUY, 3 * MINUTE);
}

static void person_lives(struct items *items, uint32_t person)
{
    struct item now = { .person = person, .source = (uint8_t)random_below(40) };
    now.at = FIRST_DAY + (int64_t)random_below(DAYS) * DAY_MS + 6LL * 3600000 +
             random_below(16 * 3600000);
    now.visit_at = now.at;
    items_add(items, &now, VIEW_START, 0);
    for (int more = 0; more < 3 && chance(35); more++)
        items_add(items, &now, VIEW_START, MINUTE);
    if (!chance(35))
        return;
    items_add(items, &now, REGISTER, MINUTE);
    for (int visit = 0; visit < 3 && chance(70); visit++) {
        now.percent = 0;
        person_watches(items, &now);
        now.at += DAY_MS / 2 + (int64_t)random_below(2 * DAY_MS);
        now.visit_at = now.at;
    }
}

static int item_compare(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    return x->at != y->at ? (x->at < y->at ? -1 : 1) : x->number < y->number ? -1 : 1;
}

static const char *const agents[] = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36",
};

static const char *const sources[] = { "facebook", "google", "newsletter", "youtube" };
static const char *const mediums[] = { "paid", "cpc", "email", "video" };

static void print_source(const struct item *item)
{
    if (item->source >= 30)
        return; /* direct */
    printf(",\"utm_source\":\"%s\",\"utm_medium\":\"%s\",\"utm_campaign\":\"c%d\"",
           sources[item->source % 4], mediums[item->source % 4], item->source / 4);
}

static void print_details(const struct item *item)
{
    static const char *const head[] = {
        [VIEW_START] = "page_viewed\",\"page\":\"start\",\"page_kind\":\"registration",
        [REGISTER] = "registration\",\"page\":\"start\",\"page_kind\":\"registration",
        [VIEW_WATCH] = "page_viewed\",\"page\":\"watch\",\"page_kind\":\"watch",
        [PLAY] = "video_started\",\"page\":\"watch\",\"video\":\"intro",
        [PROGRESS] = "video_progress\",\"page\":\"watch\",\"video\":\"intro",
        [VIEW_OFFER] = "page_viewed\",\"page\":\"offer\",\"page_kind\":\"offer",
        [CLICK_OFFER] = "offer_clicked\",\"page\":\"offer\",\"offer\":\"course",
        [BUY] = "purchase_completed\",\"offer\":\"course",
    };
    printf(",\"event\":\"%s\"", head[item->what]);
    if (item->what == VIEW_START || item->what == REGISTER)
        print_source(item);
    if (item->what != VIEW_START)
        printf(",\"email\":\"person%u@mail.example\"", item->person);
    if (item->what == REGISTER)
        printf(",\"first_name\":\"Given%u\",\"last_name\":\"Family%u\",\"phone\":\"+1555%07u\"",
               item->person, item->person % 5000, item->person);
    if (item->what == PROGRESS)
        printf(",\"watch_percentage\":%d", item->percent);
    if (item->what == BUY)
        printf(",\"value_minor\":49900,\"currency\":\"USD\",\"external_id\":\"tx_%u\"",
               item->number);
}

static void print_item(const struct item *item)
{
    char at[CLOCK_TEXT], day[CLOCK_TEXT];
    clock_format(item->at, at);
    clock_format_day((int32_t)(item->visit_at / DAY_MS), day);
    printf("{\"id\":\"%08x-%04x-7000-8000-%012x\",\"at\":\"%s\",\"funnel\":\"webinar\",\"visitor\":"
           "\"%s/%u\"",
           (uint32_t)(item->at >> 16), (uint32_t)(item->at & 0xffff), item->number, at, day,
           item->person);
    print_details(item);
    printf(",\"user_agent\":\"%s\"}\n", agents[item->person % 3]);
}

int main(int argc, char **argv)
{
    struct items items = { .most = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000 };
    random_state = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    items.list = calloc(items.most, sizeof *items.list);
    if (!items.list)
        return 1;
    for (uint32_t person = 0; items.count < items.most; person++)
        person_lives(&items, person);
    qsort(items.list, items.count, sizeof *items.list, item_compare);
    for (size_t i = 0; i < items.count; i++)
        print_item(&items.list[i]);
    free(items.list);
    return 0;
}
