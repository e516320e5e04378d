#!/bin/bash
# Fuzzes every tests/fuzz/fuzz_*.c: fuzz.sh [SECONDS for each, default 60] [NAME...].  Product code is built with
# the same instrumentation, or libFuzzer would see nothing of it.  A find stays in build/fuzz/finds.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 2
seconds=${1:-60}
shift $(($# > 0))
build=build/fuzz
checks=address,undefined
libraries=$(pkg-config --libs sqlite3 libcjson libcrypto libxcrypt inih) || exit 1
command -v clang >/dev/null || { echo "fuzz: clang is missing: apt-get install clang libclang-rt-14-dev" >&2; exit 1; }

"${MAKE:-make}" --no-print-directory -s CC=clang DEBUG=0 BUILD=$build HARDEN= CFLAGS='-g -O1' \
    SANITIZE="-fsanitize=fuzzer-no-link,$checks -fno-sanitize-recover=undefined" $build/libweir.a $build/libcgi.a || exit 1

fuzz() {
    local name=$1 program=$build/$1 work=$build/work/$1 begun=$SECONDS
    rm -rf "$work"
    mkdir -p "$work" $build/finds
    [ ! -d "tests/fuzz/corpus/$name" ] || cp "tests/fuzz/corpus/$name"/* "$work"
    # shellcheck disable=SC2086
    clang -std=gnu17 -D_GNU_SOURCE -Ilib/base -Ilib/funnel -Icgi -Itests/support -g -O1 \
        -fsanitize=fuzzer,$checks -fno-sanitize-recover=undefined \
        -o "$program" "tests/fuzz/fuzz_$name.c" $build/libcgi.a $build/libweir.a $libraries -lfcgi ||
        { echo "fuzz $name FAILED to build"; return 1; }
    "$program" -max_total_time="$seconds" -timeout=20 -print_final_stats=1 \
        -artifact_prefix="$build/finds/$name-" "$work" >"$build/$name.log" 2>&1 ||
        { tail -n 40 "$build/$name.log"; echo "fuzz $name FAILED, the input is in $build/finds"; return 1; }
    printf 'fuzz %-16s %9d runs %5d s, no find\n' "$name" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$name.log")" $((SECONDS - begun))
}

failed=0
mapfile -t all < <(basename -a -s .c tests/fuzz/fuzz_*.c | sed 's/^fuzz_//')
[ $# -gt 0 ] || set -- "${all[@]}"
for name in "$@"; do
    fuzz "$name" || failed=1
done
exit $failed
