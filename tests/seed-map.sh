#!/bin/bash
# Holds docs/seed-map.md to the tree: every target and every test that it names must exist.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 2
map=${1:-docs/seed-map.md}

# "table" and "table.column" of every migration, one a line.
columns=$(cat schema/migrations/*.sql | awk '
    { sub("--.*", "") }
    /^CREATE TABLE/ { table = $3; print table; next }
    /^ALTER TABLE [a-z_]+ ADD COLUMN/ { print $3 "." $6 }
    /^\)/ { table = "" }
    table != "" && /^ +[a-z_]+ +(INTEGER|TEXT|BLOB|REAL|ANY)/ { print table "." $1 }')

has_line() { grep -qxF -- "$1" <<<"$2"; }

has_row() { grep -qF "{ \"$1\"," "$2"; }

target_exists() {
    case $1 in
    later:[0-9][0-9]*\ ?*) ;;
    table:*) has_line "${1#table:}" "$columns" ;;
    kind:*) has_row "${1#kind:}" lib/funnel/kinds.c ;;
    cmd:weir\ *) has_row "$(cut -d' ' -f2 <<<"$1")" admin/weir.c ;;
    file:*) [ -f "${1#file:}" ] ;;
    *.*) has_line "$1" "$columns" ;;
    *) false ;;
    esac
}

test_exists() {
    local path=${1%%:*}
    [ -f "$path" ] || return
    [ "$path" = "$1" ] || grep -qwF -- "${1#*:}" "$path"
}

# The rows below a head "seed line", as  line|seed|target|test ; several targets are split by commas.
rows() {
    awk -F '|' '
        !/^\|/ || /^\|[-: |]+\|$/ { if (!/^\|/) inside = 0; next }
        $2 ~ /^ *seed line *$/ { inside = 1; next }
        !inside { next }
        { for (i = 2; i <= 4; i++) { gsub("`", "", $i); gsub("^ +| +$", "", $i); if (i > 2) gsub(" *, *", ",", $i) }
          if (NF != 5) $3 = "row of three cells"
          print NR "|" $2 "|" $3 "|" $4 }' "$map"
}

failed=0
complain() { echo "$map:$1: \"$2\": there is no $3"; failed=1; }

while IFS='|' read -r line seed targets tests; do
    IFS=, read -ra list <<<"$targets"
    [ "${#list[@]}" -gt 0 ] || complain "$line" "$seed" "target"
    [[ $targets = later:* ]] && list=("$targets")
    for target in "${list[@]}"; do
        target_exists "$target" || complain "$line" "$seed" "$target"
    done
    [[ $targets = later:* && -z $tests ]] && continue
    IFS=, read -ra list <<<"$tests"
    [ "${#list[@]}" -gt 0 ] || complain "$line" "$seed" "test"
    for test in "${list[@]}"; do
        test_exists "$test" || complain "$line" "$seed" "test $test"
    done
done < <(rows)
[ -n "$(rows)" ] || { echo "$map: no rows"; failed=1; }
exit $failed
