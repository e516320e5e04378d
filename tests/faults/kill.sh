#!/bin/sh
# kill -9 of eight writers behind the gate.  BUILD=build/debug tests/faults/kill.sh [kills] [seed]
set -u
[ "${SOAK:-}" = 1 ] && kills=10000 || kills=1000
folder=$(mktemp -d "${TMPDIR:-/tmp}/weir-kill.XXXXXX") || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
# Freed memory that waits to be misused costs more than the test when processes are many and short.
export ASAN_OPTIONS="quarantine_size_mb=8:${ASAN_OPTIONS:-}"

status=0
timeout 900 "${BUILD:-build/debug}/tests/faults/kill" "$folder" "${1:-$kills}" "${2:-1}" || status=$?
[ "$status" -le 1 ] || echo "not ok - kill ended with status $status"
[ "$status" -eq 0 ] || tail -n 5 "$folder/log" >&2
exit "$status"
