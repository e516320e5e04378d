/* event_json: what is refused, and with which words; what is accepted is found again in its row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "contact.h"
#include "door.h"
#include "funnel_home.h"
#include "personal.h"
#include "workspace.h"

/* As many of one letter; one at a time. */
static const char *letters(size_t count)
{
    static char text[5000];
    memset(text, 'a', count);
    text[count] = '\0';
    return text;
}

static struct visit send(const char *line)
{
    return door_send(account, home.arena, "%s", line);
}

static void refused(const char *line, enum outcome outcome, const char *error)
{
    struct visit visit = send(line);
    if (visit.got != outcome || !visit.error || strcmp(visit.error, error) != 0)
        fail_msg("%s\nis answered %d: %s\nand not %d: %s", line, visit.got,
                 visit.error ? visit.error : "(nothing)", outcome, error);
}

static struct visit accepted(const char *line)
{
    struct visit visit = send(line);
    if (visit.got != CREATED)
        fail_msg("%s\nis answered %d: %s", line, visit.got, visit.error ? visit.error : "");
    return visit;
}

static const char times[] = "must be an RFC 3339 time after 1970, like 2026-03-01T09:30:00Z";
static const char slugs[] = "must be a slug of letters, digits, _ and -";

static void every_refusal_names_the_field_and_the_remedy(void **state)
{
    (void)state;
    const struct {
        const char *line, *field, *remedy;
    } rows[] = {
        { "[]", "event", "must be one JSON object" },
        { "'registration'", "event", "must be one JSON object" },
        { "{}", "event", "is missing: the name of what happened" },
        { "{'event':null}", "event", "is missing: the name of what happened" },
        { "{'event':''}", "event", "is missing: the name of what happened" },
        { "{'event':'x','at':null}", "at", "is missing: when it happened" },
        { "{'event':7}", "event", "must be a string" },
        { "{'event':'Page View'}", "event",
          "must be a name of a-z 0-9 _ . - (docs/events.md lists those with a meaning)" },
        { "{'event':'x','fisrt_name':'Ann'}", "fisrt_name",
          "is no field of an event; put the sender's own under props" },
        { "{'event':'x','Email':'a@b'}", "Email",
          "is no field of an event; put the sender's own under props" },
        { "{'event':'x','':1}", "", "is no field of an event; put the sender's own under props" },
        { "{'event':'x','first_name':1}", "first_name", "must be a string" },
        { "{'event':'x','utm_term':['a']}", "utm_term", "must be a string" },
        { "{'event':'x','visitor':true}", "visitor", "must be a string" },
        { "{'event':'x','at':1772712000}", "at", times },
        { "{'event':'x','at':'2026-03-05'}", "at", times },
        { "{'event':'x','at':'1970-01-01T00:00:00Z'}", "at", times },
        { "{'event':'x','at':'1969-12-31T23:59:59Z'}", "at", times },
        { "{'event':'x','at':'2026-02-30T00:00:00Z'}", "at", times },
        { "{'event':'x','received_at':'yesterday'}", "received_at", times },
        { "{'event':'x','at':'2026-03-06T12:00:00.001Z'}", "at",
          "lies more than a day in the future" },
        { "{'event':'x','received_at':'2026-03-06T12:00:00.001Z'}", "received_at",
          "lies more than a day in the future" },
        { "{'event':'x','origin':'WEB'}", "origin", "must be web, api, hook, import or system" },
        { "{'event':'x','page_kind':'landing','funnel':'f'}", "page_kind",
          "must be registration, watch, offer, thanks or other" },
        { "{'event':'x','currency':'usd'}", "currency", "must be an ISO 4217 code like USD" },
        { "{'event':'x','currency':'EURO'}", "currency", "must be an ISO 4217 code like USD" },
        { "{'event':'x','value_minor':0}", "currency", "is missing: a value needs one" },
        { "{'event':'x','value_minor':0.5,'currency':'USD'}", "value_minor",
          "must be a whole number of minor units (cents), at most 10^15" },
        { "{'event':'x','value_minor':'12','currency':'USD'}", "value_minor",
          "must be a whole number of minor units (cents), at most 10^15" },
        { "{'event':'x','value_minor':1000000000000001,'currency':'USD'}", "value_minor",
          "must be a whole number of minor units (cents), at most 10^15" },
        { "{'event':'x','value_minor':-1000000000000001,'currency':'USD'}", "value_minor",
          "must be a whole number of minor units (cents), at most 10^15" },
        { "{'event':'x','watch_percentage':101}", "watch_percentage",
          "must be a whole number from 0 to 100" },
        { "{'event':'x','watch_percentage':-1}", "watch_percentage",
          "must be a whole number from 0 to 100" },
        { "{'event':'x','watch_percentage':49.5}", "watch_percentage",
          "must be a whole number from 0 to 100" },
        { "{'event':'x','watch_seconds':-1}", "watch_seconds",
          "must be a whole number of seconds, at most a year of them" },
        { "{'event':'x','watch_seconds':31622401}", "watch_seconds",
          "must be a whole number of seconds, at most a year of them" },
        { "{'event':'x','watch_seconds':1e300}", "watch_seconds",
          "must be a whole number of seconds, at most a year of them" },
        { "{'event':'x','bot_class':'human'}", "bot_class", "must be proxy, machine or suspect" },
        { "{'event':'x','click_kind':'dclid'}", "click_kind",
          "must be gclid, msclkid, fbclid, ttclid, li_fat_id or twclid" },
        { "{'event':'x','custom':[]}", "custom", "must be an object" },
        { "{'event':'x','props':'{}'}", "props", "must be an object" },
        { "{'event':'x','funnel':'a/b'}", "funnel", slugs },
        { "{'event':'x','video':'a b'}", "video", slugs },
        { "{'event':'x','offer':'\303\251'}", "offer", slugs },
        { "{'event':'x','workspace':'a.b'}", "workspace", slugs },
        { "{'event':'x','page':'../x','funnel':'f'}", "page", slugs },
        { "{'event':'x','page':'start'}", "page", "needs the funnel that it belongs to" },
        { "{'event':'watch_page_viewed'}", "page", "needs the funnel that it belongs to" },
        { "{'event':'x','contact':0}", "contact", "must be a contact's number or uuid" },
        { "{'event':'x','contact':-1}", "contact", "must be a contact's number or uuid" },
        { "{'event':'x','contact':1.5}", "contact", "must be a contact's number or uuid" },
        { "{'event':'x','contact':{}}", "contact", "must be a contact's number or uuid" },
        { "{'event':'x','contact':99}", "contact", "there is no such contact" },
        { "{'event':'x','contact':9007199254740992}", "contact", "there is no such contact" },
        { "{'event':'x','contact':'ann'}", "contact", "there is no such contact" },
        { "{'event':'x','contact':'0195a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'}", "contact",
          "there is no such contact" },
        { "{'event':'x','contact':'garbage','email':'ann@example.com'}", "contact",
          "and email are two answers to one question: give one" },
        { "{'event':'x','email':'ann'}", "email", "cannot be an e-mail address" },
        { "{'event':'x','email':'a@b@c'}", "email", "cannot be an e-mail address" },
        { "{'event':'registration'}", "email", "is missing: a registration needs one" },
        { "{'event':'registration','email':''}", "email", "is missing: a registration needs one" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused(rows[i].line, INVALID,
                arena_printf(home.arena, "%s: %s", rows[i].field, rows[i].remedy));
    assert_told("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM contact),"
                " (SELECT count(*) FROM visitor), (SELECT count(*) FROM funnel),"
                " (SELECT count(*) FROM page), (SELECT count(*) FROM video)",
                "0|0|0|0|0|0");
}

static void lengths_have_limits(void **state)
{
    (void)state;
    static const struct {
        const char *field, *more; /* what it needs beside itself */
        size_t most;
    } rows[] = {
        { "event", "", 64 },
        { "id", ",'event':'x'", 64 },
        { "funnel", ",'event':'x'", 64 },
        { "page", ",'event':'x','funnel':'f'", 64 },
        { "video", ",'event':'x'", 64 },
        { "offer", ",'event':'x'", 64 },
        { "ip", ",'event':'registration','email':'ann@example.com'", 64 },
        { "first_name", ",'event':'x'", 4096 },
        { "phone", ",'event':'x'", 4096 },
        { "visitor", ",'event':'x'", 4096 },
        { "user_agent", ",'event':'x'", 4096 },
        { "utm_source", ",'event':'x'", 4096 },
        { "referrer", ",'event':'x'", 4096 },
        { "external_id", ",'event':'x'", 4096 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        accepted(arena_printf(home.arena, "{'%s':'%s'%s}", rows[i].field, letters(rows[i].most),
                              rows[i].more));
        refused(
            arena_printf(home.arena, "{'%s':'%s'%s}", rows[i].field, letters(rows[i].most + 1),
                         rows[i].more),
            INVALID,
            arena_printf(home.arena, "%s: is longer than %zu bytes", rows[i].field, rows[i].most));
    }
    refused(arena_printf(home.arena, "{'%s':1}", letters(100)), INVALID,
            arena_printf(home.arena,
                         "%s: is no field of an event; put the sender's own under props",
                         letters(64)));
}

static void what_is_refused_leaves_no_name_behind(void **state)
{
    (void)state;
    refused("{'event':'x','funnel':'f','page':'p','video':'v','offer':'o',"
            "'workspace':'crm','visitor':'v1','email':'ann@example.com'}",
            NOT_FOUND, "workspace: there is no workspace named \"crm\"");
    struct event_reading strict = door_usual;
    strict.create_names = false;
    static const char *const rows[][2] = {
        { "{'event':'x','funnel':'f'}", "funnel: there is no funnel named \"f\"" },
        { "{'event':'x','video':'v'}", "video: there is no video named \"v\"" },
        { "{'event':'x','offer':'o'}", "offer: there is no offer named \"o\"" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct visit visit = door_send_as(account, &strict, home.arena, "%s", rows[i][0]);
        assert_int_equal(visit.got, NOT_FOUND);
        assert_string_equal(visit.error, rows[i][1]);
    }
    accepted("{'event':'x','funnel':'f','video':'v','offer':'o'}");
    struct visit visit =
        door_send_as(account, &strict, home.arena, "%s", "{'event':'x','funnel':'f','page':'p'}");
    assert_int_equal(visit.got, NOT_FOUND);
    assert_string_equal(visit.error, "page: there is no page named \"p\"");
    visit = door_send_as(account, &strict, home.arena, "%s",
                         "{'event':'y','funnel':'f','video':'v','offer':'o'}");
    assert_int_equal(visit.got, CREATED);
}

static enum outcome make_workspace(struct db *db, void *context)
{
    return workspace_create(db, "crm", "The CRM", context);
}

static void every_field_is_found_again(void **state)
{
    (void)state;
    int64_t workspace;
    struct gate_item item = { .run = make_workspace, .context = &workspace };
    assert_true(gate_commit(account->gate, &item, 1));
    struct visit visit = accepted(
        "{'id':'0195A1B2-c3d4-7e5f-8a9b-0c1d2e3f4a5b','event':'registration',"
        "'at':'2026-03-05T11:00:00.250+01:00','received_at':'2026-03-05T11:30:00Z',"
        "'origin':'api','visitor':'v1','email':' Ann.Lee@Example.com','phone':'+1 555',"
        "'first_name':'Ann','last_name':'L\303\251e','custom':{'size':1e2},'props':{'a':['b']},"
        "'funnel':'Webinar_1','page':'start','page_kind':'registration','video':'intro',"
        "'offer':'course','workspace':'crm','utm_source':'S','utm_medium':'M',"
        "'utm_campaign':'C','utm_content':'N','utm_term':'T','referral_code':'R',"
        "'referrer':'https://H.example/x','click_kind':'gclid','user_agent':'UA/1',"
        "'ip':'192.0.2.7','bot_class':'suspect','watch_percentage':100,'watch_seconds':31622400,"
        "'value_minor':-1000000000000000,'currency':'EUR','external_id':'tx \\u00221\\u0022'}");
    assert_told("SELECT uuid_text(e.uuid), e.at, e.received_at, e.kind, e.origin, e.visitor_id > 0,"
                " e.contact_id > 0, w.slug, f.slug, p.slug || ' ' || p.kind, v.slug, o.slug,"
                " e.watch_pct, e.watch_secs, e.value_minor, e.currency, e.external_id, e.bot_class"
                " FROM event e JOIN workspace w ON w.id = e.workspace_id"
                " JOIN funnel f ON f.id = e.funnel_id JOIN page p ON p.id = e.page_id"
                " JOIN video v ON v.id = e.video_id JOIN offer o ON o.id = e.offer_id",
                "0195a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b|1772704800250|1772710200000|registration|api|"
                "1|1|crm|Webinar_1|start registration|intro|course|100|31622400|-1000000000000000|"
                "EUR|tx \"1\"|suspect");
    assert_told("SELECT utm_source, utm_medium, utm_campaign, utm_content, utm_term, referrer_host,"
                " referral_code, click_kind FROM source JOIN event ON source_id = source.id",
                "s|m|c|n|t|h.example|r|gclid");
    assert_int_equal(visit.event.contact_id,
                     contact_by_email(account_reader(account), account, "ann.lee@example.com"));
}

static void the_personal_part_is_sealed_with_the_event(void **state)
{
    (void)state;
    size_t len;
    struct visit visit =
        accepted("{'event':'registration','email':'Ann@Example.com','first_name':'Ann',"
                 "'custom':{'size':1e2},'props':{'a':[1.50]},'ip':'192.0.2.7'}");
    struct db_rows *rows =
        db_query(account_reader(account), "SELECT uuid, detail_sealed, ip_sealed FROM event"
                                          " JOIN registration_address ON event_seq = seq");
    assert_true(db_next(rows));
    const void *sealed = db_get_blob(rows, 1, &len, home.arena);
    assert_null(memmem(sealed, len, "Ann", 3));
    struct personal *known = personal_unseal(account, &visit.event.uuid, sealed, len, home.arena);
    assert_string_equal(known->email, "Ann@Example.com");
    assert_string_equal(known->first_name, "Ann");
    assert_null(known->last_name);
    assert_string_equal(json_print(home.arena, known->custom), "{\"size\":1e2}");
    assert_string_equal(json_print(home.arena, known->props), "{\"a\":[1.50]}");
    assert_null(known->ip); /* it expires, so it lies elsewhere */
    sealed = db_get_blob(rows, 2, &len, home.arena);
    assert_string_equal(
        account_unseal(account, SEAL_ADDRESS_IP, &visit.event.uuid, sealed, len, home.arena),
        "192.0.2.7");
    db_done(rows);
}

static void other_events_keep_neither_spelling_nor_address(void **state)
{
    (void)state;
    struct visit visit =
        accepted("{'event':'page_viewed','email':'Ann@Example.com','ip':'192.0.2.7'}");
    assert_true(visit.event.contact_id > 0);
    assert_told("SELECT detail_sealed, (SELECT count(*) FROM registration_address) FROM event",
                "-|0");
}

static void null_and_nothing_count_as_absent(void **state)
{
    (void)state;
    accepted("{'event':'x','id':null,'received_at':null,'origin':null,'visitor':null,"
             "'email':null,'contact':null,'first_name':null,'last_name':null,'phone':null"
             ",'custom':null,'props':null,'funnel':null,'page':null,'page_kind':null,"
             "'video':null,'offer':null,'workspace':null,'utm_source':null,"
             "'utm_medium':null,'utm_campaign':null,'utm_content':null,'utm_term':null,"
             "'referral_code':null,'referrer':null,'click_kind':null,'user_agent':null,"
             "'ip':null,'bot_class':null,'watch_percentage':null,'watch_seconds':null,"
             "'value_minor':null,'currency':null,'external_id':null}");
    accepted("{'event':'x','id':'','origin':'','visitor':'','email':'',"
             "'contact':'','first_name':'','custom':{},'props':{},'funnel':'',"
             "'page':'','page_kind':'','video':'','workspace':'','referrer':'',"
             "'utm_source':' ','click_kind':'','user_agent':'','bot_class':'',"
             "'currency':'','external_id':'','offer':''}");
    assert_told("SELECT received_at, origin, coalesce(visitor_id, contact_id, workspace_id,"
                " funnel_id, page_id, video_id, offer_id, source_id, agent_id, watch_pct,"
                " watch_secs, value_minor, currency, external_id, bot_class, detail_sealed)"
                " FROM event",
                "1772712000000|import|-;1772712000000|import|-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_refusal_names_the_field_and_the_remedy),
        TEST(lengths_have_limits),
        TEST(what_is_refused_leaves_no_name_behind),
        TEST(every_field_is_found_again),
        TEST(the_personal_part_is_sealed_with_the_event),
        TEST(other_events_keep_neither_spelling_nor_address),
        TEST(null_and_nothing_count_as_absent),
    };
    return cmocka_run_group_tests_name("event_json", tests, NULL, NULL);
}
