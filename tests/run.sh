#!/bin/bash
# Runs test suites and counts: run.sh BUILD SUITE...  Suites: lint, unit, e2e, faults.
# A test program prints "ok ..." and "not ok ..." lines; one that dies, runs over its time, stops before its
# last test or leaves a sanitizer's report has failed, whatever its lines say.  The last line is the sum.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 2
[ $# -ge 2 ] || { echo "usage: tests/run.sh BUILD SUITE..." >&2; exit 64; }
case $1 in /*) BUILD=$1 ;; *) BUILD=$PWD/$1 ;; esac
shift

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
unset "${!WEIR_@}" # the settings of whoever runs this
export BUILD CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS="detect_leaks=1:abort_on_error=0:log_path=$work/sanitizer"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:log_path=$work/sanitizer"
passed=0 failed=0

# What is wrong with the run as a whole, if anything: status, planned tests, tests seen.
trouble() {
    if compgen -G "$work/sanitizer*" >/dev/null; then
        echo "a sanitizer reported"
    elif [ "$1" -eq 124 ] || [ "$1" -eq 137 ]; then
        echo "killed, or over its time"
    elif [ "$1" -gt 128 ]; then
        echo "died of signal $(kill -l "$1")"
    elif [ "$2" -gt "$3" ]; then
        echo "stopped after $3 of $2 tests"
    elif [ "$3" -eq 0 ]; then
        echo "ran no test"
    elif [ "$1" -ne 0 ] && [ "$4" -eq 0 ]; then
        echo "ended with status $1"
    fi
}

judge() {
    local suite=$1 name=$2 limit=$3 begun=${EPOCHREALTIME/./} status=0 good bad skipped planned why
    shift 3
    rm -f "$work"/*
    timeout --foreground --kill-after=10 "$limit" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    good=$(grep -c '^ok ' "$work/out")
    skipped=$(grep -c '^not ok .*# SKIP' "$work/out")
    bad=$(($(grep -c '^not ok ' "$work/out") - skipped))
    planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$work/out" | head -n 1)
    why=$(trouble "$status" "${planned:-0}" $((good + bad + skipped)) "$bad")
    [ -z "$why" ] || bad=$((bad + 1))
    passed=$((passed + good)) failed=$((failed + bad))
    printf '%-7s %-28s %4d passed' "$suite" "$name" "$good"
    [ "$bad" -eq 0 ] || printf ', %d FAILED%s' "$bad" "${why:+ ($why)}"
    [ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
    printf ' %6.1f s\n' "$(((${EPOCHREALTIME/./} - begun) / 100000))e-1"
    [ -z "${SOAK:-}" ] || sed -n 's/^# /        /p' "$work/out"
    [ "$bad" -eq 0 ] || sed 's/^/    /' "$work"/*
}

suite() {
    local before=$((passed + failed)) file
    case $1 in
    lint) judge lint lint 300 tests/lint.sh ;;
    unit) for file in tests/unit/test_*.c; do
        judge unit "$(basename "$file" .c)" 300 "$BUILD/${file%.c}"
    done ;;
    e2e | faults) for file in tests/"$1"/*.sh; do
        judge "$1" "$(basename "$file" .sh)" "${TEST_SECONDS:-1800}" "$file"
    done ;;
    *) echo "run.sh: there is no suite $1" >&2; exit 64 ;;
    esac
    [ "$before" -lt $((passed + failed)) ] || { echo "$1: nothing ran"; failed=$((failed + 1)); }
}

for name in "$@"; do
    suite "$name"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
