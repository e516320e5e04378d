#!/bin/bash
# Hostile lines through `weir event`: naughty strings in every field, wrong types, cut and damaged lines, things
# too long and too deep.  Nothing crashes, every refusal is one clean line, what is accepted comes back letter by
# letter, and the account is whole afterwards.
# shellcheck source=tests/support/sentences.sh
. "$(dirname "$0")/../support/sentences.sh"

export WEIR_NOW=2026-03-05T12:00:00Z
lines=$work/lines.ndjson

fields=(at bot_class click_kind contact currency custom email event external_id first_name funnel id ip last_name
    offer origin page page_kind phone props received_at referral_code referrer user_agent utm_campaign utm_content
    utm_medium utm_source utm_term value_minor video visitor watch_percentage watch_seconds workspace)
good='{"event":"registration","at":"2026-03-01T08:00:00Z","email":"zo\u00eb@example.com","visitor":"2026-03-01/7","funnel":"f","custom":{"a":[1.50,null,{"b":true}]},"value_minor":100,"currency":"EUR"}'

# The naughty strings as JSON texts, in their quotes, one a line; the empty one counts as absent and is left out.
strings() { sed -nE 's/^ *(".+"),? *$/\1/p' tests/data/conf-strings/blns.json; }

# Each in every field; as the name of a field, as all that a person says of themselves, and bare.
naughty() {
    strings | awk -v names="${fields[*]}" '
        BEGIN { count = split(names, field, " ") }
        function rest(name) {
            return (name == "at" ? "" : ",\"at\":\"2026-03-01T08:00:00Z\"") (name == "event" ? "" : ",\"event\":\"x\"") \
                (name == "page" ? ",\"funnel\":\"f\"" : "") }
        { for (i = 1; i <= count; i++)
              printf "{\"%s\":%s%s}\n", field[i], $0, rest(field[i])
          printf "{%s:1%s}\n", $0, rest("")
          printf "{\"event\":\"registration\",\"at\":\"2026-03-01T08:00:00Z\",\"email\":\"n%d@example.com\",", NR
          printf "\"first_name\":%s,\"last_name\":%s,\"phone\":%s,\"props\":{%s:%s}}\n", $0, $0, $0, $0, $0
          print substr($0, 2, length($0) - 2) }'
}

# One person whose custom fields are all of them.
keeper() {
    strings | awk '
        NR % 100 == 1 { if (NR > 1) print "}}"
                        printf "{\"event\":\"registration\",\"at\":\"2026-03-01T08:00:00Z\",\"email\":\"keeper@example.com\",\"custom\":{" }
        { printf "%s\"s%d\":%s", NR % 100 == 1 ? "" : ",", NR, $0 }
        END { print "}}" }'
}

wrong_types() {
    for field in "${fields[@]}"; do
        for value in true false 0 -1 1.5 1e308 1e309 -1e-400 123456789012345678901234567890 '[]' '[[]]' '{}' '{"a":{}}' '"x"' '"\u0000"' '"\ud800"'; do
            echo "{\"event\":\"x\",\"at\":\"2026-03-01T08:00:00Z\",\"$field\":$value}"
        done
    done
}

repeat() { printf "%$2s" '' | sed "s/ /$1/g"; }

# The good line, cut behind every byte, and with every byte replaced.
damaged() {
    local i bytes=('\0' '\377' '\300\200' '"' '\134' '{' ']' '\033')
    for ((i = 0; i < ${#good}; i++)); do
        echo "${good:0:i}"
        # shellcheck disable=SC2059  # the byte is an escape
        printf "%s${bytes[i % 8]}%s\n" "${good:0:i}" "${good:i+1}"
    done
}

extremes() {
    local x='{"event":"x","at":"2026-03-01T08:00:00Z"'
    for depth in 6 7 8 100 5000; do
        echo "$x,\"props\":$(repeat '{"a":' "$depth")1$(repeat '}' "$depth")}"
    done
    for count in 900 1100; do
        echo "$x,\"props\":{\"a\":[1$(repeat ,1 "$count")]}}"
    done
    echo "$x,\"event\":\"y\"}"
    echo "$x,\"\\u0065vent\":\"y\"}"
    echo "$x,\"props\":{\"a\":1,\"\\u0061\":2}}"
    printf '\357\273\277%s}\n' "$x"
    printf '%s,"first_name":"\355\240\200"}\n' "$x"
    for size in 65485 65486 70000 300000; do
        echo "$x$(repeat ' ' "$size")}"
    done
    printf '\n \t\r\n%s,"id":"crlf"}\r\n%s,"id":"no newline"}' "$x" "$x"
}

# All but the blank lines.
all_there() {
    local counted=0 key
    for key in stored known_before refused; do counted=$((counted + $(value "$key"))); done
    [ "$(($(value lines) - counted))" = 4 ] && [ "$counted" -ge 20000 ]
}

told_once() { [ "$(wc -l <"$work/errors")" = "$(value refused)" ]; }
clean() { ! grep -qa '[[:cntrl:]]' "$1"; }
shaped() { ! grep -qvE "^$lines:[0-9]+: ([a-z_]+|column [0-9]+|.*is no field of an event|the (line|text))" "$work/errors"; }

# The same template over what was sent and over what is told.
same() { weir render "$1" "$2" >"$work/sent.txt" && weir render "$1" "$3" >"$work/told.txt" && cmp "$work/sent.txt" "$work/told.txt"; }

{ keeper; naughty; wrong_types; damaged; extremes; } >"$lines"

ends 0 "an account is made" weir init --time-zone UTC
ends 65 "hostile lines are refused" weir event --json --errors "$work/errors" main "$lines"
cp "$work/out" "$work/first"
holds "every line is stored, known or refused" all_there
holds "every refusal is told in one line" told_once
holds "  that names what is wrong" shaped
holds "  and says nothing to a terminal" clean "$work/errors"
holds "  nor does what is shown" clean "$work/err"
ends 65 "the same lines again are refused again" weir event --json main "$lines"
says "  and store nothing" '"stored": 0,'

printf '{"event":"x","at":"2026-03-01T08:00:00Z"%s\n' '}' '} ' $'}\t\r' ',"props":{"n":1}}' >"$work/endings"
printf '{"event":"x","at":"2026-03-01T08:00:00Z"}\r\n' >>"$work/endings"
ends 0 "whatever ends a line is no part of it" weir event main "$work/endings"
says "  two are told, not five" "stored 2, known before 3, refused 0"

{
    echo '{{#custom}}'
    strings | awk '{ printf "%d {{{s%d}}}\n", NR, NR }'
    echo '{{/custom}}'
} >"$work/custom.mustache"
keeper | sed -nE 's/.*"custom":\{(.*)\}\}$/\1/p' | paste -sd, | sed 's/.*/{"custom":{&}}/' >"$work/sent.json"
ends 0 "the one with all strings is known" weir contact show --json main keeper@example.com
holds "  and they are as they were sent" same "$work/custom.mustache" "$work/sent.json" "$work/out"
holds "  all of them" [ "$(grep -c '^[0-9]' "$work/told.txt")" -ge "$(strings | wc -l)" ]
ends 0 "people see them, too" weir contact show main keeper@example.com
holds "  without what a terminal would obey" clean "$work/out"

echo '{{#all}}{{{first_name}}}|{{{last_name}}}|{{{phone}}}|{{/all}}' >"$work/names.mustache"
strings | awk 'NR % 40 == 19 { s = s ",{\"first_name\":" $0 ",\"last_name\":" $0 ",\"phone\":" $0 "}" }
               END { print "{\"all\":[" substr(s, 2) "]}" }' >"$work/sent.json"
{
    separator='{"all":['
    for n in $(strings | awk 'NR % 40 == 19 { print NR }'); do
        echo "$separator"
        weir contact show --json main "n$n@example.com"
        separator=,
    done
    echo ']}'
} >"$work/told.json"
holds "names and numbers are as they were sent" same "$work/names.mustache" "$work/sent.json" "$work/told.json"

ends 0 "doctor finds nothing broken" weir doctor
says "  no page, no reference" "integrity and foreign keys"
says "  no line of the audit" "audit chain of"
finish
