#!/usr/bin/env bash
# Events a second through `weir event`, beside a plain C loop that inserts the same event rows; bytes an event on disk.
#     BUILD=build/release tests/bench/events.sh [EVENTS] [ROUNDS]
# Both run in turn on the same disk; the median of the ratios is the figure.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build/release} events=${1:-1000000} rounds=${2:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/weir-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
export WEIR_STATE_DIR=$work/state WEIR_MASTER_KEY=$work/master.key WEIR_LOG_LEVEL=error

"$build/tests/bench/make_events" "$events" > "$work/events.ndjson"

# The same schema and every row that events refer to, without events.
empty_copy() {
    cp "$1" "$2"
    sqlite3 "$2" "PRAGMA foreign_keys = OFF; DELETE FROM visitor_day; DELETE FROM event;
                  DELETE FROM sqlite_sequence WHERE name = 'event'; VACUUM;"
}

printf '%-8s%14s%14s%8s%14s\n' round 'weir event/s' 'plain loop/s' ratio 'bytes/event'
for round in $(seq "$rounds"); do
    rm -rf "$WEIR_STATE_DIR" "$work"/plain.db*
    "$build/bin/weir" init --quiet > /dev/null
    ours=$("$build/bin/weir" event --json main "$work/events.ndjson" | sed -n 's/.*"events_per_second": *\([0-9]*\).*/\1/p')
    database=$(echo "$WEIR_STATE_DIR"/accounts/*/weir.db)
    sqlite3 "$database" "PRAGMA wal_checkpoint(TRUNCATE)" > /dev/null
    bytes=$(($(stat -c %s "$database") / events))
    empty_copy "$database" "$work/plain.db"
    plain=$("$build/tests/bench/plain_insert" "$database" "$work/plain.db" 2048)
    ratio=$(awk "BEGIN { printf \"%.3f\", $ours / $plain }")
    echo "$ratio" >> "$work/ratios"
    printf '%-8s%14s%14s%8s%14s\n' "$round" "$ours" "$plain" "$ratio" "$bytes"
done
printf 'median ratio %s (to reach: 0.35), bytes an event %s (under 400)\n' \
    "$(sort -n "$work/ratios" | sed -n "$(((rounds + 1) / 2))p")" "$bytes"
