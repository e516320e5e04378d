#!/bin/bash
# Keeps the picture of the tree true: which folder may include which, and where alone a library or the
# clock may be touched.  layers.sh judges this tree; layers.sh --self-test proves that every rule bites.
set -u
export LC_ALL=C

# base <- funnel <- report <- the programs, who never include each other.
layers() {
    grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$@" |
        sed -E 's/^([^:]*):([0-9]*):[^"]*"([^"]*\/)?([^"]*)".*/\1 \2 \4/' |
        awk -v headers="$(find "$@" -name '*.h' | tr '\n' ' ')" '
            function folder(path) { sub("/[^/]*$", "", path); return path }
            function file(path) { sub(".*/", "", path); return path }
            function rank(f) { return f == "lib/base" ? 0 : f == "lib/funnel" ? 1 : f == "lib/report" ? 2 : 3 }
            BEGIN { for (i = split(headers, h, " "); i > 0; i--) homes[file(h[i])] = homes[file(h[i])] " " folder(h[i]) }
            { from = folder($1); n = split(homes[$3], home, " "); fine = n == 0
              for (i = 1; i <= n; i++) fine = fine || home[i] == from || rank(home[i]) < rank(from)
              if (!fine) print $1 ":" $2 ": " from " must not include " $3 " of" homes[$3] }'
}

# What is looked for # where alone it may stand # what to do instead
rules() {
    cat <<'END'
include.*[<"]sqlite3\.h            # lib/base/db            # call lib/base/db
include.*[<"](cjson/|cJSON)        # lib/base/json          # call lib/base/json
include.*[<"](openssl/|crypt\.h)   # lib/base/crypto        # call lib/base/crypto
include.*[<"]ini\.h                # lib/base/config        # call lib/base/config
include.*<fcgi[a-z_]*\.h           # cgi/fcgi               # call cgi/fcgi
include.*[<"]curl/                 # lib/base/(http|mail)   # call lib/base/http or mail
include.*[<"]syslog\.h             # nowhere                # its names collide with log.h
setenv *\( *"TZ"                   # nowhere                # load a zone (lib/base/clock.h)
(localtime|gmtime|mktime)(_r)? *\( # lib/base/(clock|zone)  # call lib/base/clock
(^|[^_a-z])time *\( *(NULL|0) *\)  # lib/base/(clock|zone)  # call clock_now
(clock_gettime|gettimeofday) *\(   # lib/base/(clock|zone)  # call clock_now
'localtime'                        # nowhere                # SQL knows no zones: pass a day
END
}

modules() {
    rules | while IFS='#' read -r what where remedy; do
        what=${what%"${what##*[! ]}"}
        grep -rnE -- "$what" "$@" | grep -vE "^${where// /}[a-z_]*\.[ch]:" | sed "s|\$|   <-$remedy|"
    done
}

judge() {
    local folders found
    cd "$1" || exit 2
    folders=$(for f in lib cgi worker generator admin schema; do [ ! -d $f ] || echo $f; done)
    # shellcheck disable=SC2086  # a list of words
    found=$(layers $folders; modules $folders)
    [ -z "$found" ] || { printf '%s\n' "$found"; return 1; }
}

# path : a line that must not stand there
violations() {
    cat <<'END'
lib/base/x.c     : #include "lead.h"
lib/base/x.c     : #  include "../funnel/lead.h"
lib/funnel/x.c   : #include "page.h"
lib/report/x.c   : #include "serve.h"
cgi/x.c          : #include "tool.h"
worker/x.c       : #include "serve.h"
generator/x.c    : #include "tool.h"
admin/x.c        : #include "serve.h"
lib/base/gate.c  : #include <sqlite3.h>
lib/funnel/db.c  : #include <sqlite3.h>
lib/base/log.c   : #include <cjson/cJSON.h>
lib/base/db.c    : #include <openssl/evp.h>
admin/x.c        : #include <crypt.h>
lib/base/text.c  : #include <ini.h>
cgi/collect.c    : #include <fcgiapp.h>
lib/base/log.c   : #include <fcgi_config.h>
worker/x.c       : #include <curl/curl.h>
lib/base/log.c   : #include <syslog.h>
lib/base/clock.c : setenv("TZ", zone, 1);
lib/funnel/x.c   : struct tm *tm = localtime(&t);
lib/base/text.c  : gmtime_r(&t, &tm);
cgi/x.c          : int64_t now = time(NULL);
lib/base/db.c    : clock_gettime(CLOCK_REALTIME, &now);
admin/x.c        : gettimeofday(&now, NULL);
lib/funnel/x.c   : "SELECT date(:at, 'unixepoch', 'localtime')"
schema/x.sql     : SELECT date(at / 1000, 'unixepoch', 'localtime');
END
}

self_test() {
    local tree path line failed=0
    tree=$(mktemp -d) || exit 2
    # shellcheck disable=SC2064  # the folder of now
    trap "rm -rf '$tree'" EXIT
    mkdir -p "$tree"/{lib/{base,funnel,report},cgi,worker,generator,admin,schema}
    touch "$tree"/{lib/base/db.h,lib/funnel/lead.h,lib/report/page.h,cgi/serve.h,admin/tool.h}
    printf '#include "%s"\n' db.h lead.h page.h tool.h argp.h >"$tree/admin/tool.c"
    printf '#include <sqlite3.h>\n' >"$tree/lib/base/db_open.c"
    printf 'clock_gettime(id, &now);\n' >"$tree/lib/base/clock.c"
    printf '/* localtime is banned; time (and "TZ") belong to the clock */\n' >"$tree/lib/base/zone.c"
    cp -r "$tree" "$tree.clean"
    (judge "$tree") || { echo "self-test: a clean tree is refused"; failed=1; }
    while read -r path _ line; do
        printf '%s\n' "$line" >>"$tree/$path"
        ! (judge "$tree") >/dev/null || { echo "self-test: not found: $path: $line"; failed=1; }
        rm -r "$tree"
        cp -r "$tree.clean" "$tree"
    done < <(violations)
    rm -r "$tree.clean"
    return $failed
}

if [ "${1:-}" = --self-test ]; then
    self_test
else
    judge "$(dirname "$0")/.."
fi
