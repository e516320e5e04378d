#!/bin/bash
# Sourced behind sentences.sh: nginx with the project's own include in front of weir-collect, both below $work, on a
# free port of this machine.  $door is the address.  Whatever happens, both end with the test.
#   STACK_LIMITS=1       the rates of nginx.conf.example hold; otherwise nobody is ever too quick
#   STACK_WORKERS=2      nginx workers
#   STACK_LOG            how the access log is buffered; otherwise each line is there at once
#   STACK_HTTP, STACK_SERVER  further lines for the two blocks
# shellcheck disable=SC2154,SC2034  # $work is of sentences.sh; $door and $socket are for the test

stack_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
socket=$work/collect.sock
export WEIR_TEMPLATES=$stack_root/templates
door=
stack_port=
stack_nginx=
stack_collect=

# A child that dies of a mistake would run it, too.
trap '[ "$BASHPID" != $$ ] || { jobs_end; stack_stop; rm -rf "$work"; }' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What the test itself set going, so that nobody writes into $work while it is taken away.
jobs_end() {
    local job
    for job in $(jobs -p); do
        [ "$job" = "$stack_nginx" ] || [ "$job" = "$stack_collect" ] || { kill "$job" && wait "$job"; }
    done 2>/dev/null
}

# until_true COMMAND...: at most 20 s, which is long for a machine that is busy and sanitizers that are slow.
until_true() {
    local i
    for i in $(seq 400); do
        "$@" 2>/dev/null && return 0 # spelt out: a bare return in a trap gives what was before it
        sleep 0.05
    done
    echo "stack: gave up waiting for: $*" >&2
    return 1
}

port_is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
process_is_gone() { ! kill -0 "$1" 2>/dev/null; }
collect_is_ready() { [ -S "$socket" ] && [ "$(curl -so /dev/null -w '%{http_code}' "$door/c/")" = 404 ]; }

# The zones, maps and the log format of the example, so that the tests run with what users get.
stack_http_lines() {
    local lines
    lines=$(grep -E '^ +(map|limit_req_zone|limit_conn_zone|log_format) ' "$stack_root/nginx.conf.example")
    echo "map \$remote_addr \$nobody { default ''; }"
    if [ -n "${STACK_LIMITS:-}" ]; then
        echo "$lines"
    else
        echo "${lines//\$binary_remote_addr/\$nobody}" # an empty key is not counted
    fi
    echo "${STACK_HTTP:-}"
}

stack_configure() {
    cat <<END
daemon off;
$([ "$(id -u)" != 0 ] || echo "user root;")
worker_processes ${STACK_WORKERS:-1};
pid $work/nginx/pid;
error_log $work/nginx/error.log warn;
events { worker_connections 4096; }
http {
    client_body_temp_path $work/nginx/body;
    proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/fastcgi;
    uwsgi_temp_path $work/nginx/uwsgi;
    scgi_temp_path $work/nginx/scgi;
$(stack_http_lines)
    access_log $work/nginx/access.log weir${STACK_LOG:+ $STACK_LOG};
    upstream weir_collect {
        server unix:$socket max_fails=0;
        keepalive 1024;
        keepalive_requests 100000;
    }
    server {
        listen 127.0.0.1:$stack_port;
        server_name localhost;
        include $stack_root/nginx.weir.inc;
${STACK_SERVER:-}
    }
}
END
}

nginx_is_decided() {
    process_is_gone "$stack_nginx" || { [ -s "$work/nginx/pid" ] && port_is_open "$stack_port"; }
}

# A port below those that the system hands out; another when somebody takes it first.
nginx_start() {
    local nginx try
    nginx=$(PATH=$PATH:/usr/sbin:/sbin command -v nginx) || { echo "stack: nginx is missing: apt-get install nginx-light" >&2; return 1; }
    mkdir -p "$work/nginx"
    for try in 1 2 3 4 5 6 7 8; do
        stack_port=$((20000 + RANDOM % 12000))
        port_is_open $stack_port && continue
        stack_configure >"$work/nginx/nginx.conf"
        "$nginx" -e "$work/nginx/error.log" -p "$work/nginx" -c "$work/nginx/nginx.conf" >"$work/nginx/said" 2>&1 &
        stack_nginx=$!
        until_true nginx_is_decided
        process_is_gone $stack_nginx || { door=http://127.0.0.1:$stack_port; return; }
    done
    cat "$work/nginx/said" >&2
    return 1
}

nginx_stop() {
    [ -n "$stack_nginx" ] || return 0
    kill -TERM "$stack_nginx" 2>/dev/null
    wait "$stack_nginx" 2>/dev/null
    stack_nginx=
}

# collect_start [COMMAND...]: another way to start it, which must not fork.  In a shell of its own, which keeps the
# exit code and takes bash's word of a kill.
collect_start() {
    [ $# -gt 0 ] || set -- "$BUILD/bin/weir-collect" --listen "$socket"
    rm -f "$work/collect.pid" "$work/collect.code"
    (
        "$@" </dev/null &
        echo $! >"$work/collect.new" && mv "$work/collect.new" "$work/collect.pid"
        wait $!
        echo $? >"$work/collect.code"
    ) >>"$work/collect.log" 2>&1 &
    stack_collect=$!
    until_true collect_is_decided && [ ! -e "$work/collect.code" ]
}
collect_is_decided() { [ -s "$work/collect.code" ] || collect_is_ready; }

collect_signal() {
    [ ! -s "$work/collect.pid" ] || [ -s "$work/collect.code" ] || kill "-$1" "$(cat "$work/collect.pid")"
    until_true test -s "$work/collect.code"
} 2>/dev/null

# TERM; true when it has answered what was in flight and left well.
collect_stop() {
    collect_signal TERM && [ "$(cat "$work/collect.code")" = 0 ]
}

collect_kill() {
    collect_signal KILL
}

stack_start() {
    nginx_start && collect_start && return
    cat "$work/nginx/error.log" "$work/collect.log" >&2
    return 1
}

stack_stop() {
    [ ! -s "$work/collect.pid" ] || collect_signal TERM || collect_signal KILL
    nginx_stop
}
