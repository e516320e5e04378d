/* Folds: any order of arrival, with repetitions, rolled back items and two writers in turn, ends in
 * the same contact, leads, sessions and touchpoints; and a story told by hand ends as worked out by
 * hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "home.h"
#include "json.h"

enum {
    HISTORIES = 1000,
    MOST_EVENTS = 40,
    ORDERS = 3,
    STORY = 7,
    MOST_ITEMS = 16,
    MINUTE = 60 * 1000
};

static struct home home;

struct line {
    char text[640];
    bool broken; /* its item is rolled back after the reactions ran */
};

struct sending {
    struct account *account;
    struct line *line;
    struct arena *arena;
};

static enum outcome line_run(struct db *db, void *context)
{
    (void)db;
    struct sending *sending = context;
    char *text = sending->line->text;
    const char *error = NULL;
    for (char *quote = text; (quote = strchr(quote, '\''));)
        *quote = '"'; /* here ' stands for ", to be read more easily */
    struct json *object = json_parse(sending->arena, text, strlen(text), NULL, &error);
    if (!object)
        fail_msg("%s: %s", text, error);
    struct event event;
    struct event_reading how = { .create_names = true,
                                 .origin = ORIGIN_IMPORT,
                                 .now = 1800000000000 };
    enum outcome got = event_from_json(sending->account, object, text, strlen(text), &how,
                                       sending->arena, &event, &error);
    if (got != OK)
        fail_msg("%s: %s", text, error);
    got = event_happened(sending->account, &event, sending->arena);
    return sending->line->broken ? CONFLICT : got;
}

/* Sends lines in groups of 1 to 16, large and small ones, the two connections in turn. */
static void lines_send(struct line *lines, size_t count, struct account *const accounts[2])
{
    struct arena *arena = arena_new();
    for (size_t done = 0; done < count;) {
        struct account *account = accounts[rand() % 2];
        size_t size = 1 + (size_t)rand() % MOST_ITEMS;
        struct gate_item items[MOST_ITEMS];
        struct sending sendings[MOST_ITEMS];
        size = size > count - done ? count - done : size;
        for (size_t i = 0; i < size; i++) {
            sendings[i] = (struct sending){ account, &lines[done + i], arena };
            items[i] = (struct gate_item){ .run = line_run, .context = &sendings[i] };
        }
        if (!gate_commit(account->gate, items, size))
            fail_msg("group refused: %s", gate_trouble(account->gate));
        for (size_t i = 0; i < size; i++)
            assert_true(lines[done + i].broken ? items[i].got == CONFLICT
                                               : items[i].got <= CREATED);
        done += size;
        arena_reset(arena);
    }
    arena_free(arena);
}

/* Times that try the edges of a session: the gap to the millisecond, equal instants, days apart. */
static int64_t random_step(void)
{
    static const int64_t steps[] = { 0, 0, 1, 15 * MINUTE, 30 * MINUTE, 30 * MINUTE + 1,
                                     30 * MINUTE - 1, 5 * MINUTE, 20 * MINUTE, 26 * 60 * MINUTE };
    return steps[(size_t)rand() % (sizeof steps / sizeof *steps)];
}

static const char *pick(const char *const *words)
{
    size_t count = 0;
    while (words[count])
        count++;
    return words[(size_t)rand() % count];
}

static const char *const event_words[] = {
    "'event':'page_viewed','page':'watch','page_kind':'watch'",
    "'event':'page_viewed','page':'offer','page_kind':'offer'",
    "'event':'page_viewed'",
    "'event':'video_started','video':'intro'",
    "'event':'video_progress','watch_percentage':25",
    "'event':'video_progress','watch_percentage':75",
    "'event':'offer_clicked'",
    "'event':'purchase_completed','value_minor':9900,'currency':'USD'",
    "'event':'email_replied'",
    "'event':'registration_confirmed'",
    "'event':'their_own'",
    NULL,
};
static const char *const source_words[] = {
    "",
    "",
    "",
    ",'utm_source':'fb'",
    ",'utm_source':'fb','utm_campaign':'may'",
    ",'referrer':'https://news.example/x'",
    NULL,
};
static const char *const name_words[] = {
    "",
    ",'first_name':'Ann'",
    ",'first_name':'Anna','last_name':'Lee'",
    ",'phone':'+4915112345'",
    ",'custom':{'size':'L'}",
    ",'custom':{'size':'M','dog':true}",
    NULL,
};

/* One person's history; %s stands for what tells apart the orders in which it is sent. */
struct moment {
    int64_t at;
    const char *event, *source, *name, *spelling;
    int visitor; /* 0: none, 1 and 2: browsers */
    int person;  /* 0: anonymous, 1: the person, 2: another who shares the browser */
    int funnel;  /* 0: none */
};

static struct moment random_moment(int64_t at)
{
    static const char *const spellings[] = { "ann", "ANN", "Ann", NULL };
    struct moment moment = {
        .at = at, .source = pick(source_words), .name = "", .spelling = pick(spellings)
    };
    moment.visitor = rand() % 4 ? 1 + rand() % 2 : 0;
    moment.person = rand() % 3 ? (rand() % 8 ? 1 : 2) : 0;
    if (moment.visitor == 0 && moment.person == 0)
        moment.person = 1;
    moment.funnel = rand() % 5 ? 1 + rand() % 2 : 0;
    if (rand() % 4 == 0 && moment.person) {
        moment.event = "'event':'registration'";
        moment.name = pick(name_words);
        moment.funnel = 1;
    } else {
        moment.event = pick(event_words);
        moment.funnel = strstr(moment.event, "page':") && !moment.funnel ? 1 : moment.funnel;
    }
    return moment;
}

/* The uuid leads with the index, so that the order of equal instants is told apart, and ends with
 * the tag. */
static void moment_print(struct line *line, const struct moment *moment, int index, const char *tag)
{
    char at[CLOCK_TEXT];
    clock_format(moment->at, at);
    int len =
        snprintf(line->text, sizeof line->text, "{'id':'%08x-0000-7000-8000-%s','at':'%s',%s%s%s",
                 index, tag, at, moment->event, moment->source, moment->name);
    if (moment->visitor)
        len += snprintf(line->text + len, sizeof line->text - (size_t)len, ",'visitor':'v%d-%s'",
                        moment->visitor, tag);
    if (moment->person)
        len += snprintf(line->text + len, sizeof line->text - (size_t)len, ",'email':'%s-%s@%s'",
                        moment->person == 1 ? moment->spelling : "bob", tag,
                        index % 2 ? "Example.com" : "example.com");
    if (moment->funnel)
        len += snprintf(line->text + len, sizeof line->text - (size_t)len, ",'funnel':'f%d'",
                        moment->funnel);
    snprintf(line->text + len, sizeof line->text - (size_t)len, "}");
    line->broken = false;
}

static void shuffle(struct line *lines, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)rand() % i;
        struct line swap = lines[i - 1];
        lines[i - 1] = lines[j];
        lines[j] = swap;
    }
}

/* Repeats some lines; breaks some first tries of lines that come again. */
static size_t lines_disturb(struct line *lines, size_t count)
{
    size_t total = count;
    for (size_t i = 0; i < count && total < 2 * MOST_EVENTS; i++) {
        if (rand() % 4)
            continue;
        lines[total] = lines[i];
        lines[total++].broken = rand() % 2;
    }
    shuffle(lines, total);
    return total;
}

static void test_any_order_ends_the_same(void **state)
{
    (void)state;
    srand(20251203);
    struct account *pair[2] = { home_account(&home), home_other_account(&home) };
    struct arena *arena = arena_new();
    for (int history = 0; history < HISTORIES; history++) {
        struct moment moments[MOST_EVENTS];
        size_t count = 1 + (size_t)rand() % MOST_EVENTS;
        int64_t at = 1700000000000 + (int64_t)(rand() % 1000) * 3600 * 1000;
        for (size_t i = 0; i < count; i++)
            moments[i] = random_moment(at += random_step());
        const char *first = NULL;
        for (int order = 0; order < ORDERS; order++) {
            struct line lines[2 * MOST_EVENTS];
            char tag[16];
            snprintf(tag, sizeof tag, "%08d%04d", history, order);
            for (size_t i = 0; i < count; i++)
                moment_print(&lines[i], &moments[i], (int)i, tag);
            lines_send(lines, order ? lines_disturb(lines, count) : count, pair);
            const char *told = home_tell(pair[order % 2], tag, arena);
            if (!first)
                first = told;
            else if (strcmp(first, told) != 0)
                fail_msg("history %d, order %d:\n%s\nis not\n%s", history, order, told, first);
        }
        arena_reset(arena);
    }
    arena_free(arena);
}

static const char *const story[] = {
    "{'id':'s1','at':'2026-03-02T08:00:00Z','event':'page_viewed','visitor':'v1-story',"
    "'funnel':'webinar','page':'start','page_kind':'registration','utm_source':'Facebook'}",
    "{'id':'s2','at':'2026-03-02T08:02:00Z','event':'registration','visitor':'v1-story',"
    "'funnel':'webinar','page':'start','email':'ann-story@example.com','first_name':'Ann',"
    "'utm_source':'facebook'}",
    "{'id':'s3','at':'2026-03-02T08:32:00Z','event':'video_started','visitor':'v1-story',"
    "'funnel':'webinar','video':'intro','email':'ann-story@example.com'}",
    "{'id':'s4','at':'2026-03-02T09:02:00.001Z','event':'video_progress','visitor':'v1-story',"
    "'funnel':'webinar','email':'ann-story@example.com','watch_percentage':50,"
    "'watch_seconds':300,'utm_source':'mail'}",
    "{'id':'s5','at':'2026-03-03T10:00:00Z','event':'call_booked','funnel':'webinar',"
    "'email':'ANN-story@example.com','last_name':'Lee'}",
    /* Bob shares Ann's browser: her touchpoints stay hers, his own are his. */
    "{'id':'s6','at':'2026-03-02T09:03:00Z','event':'registration','visitor':'v1-story',"
    "'funnel':'webinar','email':'bob-story@example.com','utm_source':'newsletter',"
    "'custom':{'size':'L'}}",
    "{'id':'s7','at':'2026-03-02T09:05:00Z','event':'registration','visitor':'v1-story',"
    "'funnel':'webinar','email':'BOB-story@Example.com','first_name':'Bob',"
    "'phone':'+15550100','custom':{'size':'M','dog':true}}",
};

static const char story_end[] =
    "contact ann (ann@example.com): Ann Lee phone - custom -,"
    " seen 2026-03-02T08:02:00.000Z to 2026-03-03T10:00:00.000Z, visits 2\n"
    "lead webinar: converted, 50 % engaged 300 s,"
    " registered 2026-03-02T08:02:00.000Z from facebook, origin import,"
    " viewed 2026-03-02T08:32:00.000Z, played 2026-03-02T08:32:00.000Z, offer -\n"
    "stage lead 2026-03-02T08:02:00.000Z\n"
    "stage engaged 2026-03-02T08:32:00.000Z\n"
    "stage watching 2026-03-02T09:02:00.001Z\n"
    "stage converted 2026-03-03T10:00:00.000Z\n"
    "contact bob (BOB@Example.com): Bob - phone +15550100 custom {\"size\":\"L\",\"dog\":true},"
    " seen 2026-03-02T09:03:00.000Z to 2026-03-02T09:05:00.000Z, visits 0\n"
    "lead webinar: lead, 0 % - 0 s,"
    " registered 2026-03-02T09:03:00.000Z from newsletter, origin import,"
    " viewed -, played -, offer -\n"
    "stage lead 2026-03-02T09:03:00.000Z\n"
    "session v1: 2026-03-02T08:00:00.000Z to 2026-03-02T08:32:00.000Z,"
    " ann, webinar, facebook, 1 pages, 3 events, interactive 1\n"
    "session v1: 2026-03-02T09:02:00.001Z to 2026-03-02T09:05:00.000Z,"
    " ann, webinar, mail, 0 pages, 3 events, interactive 1\n"
    "touch page_viewed 2026-03-02T08:00:00.000Z ann webinar facebook\n"
    "touch video_progress 2026-03-02T09:02:00.001Z ann webinar mail\n"
    "touch registration 2026-03-02T09:03:00.000Z bob webinar newsletter\n"
    "touch call_booked 2026-03-03T10:00:00.000Z ann webinar -\n";

static void test_story_ends_as_by_hand(void **state)
{
    (void)state;
    struct account *pair[2] = { home_account(&home), home_account(&home) };
    struct line lines[STORY] = { 0 };
    for (size_t i = 0; i < STORY; i++)
        snprintf(lines[i].text, sizeof lines[i].text, "%s", story[STORY - 1 - i]);
    lines_send(lines, STORY, pair);
    struct arena *arena = arena_new();
    assert_string_equal(home_tell(pair[0], "story", arena), story_end);
    arena_free(arena);
}

static int home_setup(void **state)
{
    (void)state;
    home_open(&home, "Europe/Berlin");
    return 0;
}

static int home_teardown(void **state)
{
    (void)state;
    home_close(&home);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_story_ends_as_by_hand),
        cmocka_unit_test(test_any_order_ends_the_same),
    };
    return cmocka_run_group_tests_name("folds", tests, home_setup, home_teardown);
}
