#!/bin/bash
# A thief has the database, its log and a backup, but not the master key: no planted name, address or number is to
# be found in them, in whatever encoding.  With the key, and only with it, the owner reads them all.
# shellcheck source=tests/support/sentences.sh
. "$(dirname "$0")/../support/sentences.sh"

markers=(Zaphodine Beeblebrokes @planted.example +4915799988877 Hitchhikers-Towel QuokkaStreet77)
people=40

plant() {
    local i
    for i in $(seq $people); do
        printf '{"id":"r%d","event":"registration","at":"2026-03-01T09:30:%02dZ","funnel":"webinar","page":"reg","page_kind":"registration","visitor":"v%d",' "$i" "$i" "$i"
        printf '"email":"zb%d@planted.example","first_name":"Zaphodine","last_name":"Beeblebrokes",' "$i"
        printf '"phone":"+4915799988877",'
        printf '"ip":"203.0.113.77","custom":{"favourite":"Hitchhikers-Towel","address":"QuokkaStreet77"}}\n'
    done
}

# Every way in which a text may lie in a file: as it is, in other cases, in UTF-16, and inside hex or base64 of
# something longer, which begins at any of three places.
encodings() {
    local text=$1 form shift
    for form in "$text" "${text,,}" "${text^^}"; do
        printf '%s' "$form" | od -An -v -tx1 | tr -d ' \n'
        echo
        printf '%s' "$form" | sed 's/./&\x00/g' | od -An -v -tx1 | tr -d ' \n'
        echo
        printf '%s' "$form" | od -An -v -tx1 | tr -d ' \n' | od -An -v -tx1 | tr -d ' \n'
        echo
        for shift in "" a ab; do # only the letters that the neighbours cannot change
            printf '%s%s' "$shift" "$form" | base64 -w 0 | sed -E "s/^.{$((${#shift} + (${#shift} > 0)))}//; s/.?.?=*\$//" |
                od -An -v -tx1 | tr -d ' \n'
            echo
        done
    done
}

# The file as hex digits, so that every encoding is one fixed text to look for.
found_in() {
    od -An -v -tx1 "$1" | tr -d ' \n' >"$work/hex"
    grep -oFf "$work/patterns" "$work/hex" | sort | uniq -c
}

clean() {
    local hits
    hits=$(found_in "$1")
    [ -z "$hits" ] || { echo "$hits"; return 1; }
}

weir init --quiet --owner "owner${markers[2]}" >/dev/null
plant >"$work/people.ndjson"
for place in plain utf16 base64 hex upper; do
    case $place in
    plain) cat "$work/people.ndjson" ;;
    utf16) sed 's/./&\x00/g' "$work/people.ndjson" ;;
    base64) base64 -w 0 "$work/people.ndjson" ;;
    hex) od -An -v -tx1 "$work/people.ndjson" | tr -d ' \n' ;;
    upper) tr '[:lower:]' '[:upper:]' <"$work/people.ndjson" ;;
    esac >"$work/plain"
    for marker in "${markers[@]}"; do
        encodings "$marker" >"$work/patterns"
        [ -n "$(found_in "$work/plain")" ]; verdict $? "the search finds $marker in $place text"
    done
done
for marker in "${markers[@]}"; do
    encodings "$marker"
done >"$work/patterns"

ends 0 "the people are stored" weir event main "$work/people.ndjson"
says "  all of them" "stored $people,"
directory=$(weir account show main | sed -n 's/^directory *//p')
holds "there is a write-ahead log to steal" test -s "$directory/weir.db-wal"
weir backup main --to "$work/stolen.db" >/dev/null
for file in "$directory/weir.db" "$directory/weir.db-wal" "$work/stolen.db"; do
    holds "no marker is in ${file##*/}" clean "$file"
done
holds "no marker is in any other file of the state directory" clean <(find "$WEIR_STATE_DIR" -type f -exec cat {} +)
holds "nor in the names of files" clean <(find "$WEIR_STATE_DIR")

address=zb7@planted.example
ends 0 "with the master key the owner reads a person" weir contact show main "$address" --json
for marker in Zaphodine Beeblebrokes "$address" "+4915799988877" Hitchhikers-Towel QuokkaStreet77; do
    holds "  $marker among it" grep -qF -- "$marker" "$work/out"
done
mv "$WEIR_MASTER_KEY" "$work/away"
ends 78 "without the master key nobody is shown" weir contact show main "$address"
complains "  and the message names the missing file" "master key: .*master.key is not there"
holds "  nor is anything said of the person" clean "$work/out"
printf '%064d\n' 7 >"$WEIR_MASTER_KEY"
chmod 400 "$WEIR_MASTER_KEY"
ends 69 "with another master key nobody is shown" weir contact show main "$address"
complains "  and the message says that it is the wrong one" "the master key .* does not open it"
thief() { WEIR_STATE_DIR=$work/thief weir "$@"; }
ends 0 "a thief may set the stolen backup up under his own key" thief restore main "$work/stolen.db"
ends 69 "  and reads nobody" thief contact show main "$address"
finish
