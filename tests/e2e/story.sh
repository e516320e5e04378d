#!/bin/bash
# A story goes in through `weir event`; what `weir contact show` then tells must be the goldens, letter by letter.
# BLESS=1 rewrites them: the review reads the difference.
# shellcheck source=tests/support/sentences.sh
. "$(dirname "$0")/../support/sentences.sh"

export WEIR_NOW=2026-03-05T12:00:00Z

# Public names are random; everything else is the same in every run.
tell() {
    weir contact show --json main "$1" | sed 's/"uuid": "[^"]*"/"uuid": "(random)"/' >"$work/told"
}

compare() {
    local golden=tests/goldens/$1.json
    [ -z "${BLESS:-}" ] || cp "$work/told" "$golden"
    diff -u "$golden" "$work/told"
}

ends 0 "an account is made" weir init --time-zone Europe/Berlin
ends 0 "the story is told out of order and with one repetition" weir event main tests/data/story/events.ndjson
says "eight events are stored and one is known" "stored 8, known before 1, refused 0"
ends 0 "telling it again stores nothing" weir event main tests/data/story/events.ndjson
says "all are known by then" "stored 0, known before 9, refused 0"
for person in ann bob; do
    ends 0 "$person is found by address" tell "$person@example.com"
    holds "$person is who the story says" compare "story-$person"
done
finish
