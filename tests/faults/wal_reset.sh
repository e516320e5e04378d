#!/bin/sh
# The WAL-reset race of SQLite, without and with the gate.  BUILD=build/debug tests/faults/wal_reset.sh [rounds]
set -u
[ "${SOAK:-}" = 1 ] && rounds=5000 || rounds=1000
folder=$(mktemp -d "${TMPDIR:-/tmp}/weir-wal_reset.XXXXXX") || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
# Freed memory that waits to be misused costs more than the test when processes are many and short.
export ASAN_OPTIONS="quarantine_size_mb=8:${ASAN_OPTIONS:-}"

status=0
timeout 900 "${BUILD:-build/debug}/tests/faults/wal_reset" "$folder" "${1:-$rounds}" || status=$?
[ "$status" -le 1 ] || echo "not ok - wal_reset ended with status $status"
[ "$status" -eq 0 ] || tail -n 5 "$folder/log" >&2
exit "$status"
