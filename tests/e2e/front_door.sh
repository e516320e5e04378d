#!/bin/bash
# The public door as browsers, programs and rude people meet it: through nginx with the project's own include.
# shellcheck source=tests/support/sentences.sh
. "$(dirname "$0")/../support/sentences.sh"
# shellcheck source=tests/support/stack.sh
. "$(dirname "$0")/../support/stack.sh"

# post PATH CURL-OPTION...: the status goes to $status, headers to $work/head, the body to $work/out.
post() {
    local path=$1
    shift
    : >"$work/out"
    : >"$work/err"
    status=$(curl -sS --max-time 20 -D "$work/head" -o "$work/out" -w '%{http_code}' "$@" "$door$path" 2>"$work/err")
}
post_json() { post "$1" -H 'Content-Type: application/json' --data-binary "$2"; }
# answered CODES SENTENCE: the last post was.
answered() {
    [[ " $1 " == *" $status "* ]] || echo "(status $status, not $1)" >>"$work/err"
    verdict "$([[ " $1 " == *" $status "* ]]; echo $?)" "$2"
}
heads() { verdict "$(grep -qiE -- "$2" "$work/head"; echo $?)" "$1"; }
lacks() { ! grep -qiE -- "$1" "$2"; }

# raw LINE...: a request as nobody's library would write it; its answer's status.
raw() {
    (
        trap '' PIPE # who is refused early need not be heard to the end
        exec 3<>"/dev/tcp/127.0.0.1/$stack_port"
        for line in "$@"; do
            printf '%b' "$line" >&3
        done
        head -n 1 <&3
    ) >"$work/out" 2>/dev/null
    status=$(sed -n 's|^HTTP/1\.1 \([0-9]*\).*|\1|p' "$work/out")
}

# is PERSON FIELD VALUE: letter by letter, as weir contact show tells it.
is() {
    weir contact show "${account:-main}" "$1" --json >"$work/out" 2>"$work/err" || return
    local told
    told=$(sqlite3 :memory: "SELECT json_extract(CAST(readfile('$work/out') AS TEXT), '\$.$2')")
    [ "$told" = "$3" ] || { echo "$2 is: $told"; return 1; }
}
database() { echo "$(weir account show "$1" | sed -n 's/^directory *//p')/weir.db"; }
count() { sqlite3 -cmd '.timeout 5000' "$(database "$1")" "SELECT count(*) FROM $2"; }
counts() { [ "$(count "$1" "$2")" = "$3" ]; }

make_account() {
    weir init --quiet --slug "$1" >/dev/null &&
        echo '{"id":"f1","event":"page_viewed","at":"2026-03-01T09:30:00Z","funnel":"webinar","page":"watch","visitor":"v1"}' |
        weir event "$1" - --quiet
}

register=/c/main/webinar/register
make_account main
stack_start
verdict $? "nginx takes the include, and weir-collect serves behind it"
[ "$failed" = 0 ] || finish

# Programs send JSON.
post_json $register '{"email":"Ann@Example.com","first_name":"Ann","last_name":"Lee","phone":"+491701234567",
    "utm_source":"news","utm_medium":"mail","utm_campaign":"spring","utm_content":"top","utm_term":"shoes",
    "referral_code":"friend7","page":"reg-a","custom":{"size":"M","plan":{"seats":3}}}'
answered "200 201" "a JSON registration is accepted"
holds "  the answer is JSON" is_json
says "  says ok, next and a lead token" '"ok":true,"next":.*,"lead_token":"[A-Za-z0-9_-]{20,}"'
heads "  any page may read it, but without credentials" "^access-control-allow-origin: \*"
holds "  no credentials are allowed" lacks "access-control-allow-credentials" "$work/head"
heads "  it is not to be kept" "^cache-control: no-store"
heads "  nor guessed at" "^x-content-type-options: nosniff"
heads "  nor framed, nor is anything loaded by it" "^content-security-policy: default-src 'none'"
heads "  and HTTPS is to stay" "^strict-transport-security: "
heads "  nginx tells no version" "^server: nginx.$"
cp "$work/out" "$work/new.json"
holds "  her first name is there" is ann@example.com first_name Ann
holds "  her last name" is ann@example.com last_name Lee
holds "  her phone" is ann@example.com phone +491701234567
holds "  where she came from" is ann@example.com 'leads[0].utm_campaign' spring
holds "  who sent her" is ann@example.com 'leads[0].referral_code' friend7
holds "  her custom fields" is ann@example.com custom.size M
holds "  nested ones, too" is ann@example.com custom.plan.seats 3
post_json $register '{"email":"ann@example.com","first_name":"Other","last_name":"Lee"}'
answered "200 201" "who is known is answered like who is new"
holds "  by an answer of the same shape" diff <(sed 's/"lead_token":"[^"]*"//' "$work/new.json") <(sed 's/"lead_token":"[^"]*"//' "$work/out")
holds "  and keeps the name that was there" is ann@example.com first_name Ann
holds "  as one person" counts main "contact" 1
holds "  and one lead" counts main "lead" 1

# JSON is strict.
post_json $register '{"email":"x@example.com","colour":"blue"}'
answered 400 "an unknown member is refused"
says "  by its name" '"field":"colour"'
heads "  as a problem" "^content-type: application/problem\+json"
post_json $register '{"email":"x@example.com","first_name":7}'
answered 400 "an ill-typed member is refused"
says "  by its name" '"field":"first_name"'
post_json $register '{"email":"x@example.com","custom":"none"}'
answered 400 "custom fields that are no object are refused"
says "  by that name" '"field":"custom"'
post_json $register '{"email":"x@example.com","email":"y@example.com"}'
answered 400 "a repeated member is refused"
for body in '{"email":"x@example.com"' '["x@example.com"]' '{"email":"x@example.com"} {}' '{"email":"x\u0000@example.com"}' \
    '{"email":"x@example.com","page":'"$(printf '[%.0s' {1..60})"; do
    post_json $register "$body"
    answered 400 "JSON that is not one sound object is refused: ${body:0:40}"
done
post_json $register '{"first_name":"Nobody"}'
answered 400 "JSON without an e-mail is refused"
says "  by the name of the field" '"field":"email"'
post_json $register '{"email":"not an address"}'
answered 400 "an impossible e-mail is refused"
says "  by the name of the field" '"field":"email"'
holds "nobody came of all that" counts main "contact" 1

# Browsers send forms.
browser=(-H 'Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8')
post $register "${browser[@]}" -d email=bob@example.com -d first_name=Bob --data-urlencode 'Which colour?=sea & sky' -d utm_source=ads
answered "200 303" "an urlencoded form is accepted"
holds "  his name is there" is bob@example.com first_name Bob
holds "  and the form's own field" is bob@example.com 'custom."Which colour?"' 'sea & sky'
post $register "${browser[@]}" -F email=cid@example.com -F 'first_name=Zoë' -F note=$'two\nlines'
answered "200 303" "a multipart form is accepted"
holds "  his name is there" is cid@example.com first_name Zoë
holds "  and the form's own field" is cid@example.com custom.note $'two\nlines'
post $register "${browser[@]}" -d email=dan@example.com -d next=/thanks
answered 303 "a form that names the next page leads there"
heads "  with a token" "^location: [^ ]*/thanks\?wt=[A-Za-z0-9_-]+.$"
for away in https://evil.example/ //evil.example/ '/\evil.example' '/%0d%0aX: y' $'/a\r\nX: y'; do
    post $register "${browser[@]}" -d email=dan@example.com --data-urlencode "next=$away"
    holds "nobody is led away to ${away@Q}" lacks '^location:.*evil|^x: y' "$work/head"
done
post $register "${browser[@]}" -d email= -d first_name=Eve --data-urlencode 'note="><script>alert(1)</script>'
answered 400 "a form without an e-mail comes back"
heads "  as a page" "^content-type: text/html"
says "  with what was typed" 'value="Eve"'
says "  and what the page does not show" 'name="note"'
holds "  but none of it runs" lacks '<script' "$work/out"
heads "  and nothing could" "^content-security-policy: default-src 'none'"
post $register -F email=fay@example.com -F "photo=@$0"
answered 400 "a file is refused"
post $register -d email=fay@example.com -d email=gil@example.com
answered 400 "two e-mails in a form are refused"
seq 120 | sed 's/.*/f&=v/' | paste -sd '&' >"$work/body"
post $register -d email=fay@example.com -d "@$work/body"
answered 400 "more than a hundred fields are refused"
seq 60 | sed 's/.*/f&=v/' | paste -sd '&' >"$work/body"
post $register -d email=many@example.com -d "@$work/body"
answered "200 303" "sixty fields are no reason to lose somebody"
holds "  fifty of them are kept" is many@example.com custom.f50 v
holds "  and not more" is many@example.com custom.f51 ""
post $register -H 'Content-Type: text/xml' -d '<email>fay@example.com</email>'
answered 415 "an unknown kind of body is refused"

# What people type is theirs: it is kept letter by letter.
n=0
while IFS= read -r evil; do
    n=$((n + 1))
    post $register --data-urlencode "email=x$n@example.com" --data-urlencode "first_name=$evil" --data-urlencode "note=$evil"
    answered "200 303" "a name like ${evil@Q} is accepted"
    holds "  and kept" is "x$n@example.com" first_name "$evil"
    holds "  in a custom field, too" is "x$n@example.com" custom.note "$evil"
done <<'END'
<script>alert(1)</script>
"><img src=x onerror=alert(1)>
'; DROP TABLE contact; --
{{{email}}}{{> layout}}
=HYPERLINK("http://evil.example","x")
%3Cscript%3E &lt;b&gt; \u003c \\ %00
أهلا 测试 👩‍👩‍👧 Ǆ
END

# Doors that are not there.
post /c/main/nothing/register -d email=hal@example.com
answered 404 "an unknown funnel is not found"
sed 's/"request_id":"[^"]*"//' "$work/out" >"$work/funnel"
post /c/nobody/webinar/register -d email=hal@example.com
answered 404 "an unknown account is not found"
holds "  by the same words" cmp "$work/funnel" <(sed 's/"request_id":"[^"]*"//' "$work/out")
ends 66 "  and nobody was registered there" weir contact show main hal@example.com
for path in / /c /c/ /c/main /c/main/webinar /c/main/webinar/register/ /c/main/webinar/register/x /c/../etc/passwd \
    /.git/config /c/.env /weir.db /master.key; do
    post $path --path-as-is
    answered 404 "nothing is at $path"
done
post $register -X GET
answered 405 "a registration is not to be read"
post $register -X DELETE
answered 405 "nor to be deleted"
post $register -X TRACE
answered "405 501" "nothing is echoed"
post $register -X BREW
answered "405 501" "an invented method is refused"

# Requests that lie about themselves.
head -c 70000 /dev/zero | tr '\0' x >"$work/body"
post $register -d "@$work/body"
answered 413 "a body over 64 KiB is refused"
post $register -H 'Transfer-Encoding: chunked' -d "@$work/body"
answered 413 "  and one that comes in chunks"
post $register -H 'Transfer-Encoding: chunked' -d email=chunk@example.com
answered "200 303" "a small body in chunks is accepted"
head -c 3000 /dev/zero | tr '\0' x >"$work/value"
seq 20 | sed "s/.*/f&=$(cat "$work/value")/" | paste -sd '&' >"$work/body"
post $register -d email=big@example.com -d "@$work/body"
answered "200 303" "a body of nearly 64 KiB is accepted"
start="POST $register HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
raw "$start" 'Content-Length: 21\r\n\r\n' 'email=raw@example.com'
answered "200 303" "a request written by hand is accepted"
for length in -1 +21 0x15 '21, 21' '21\r\nContent-Length: 21' '21\r\nContent-Length: 5' 99999999999999999999 \
    '21\r\nTransfer-Encoding: chunked'; do
    raw "$start" "Content-Length: $length\r\n\r\n" 'email=liar@example.com'
    answered "400 413" "a Content-Length of ${length@Q} is refused"
done
ends 66 "  and nobody came of it" weir contact show main liar@example.com
raw "$start" 'Content-Length: 22\r\nContent-Type: application/json\r\n\r\n' 'email=type@example.com'
answered 400 "a doubled Content-Type is refused"
raw "$start" 'Content-Length: 22\r\nOrigin: https://a.example\r\nOrigin: https://b.example\r\n\r\n' 'email=type@example.com'
answered 400 "a doubled Origin is refused"
ends 66 "  and nobody came of it" weir contact show main type@example.com
post $register -H 'Proxy: http://127.0.0.1:1' -H 'X-Forwarded-For: 203.0.113.9' -d email=proxy@example.com
answered "200 303" "a Proxy header harms nobody"
post "$register?email=query@example.com" -d email=body@example.com -e 'https://a.example/?mail=leak@example.com'
answered "200 303" "the query is not the form"
ends 66 "  and nobody of the query is registered" weir contact show main query@example.com
holds "no log tells an address, a name or a query" lacks '@example|Ann|\?|127\.0\.0\.1' <(cat "$work/nginx/access.log" "$work/collect.log")
holds "nginx kept nothing in files" test -z "$(find "$work/nginx/body" "$work/nginx/fastcgi" -type f)"

# The same program without a web server's socket: plain CGI.
cgi() {
    env -i PATH="$PATH" WEIR_STATE_DIR="$WEIR_STATE_DIR" WEIR_MASTER_KEY="$WEIR_MASTER_KEY" WEIR_TEMPLATES="$WEIR_TEMPLATES" \
        ASAN_OPTIONS="${ASAN_OPTIONS:-}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" \
        REQUEST_METHOD=POST PATH_INFO=$register CONTENT_TYPE=application/x-www-form-urlencoded \
        REMOTE_ADDR=203.0.113.1 "$@" "$BUILD/bin/weir-collect" < <(printf %s email=cgi@example.com) >"$work/out" 2>"$work/err"
    status=$(sed -n 's/^Status: \([0-9]*\).*/\1/p' "$work/out")
}
for length in 5 20 22 99 x; do
    cgi CONTENT_LENGTH=$length
    answered 400 "plain CGI refuses a Content-Length of $length for 21 bytes"
done
ends 66 "  and nobody came of it" weir contact show main cgi@example.com
cgi CONTENT_LENGTH=21
answered "200 303" "plain CGI accepts the true length"
holds "  and the person is there" is cgi@example.com email cgi@example.com

if command -v spawn-fcgi >/dev/null; then
    collect_stop
    collect_start spawn-fcgi -n -s "$socket" -- "$BUILD/bin/weir-collect"
    verdict $? "weir-collect serves a socket that it is handed"
    post $register -d email=handed@example.com
    answered "200 303" "  and registers"
    collect_stop
    verdict $? "  and leaves well"
    collect_start
else
    echo "not ok # SKIP spawn-fcgi is not installed: nobody hands weir-collect a socket"
fi

# Load: four senders, batches of 25 through one connection each, distinct people.  A refused batch may be retried.
# sender NAME RETRY: until $work/enough exists, and then until nobody waits; who was acknowledged is in acked.NAME.
sender() {
    local name=$1 retry=$2 next=0 person
    : >"$work/acked.$name"
    : >"$work/waiting.$name"
    while [ ! -e "$work/enough" ] || [ -s "$work/waiting.$name" ]; do
        if [ ! -s "$work/waiting.$name" ]; then
            seq $next $((next + 24)) | sed "s/^/$name-/" >"$work/waiting.$name"
            next=$((next + 25))
            cat "$work/waiting.$name" >>"$work/asked.$name"
        fi
        while read -r person; do
            printf 'next\nurl = "%s/c/load/webinar/register"\ndata = "email=%s@example.com"\n' "$door" "$person"
            printf 'output = /dev/null\nmax-time = 30\nwrite-out = "%%{http_code} %s\\n"\n' "$person"
        done <"$work/waiting.$name" | sed 1d >"$work/batch.$name"
        curl -s -K "$work/batch.$name" >"$work/said.$name"
        sed -n 's/^\(2..\|303\) //p' "$work/said.$name" >>"$work/acked.$name"
        [ "$retry" = yes ] || { : >"$work/waiting.$name"; continue; }
        grep -vE '^(2..|303) ' "$work/said.$name" | cut -d' ' -f2 >"$work/waiting.$name"
        [ ! -s "$work/waiting.$name" ] || sleep 0.02
    done
}
senders_start() {
    rm -f "$work/enough" "$work"/acked.* "$work"/asked.* "$work"/said.*
    senders=()
    for name in "$1"a "$1"b "$1"c "$1"d; do
        sender "$name" "$2" &
        senders+=($!)
    done
}
senders_end() {
    touch "$work/enough"
    wait "${senders[@]}"
}
all_acked() { cat "$work"/acked.*; }
nobody_is_missing() {
    local person
    for person in $(all_acked | shuf -n 40); do
        weir contact show load "$person@example.com" --quiet >/dev/null || { echo "$person is missing"; return 1; }
    done
}

make_account load
senders_start kill yes
for _ in $(seq 20); do
    sleep "0.$((RANDOM % 15 + 5))"
    collect_kill
    collect_start
done
senders_end
acked=$(all_acked | wc -l)
: >"$work/out"
[ "$acked" -gt 200 ] && [ "$(cat "$work"/asked.* | wc -l)" = "$acked" ]
verdict $? "through 20 kills of weir-collect every registration is acknowledged in the end"
holds "  nobody was acknowledged twice" test -z "$(all_acked | sort | uniq -d)"
holds "  each who was acknowledged is there, once" counts load contact "$acked"
holds "  with one lead" counts load "lead WHERE registered_at IS NOT NULL" "$acked"
holds "  under the own address" nobody_is_missing
holds "  and the database is sound" test "$(sqlite3 "$(database load)" 'PRAGMA integrity_check')" = ok

before=$(count load contact)
senders_start term no
sleep 1
collect_stop
verdict $? "under load, TERM lets weir-collect leave well"
post /c/load/webinar/register -d email=away@example.com
answered 502 "  while it is away, nobody is told that something was stored"
senders_end
collect_start
holds "  what was in flight was answered: stored is exactly what was acknowledged" \
    counts load contact $((before + $(all_acked | wc -l)))
post /c/load/webinar/register -d email=back@example.com
answered "200 303" "  and the next one takes the door over"
collect_stop
verdict $? "idle, TERM lets it leave well"
collect_start

# The rates that users get.
nginx_stop
STACK_LIMITS=1 nginx_start
verdict $? "nginx takes the limits of nginx.conf.example"
for i in $(seq 30); do
    post $register -d "email=quick$i@example.com"
    echo "$status"
done >"$work/statuses"
holds "a person's ten clicks are served" test "$(head -n 10 "$work/statuses" | sort -u)" = 200
holds "thirty forms in a moment are not" grep -qx 429 "$work/statuses"

# The example, but for ports, places and the certificate.
if command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=weir.example.com -days 2 \
        -keyout "$work/privkey.pem" -out "$work/fullchain.pem" 2>/dev/null
    sed -E "/listen \[::\]/d; s/listen (80|443)/listen 127.0.0.1:20\1/; s/:2080/:20080/; s|/etc/letsencrypt/live/weir.example.com|$work|
        s|/usr/local/share/weir|$stack_root|; s|/var/log/nginx|$work|; s|/run/nginx.pid|$work/example.pid|
        s|^http \{|&\n$(for kind in client_body proxy fastcgi uwsgi scgi; do echo -n "${kind}_temp_path $work/nginx/t; "; done)|" \
        "$stack_root/nginx.conf.example" >"$work/example.conf"
    ends 0 "nginx takes nginx.conf.example" "$(PATH=$PATH:/usr/sbin command -v nginx)" -t -e "$work/nginx/error.log" -c "$work/example.conf"
    holds "  without a warning" lacks 'warn' <(grep -v '"user" directive' "$work/err")
else
    echo "not ok # SKIP openssl is not installed: nginx.conf.example was not tried"
fi
finish
