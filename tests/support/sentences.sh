#!/bin/bash
# Sourced by the end-to-end tests: a place of their own, `weir` at work in it, and one sentence per assertion.
# The exit code of the test is that of finish().
set -u
export LC_ALL=C NO_COLOR=1
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export WEIR_STATE_DIR=$work/state WEIR_MASTER_KEY=$work/keys/master.key WEIR_WWW_DIR=$work/www XDG_CONFIG_HOME=$work/config
failed=0

weir() {
    "$BUILD/bin/weir" "$@"
}

verdict() {
    if [ "$1" = 0 ]; then
        echo "ok - $2"
    else
        echo "not ok - $2"
        sed 's/^/#   /' "$work/out" "$work/err" 2>/dev/null
        failed=1
    fi
}

# ends CODE SENTENCE COMMAND...: the command ends with that code.  What it said is in $work/out and $work/err.
ends() {
    local code=$1 sentence=$2 got=0
    shift 2
    "$@" >"$work/out" 2>"$work/err" </dev/null || got=$?
    [ "$got" = "$code" ] || echo "(exit code $got, not $code)" >>"$work/err"
    verdict "$([ "$got" = "$code" ]; echo $?)" "$sentence"
}

# says SENTENCE PATTERN: the last command's output has a line like that; complains: its errors do.
says() {
    verdict "$(grep -qE -- "$2" "$work/out"; echo $?)" "$1"
}
complains() {
    verdict "$(grep -qE -- "$2" "$work/err"; echo $?)" "$1"
}

# holds SENTENCE COMMAND...: the command succeeds; it may look at $work/out.
holds() {
    local sentence=$1 got=0
    shift
    "$@" >"$work/held" 2>&1 || got=$?
    verdict "$got" "$sentence"
}

is_json() {
    if command -v python3 >/dev/null; then
        python3 -m json.tool <"$work/out"
    else
        head -c 1 "$work/out" | grep -q '[[{]'
    fi
}

# The value of a key in the last command's JSON, printed one member a line.
value() {
    sed -n "s/^ *\"$1\": *\"\\{0,1\\}\\([^\",]*\\).*/\\1/p" "$work/out" | head -n 1
}

finish() {
    exit $failed
}
