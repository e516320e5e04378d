#!/bin/sh
# Crash images of a recorded workload.  BUILD=build/debug tests/faults/power_cut.sh [images] [seed]
set -u
[ "${SOAK:-}" = 1 ] && images=5000 || images=1000
folder=$(mktemp -d "${TMPDIR:-/tmp}/weir-power_cut.XXXXXX") || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

status=0
timeout 900 "${BUILD:-build/debug}/tests/faults/power_cut" "$folder" "${1:-$images}" "${2:-1}" || status=$?
[ "$status" -le 1 ] || echo "not ok - power_cut ended with status $status"
[ "$status" -eq 0 ] || tail -n 5 "$folder/log" >&2
exit "$status"
