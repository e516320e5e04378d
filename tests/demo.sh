#!/usr/bin/env bash
# Fills an account below build/demo with a believable funnel and shows what can be asked of it.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build/release} place=$PWD/build/demo
unset "${!WEIR_@}" # the settings of whoever runs this
rm -rf "$place"
mkdir -p "$place"
cat >"$place/weir.ini" <<END
state_dir = $place/state
master_key = $place/master.key
www_dir = $place/www
END
export WEIR_CONFIG=$place/weir.ini
"$build/bin/weir" init --name "Demo" --time-zone Europe/Berlin
echo
"$build/tests/bench/make_events" 20000 7 > "$place/events.ndjson"
"$build/bin/weir" event main "$place/events.ndjson"

# Somebody who came from somewhere, and bought.
buyer=$(awk 'match($0, /"email":"[^"]*"/) { email = substr($0, RSTART + 9, RLENGTH - 10) }
             /"event":"registration"/ && /"utm_source"/ { came[email] = 1 }
             /"event":"purchase_completed"/ && came[email] { print email; exit }' "$place/events.ndjson")
echo
echo "One of the buyers, $buyer:"
"$build/bin/weir" contact show main "$buyer"
echo
"$build/bin/weir" backup main
"$build/bin/weir" doctor || true
cat <<END

Look further with
    export WEIR_CONFIG=$WEIR_CONFIG
    $build/bin/weir account list
    $build/bin/weir event main your-events.ndjson      (docs/events.md)
rm -rf $place takes everything away.
END
