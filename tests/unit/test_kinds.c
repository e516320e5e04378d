/* kinds: every name of docs/events.md leads to the kind that it says, and a kind to its stage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "kinds.h"

/* A name as it may arrive; `kind` is stored; viewed is the kind of page that is known then. */
struct row {
    const char *name, *page_kind;
    bool has_offer;
    const char *kind, *viewed;
};

static void resolves(const struct row *row)
{
    const char *name = row->name, *page_kind = row->page_kind;
    if (!kind_resolve(&name, &page_kind, row->has_offer))
        fail_msg("%s is no name", row->name);
    assert_string_equal(name, row->kind);
    if (row->viewed)
        assert_string_equal(page_kind, row->viewed);
    else
        assert_null(page_kind);
}

/* The names of the funnel, of capture and of outreach, as their requirements list them. */
static void every_name_has_its_kind(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "registration", NULL, false, "registration", NULL },
        { "registration_confirmed", NULL, false, "registration_confirmed", NULL },
        { "registration_page_viewed", NULL, false, "page_viewed", "registration" },
        { "watch_page_viewed", NULL, false, "page_viewed", "watch" },
        { "enrollment_viewed", NULL, false, "page_viewed", "offer" },
        { "page_shared", NULL, false, "page_shared", NULL },
        { "video_started", NULL, false, "video_started", NULL },
        { "video_progress", NULL, false, "video_progress", NULL },
        { "video_completed", NULL, false, "video_completed", NULL },
        { "video_replayed", NULL, false, "video_replayed", NULL },
        { "offer_clicked", NULL, false, "offer_clicked", NULL },
        { "purchase_initiated", NULL, false, "purchase_initiated", NULL },
        { "purchase_completed", NULL, false, "purchase_completed", NULL },
        { "call_booked", NULL, false, "call_booked", NULL },
        { "call_cancelled", NULL, false, "call_cancelled", NULL },
        { "email_sent", NULL, false, "email_sent", NULL },
        { "email_delivered", NULL, false, "email_delivered", NULL },
        { "email_bounced", NULL, false, "email_bounced", NULL },
        { "email_opened", NULL, false, "email_opened", NULL },
        { "email_clicked", NULL, false, "email_clicked", NULL },
        { "email_replied", NULL, false, "email_replied", NULL },
        { "sms_sent", NULL, false, "sms_sent", NULL },
        { "sms_delivered", NULL, false, "sms_delivered", NULL },
        { "sms_failed", NULL, false, "sms_failed", NULL },
        { "sms_replied", NULL, false, "sms_replied", NULL },
        { "call_made", NULL, false, "call_made", NULL },
        { "call_completed", NULL, false, "call_completed", NULL },
        { "call_failed", NULL, false, "call_failed", NULL },
        { "form_submitted", NULL, false, "form_submitted", NULL },
        { "page_viewed", NULL, false, "page_viewed", NULL },
        { "link_clicked", NULL, false, "link_clicked", NULL },
        { "meeting_scheduled", NULL, false, "call_booked", NULL },
        { "purchase_made", NULL, false, "purchase_completed", NULL },
        { "content_downloaded", NULL, false, "content_downloaded", NULL },
        { "social_interaction", NULL, false, "social_interaction", NULL },
        { "ad_clicked", NULL, false, "ad_clicked", NULL },
        { "lead_rejected", NULL, false, "lead_rejected", NULL },
        { "page_view", NULL, false, "page_viewed", NULL },
        { "event_view", NULL, false, "page_viewed", NULL },
        { "ticket_cta", NULL, false, "offer_clicked", NULL },
        { "checkout_started", NULL, false, "purchase_initiated", NULL },
        { "purchase", NULL, false, "purchase_completed", NULL },
        { "sale", NULL, false, "purchase_completed", NULL },
        { "appointment", NULL, false, "call_booked", NULL },
        { "reply_received", NULL, false, "email_replied", NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        resolves(&rows[i]);
        if (!kind_find(rows[i].kind))
            fail_msg("%s means nothing", rows[i].kind);
    }
}

static void some_names_depend_on_where_they_happen(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "form_submitted", "registration", false, "registration", "registration" },
        { "form_submitted", "watch", false, "form_submitted", "watch" },
        { "form_submitted", "offer", true, "form_submitted", "offer" },
        { "link_clicked", NULL, true, "offer_clicked", NULL },
        { "link_clicked", "registration", false, "link_clicked", "registration" },
        { "page_viewed", "offer", false, "page_viewed", "offer" },
        { "page_view", "thanks", false, "page_viewed", "thanks" },
        { "watch_page_viewed", "offer", false, "page_viewed", "watch" }, /* the name knows best */
        { "registration", "watch", true, "registration", "watch" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        resolves(&rows[i]);
}

static void what_was_resolved_stays_so(void **state)
{
    (void)state;
    static const char *const names[] = { "registration_page_viewed", "form_submitted", "sale",
                                         "link_clicked", "their.own" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *name = names[i], *page_kind = "registration";
        assert_true(kind_resolve(&name, &page_kind, true));
        const char *again = name, *page_again = page_kind;
        assert_true(kind_resolve(&again, &page_again, true));
        assert_ptr_equal(again, name);
        assert_ptr_equal(page_again, page_kind);
    }
}

static void names_of_ones_own_are_lower_case_words(void **state)
{
    (void)state;
    char longest[66];
    memset(longest, 'a', sizeof longest);
    longest[65] = '\0';
    static const struct {
        const char *name;
        bool accepted;
    } rows[] = {
        { "quiz_answered", true },
        { "a", true },
        { "0", true },
        { "a.b-c_d9", true },
        { ".", true },
        { "", false },
        { "Registration", false },
        { "page viewed", false },
        { "page\n", false },
        { "caf\303\251", false },
        { "a/b", false },
        { "a:b", false },
        { "\"", false },
        { "a`b", false },
        { "a{", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *name = rows[i].name, *page_kind = NULL;
        if (kind_resolve(&name, &page_kind, false) != rows[i].accepted)
            fail_msg("\"%s\"", rows[i].name);
        assert_ptr_equal(name, rows[i].name);
        assert_null(kind_find(name));
    }
    const char *name = longest, *page_kind = NULL;
    assert_false(kind_resolve(&name, &page_kind, false));
    longest[64] = '\0';
    assert_true(kind_resolve(&name, &page_kind, false));
}

static struct event event_of(const char *kind, const char *page_kind, int watch_pct)
{
    return (struct event){ .kind = kind,
                           .means = kind_find(kind),
                           .page_kind = page_kind,
                           .has_watch_pct = watch_pct >= 0,
                           .watch_pct = watch_pct >= 0 ? watch_pct : 0 };
}

enum { NOT_SAID = -1 };

static void an_event_leads_to_a_stage(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *page_kind;
        int watch_pct; /* as said */
        enum funnel_stage stage;
        int proves; /* watched */
    } rows[] = {
        { "registration", NULL, NOT_SAID, STAGE_LEAD, 0 },
        { "registration_confirmed", NULL, NOT_SAID, STAGE_LEAD, 0 },
        { "registration", "offer", NOT_SAID, STAGE_LEAD, 0 },
        { "page_viewed", NULL, NOT_SAID, STAGE_NONE, 0 },
        { "page_viewed", "registration", NOT_SAID, STAGE_NONE, 0 },
        { "page_viewed", "watch", NOT_SAID, STAGE_NONE, 0 },
        { "page_viewed", "thanks", NOT_SAID, STAGE_NONE, 0 },
        { "page_viewed", "offer", NOT_SAID, STAGE_OFFER_VIEWED, 0 },
        { "page_viewed", "watch", 90, STAGE_NONE, 0 }, /* looking is not watching */
        { "page_shared", "offer", NOT_SAID, STAGE_NONE, 0 },
        { "video_started", NULL, NOT_SAID, STAGE_ENGAGED, 1 },
        { "video_started", "offer", NOT_SAID, STAGE_ENGAGED, 1 },
        { "video_started", NULL, 0, STAGE_ENGAGED, 1 },
        { "video_progress", NULL, NOT_SAID, STAGE_ENGAGED, 1 },
        { "video_progress", NULL, 0, STAGE_ENGAGED, 1 },
        { "video_progress", NULL, 24, STAGE_ENGAGED, 24 },
        { "video_progress", NULL, 25, STAGE_WATCHING, 25 },
        { "video_progress", NULL, 100, STAGE_WATCHING, 100 },
        { "video_completed", NULL, NOT_SAID, STAGE_WATCHING, 100 },
        { "video_completed", NULL, 96, STAGE_WATCHING, 96 },
        { "video_completed", NULL, 3, STAGE_ENGAGED, 3 },
        { "video_replayed", NULL, NOT_SAID, STAGE_ENGAGED, 1 },
        { "video_replayed", NULL, 75, STAGE_WATCHING, 75 },
        { "offer_clicked", NULL, NOT_SAID, STAGE_OFFER_VIEWED, 0 },
        { "purchase_initiated", NULL, NOT_SAID, STAGE_OFFER_VIEWED, 0 },
        { "purchase_completed", NULL, NOT_SAID, STAGE_CONVERTED, 0 },
        { "call_booked", NULL, NOT_SAID, STAGE_CONVERTED, 0 },
        { "call_cancelled", NULL, NOT_SAID, STAGE_NONE, 0 },
        { "email_clicked", NULL, NOT_SAID, STAGE_NONE, 0 },
        { "lead_rejected", NULL, NOT_SAID, STAGE_NONE, 0 },
        { "their_own", "offer", 100, STAGE_NONE, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event event = event_of(rows[i].kind, rows[i].page_kind, rows[i].watch_pct);
        if (event_stage(&event) != rows[i].stage)
            fail_msg("%s on %s at %d: stage %d", rows[i].kind, rows[i].page_kind, rows[i].watch_pct,
                     event_stage(&event));
        assert_int_equal(event_watch_pct(&event), rows[i].proves);
    }
}

/* Of each: is it a touchpoint of itself, more than looking, a sign of life? */
static void a_kind_is_of_one_sort(void **state)
{
    (void)state;
    static const struct {
        const char *names;
        enum sort sort;
        bool human;
    } rows[] = {
        { "email_clicked email_replied sms_replied call_booked call_completed form_submitted"
          " content_downloaded social_interaction ad_clicked ",
          SORT_INBOUND, true },
        { "video_started video_progress video_completed video_replayed ", SORT_PLAY, true },
        { "page_viewed ", SORT_VIEW, true },
        { "email_sent email_delivered email_bounced email_opened sms_sent sms_delivered sms_failed"
          " call_made call_failed lead_rejected ",
          SORT_REPORT, false },
        { "registration registration_confirmed page_shared offer_clicked link_clicked"
          " purchase_initiated purchase_completed call_cancelled their_own ",
          SORT_ACT, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (const char *at = rows[i].names; *at; at += strcspn(at, " ") + 1) {
            char name[32];
            snprintf(name, sizeof name, "%.*s", (int)strcspn(at, " "), at);
            struct event event = event_of(name, NULL, NOT_SAID);
            if (event_sort(&event) != rows[i].sort || event_is_human(&event) != rows[i].human)
                fail_msg("%s", name);
            event.bot_class = "machine";
            assert_false(event_is_human(&event));
        }
}

static void three_kinds_date_a_lead(void **state)
{
    (void)state;
    struct event registration = event_of("registration", NULL, NOT_SAID);
    struct event confirmed = event_of("registration_confirmed", NULL, NOT_SAID);
    struct event replayed = event_of("video_replayed", NULL, NOT_SAID);
    struct event own = event_of("their_own", NULL, NOT_SAID);
    assert_true(event_marks(&registration, MARK_REGISTERED));
    assert_false(event_marks(&registration, MARK_CONFIRMED));
    assert_true(event_marks(&confirmed, MARK_CONFIRMED));
    assert_true(event_marks(&replayed, MARK_REPLAYED));
    assert_false(event_marks(&own, MARK_REGISTERED));
}

static void only_a_view_is_of_a_page(void **state)
{
    (void)state;
    struct event view = event_of("page_viewed", "watch", NOT_SAID);
    struct event nowhere = event_of("page_viewed", NULL, NOT_SAID);
    struct event click = event_of("offer_clicked", "offer", NOT_SAID);
    struct event own = event_of("their_own", "offer", NOT_SAID);
    assert_string_equal(event_viewed(&view), "watch");
    assert_string_equal(event_viewed(&nowhere), "");
    assert_string_equal(event_viewed(&click), "");
    assert_string_equal(event_viewed(&own), "");
}

static void stages_have_names_and_an_order(void **state)
{
    (void)state;
    static const char *const names[] = { "lead", "engaged", "watching", "offer_viewed",
                                         "converted" };
    assert_null(funnel_stage_name(STAGE_NONE));
    assert_int_equal(funnel_stage_of(NULL), STAGE_NONE);
    assert_int_equal(funnel_stage_of("customer"), STAGE_NONE);
    for (int i = 0; i < 5; i++) {
        assert_string_equal(funnel_stage_name((enum funnel_stage)(STAGE_LEAD + i)), names[i]);
        assert_int_equal(funnel_stage_of(names[i]), STAGE_LEAD + i);
    }
}

/* Every kind and every other name that docs/events.md lists in its table. */
static void the_documentation_tells_the_truth(void **state)
{
    (void)state;
    char line[4096];
    int names = 0;
    FILE *docs = fopen("docs/events.md", "r");
    assert_non_null(docs);
    while (fgets(line, sizeof line, docs) && !strstr(line, "also accepted as"))
        ;
    while (fgets(line, sizeof line, docs) && *line == '|')
        for (char *at = line; (at = strchr(at, '`')); at += strcspn(at, "`") + 1) {
            char name[64];
            at++;
            snprintf(name, sizeof name, "%.*s", (int)strcspn(at, "`"), at);
            const char *resolved = name, *page_kind = NULL;
            if (!kind_resolve(&resolved, &page_kind, false) || !kind_find(resolved))
                fail_msg("docs/events.md lists %s", name);
            names++;
        }
    fclose(docs);
    assert_in_range(names, 45, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_has_its_kind),
        cmocka_unit_test(some_names_depend_on_where_they_happen),
        cmocka_unit_test(what_was_resolved_stays_so),
        cmocka_unit_test(names_of_ones_own_are_lower_case_words),
        cmocka_unit_test(an_event_leads_to_a_stage),
        cmocka_unit_test(a_kind_is_of_one_sort),
        cmocka_unit_test(three_kinds_date_a_lead),
        cmocka_unit_test(only_a_view_is_of_a_page),
        cmocka_unit_test(stages_have_names_and_an_order),
        cmocka_unit_test(the_documentation_tells_the_truth),
    };
    return cmocka_run_group_tests_name("kinds", tests, NULL, NULL);
}
