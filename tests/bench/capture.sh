#!/bin/bash
# Requests a second at the door, side by side behind one nginx with two workers:
#   bare    libfcgi the usual way: four accept threads answering 204, a new connection for each request
#   loop    the least answer of weir-collect through its loop (a path that is no route: 404), kept connections
#   stored  durable registrations of distinct people as JSON, with all reactions
#     BUILD=build/release tests/bench/capture.sh [SECONDS] [ROUNDS]
# Each round runs all three in turn; the median of the ratios is the figure.
BUILD=${BUILD:-build/release}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
seconds=${1:-8} rounds=${2:-1}
export WEIR_LOG_LEVEL=error STACK_WORKERS=2 STACK_LOG="buffer=64k flush=1s"
# shellcheck source=tests/support/sentences.sh
. "$(dirname "$0")/../support/sentences.sh"
# shellcheck source=tests/support/stack.sh
. "$(dirname "$0")/../support/stack.sh"

bench=$(dirname "$0")
for tool in wrk sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is missing: apt-get install $tool" >&2; exit 2; }
done
ulimit -n 20000 2>/dev/null || echo "(at most $(ulimit -n) open files: the limit could not be raised)"
somaxconn=$(cat /proc/sys/net/core/somaxconn)
[ "$somaxconn" -ge 4096 ] || { echo 4096 >/proc/sys/net/core/somaxconn; } 2>/dev/null ||
    echo "(net.core.somaxconn is $somaxconn and could not be raised: at 1,000 connections some requests may fail)"

STACK_HTTP="upstream bare { server unix:$work/bare.sock; }"
STACK_SERVER="location = /bare { include /etc/nginx/fastcgi_params; fastcgi_pass bare; }"
weir init --quiet >/dev/null || exit 1
echo '{"event":"page_viewed","at":"2026-03-01T09:30:00Z","funnel":"webinar","page":"watch","visitor":"v1"}' | weir event main - --quiet
"$BUILD/tests/bench/bare_responder" "$work/bare.sock" &
bare=$!
disown $bare # libfcgi keeps it from hearing a TERM while it waits
trap '[ "$BASHPID" != $$ ] || { kill -KILL $bare; jobs_end; stack_stop; rm -rf "$work"; }' EXIT
stack_start || exit 1

rss() { awk '/VmHWM/ { printf "%.1f", $2 / 1024 }' "/proc/$(cat "$work/collect.pid")/status"; }
# measure NAME CONNECTIONS PATH [RUN]: one line, and the rate to $rate.
measure() {
    local p50 p99 refused failed memory=-
    wrk -t2 -c "$2" -d "${seconds}s" --timeout 10s --latency -s "$bench/capture.lua" "$door$3" -- "${@:4}" >"$work/wrk" 2>&1
    read -r rate p50 p99 refused failed < <(sed -n 's/^figures //p' "$work/wrk")
    [ -n "${failed:-}" ] || { cat "$work/wrk" >&2; exit 1; }
    [ "$1" = bare ] || memory=$(rss)
    [ "$1" != loop ] || refused=0 # each is a 404, as it should
    printf '%-6s %-8s %12s %9s %9s %9s %9s %12s\n' "$2" "$1" "$rate" "$p50" "$p99" "$refused" "$failed" "$memory"
}
ratio() { awk "BEGIN { printf \"%.2f\\n\", $1 / $2 }"; }
median() { sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"; }

printf '%-6s %-8s %12s %9s %9s %9s %9s %12s\n' conn. what requests/s 'p50 ms' 'p99 ms' refused failed 'our peak MB'
for connections in 64 1000; do
    for round in $(seq "$rounds"); do
        measure bare $connections /bare
        bare_rate=$rate
        measure loop $connections /c/
        ratio "$rate" "$bare_rate" >>"$work/loop.$connections"
        measure stored $connections /c/main/webinar/register "$connections-$round"
        ratio "$rate" "$bare_rate" >>"$work/stored.$connections"
    done
done
for connections in 64 1000; do
    echo "$connections connections: loop/bare $(median "$work/loop.$connections") (to reach: 2.5)," \
        "stored/bare $(median "$work/stored.$connections") (to reach: 0.6)"
done
stored=$(sqlite3 "$(weir account show main | sed -n 's/^directory *//p')/weir.db" 'SELECT count(*) FROM contact')
echo "$stored people are stored; memory to stay under: 20 MB"
