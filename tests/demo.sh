#!/usr/bin/env bash
# Fills an account below build/demo with a believable funnel and shows what can be asked of it.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build/release} place=$PWD/build/demo
rm -rf "$place"
mkdir -p "$place"
export WEIR_STATE_DIR=$place/state WEIR_MASTER_KEY=$place/master.key WEIR_WWW_DIR=$place/www
"$build/bin/weir" init --name "Demo" --time-zone Europe/Berlin
echo
"$build/tests/bench/make_events" 20000 7 > "$place/events.ndjson"
"$build/bin/weir" event main "$place/events.ndjson"
buyer=$(grep -m 1 purchase_completed "$place/events.ndjson" | sed 's/.*"email":"\([^"]*\)".*/\1/')
echo
echo "One of the buyers, $buyer:"
"$build/bin/weir" contact show main "$buyer"
echo
"$build/bin/weir" doctor || true
cat <<END

Look further with
    export WEIR_STATE_DIR=$WEIR_STATE_DIR WEIR_MASTER_KEY=$WEIR_MASTER_KEY WEIR_WWW_DIR=$WEIR_WWW_DIR
    $build/bin/weir account list
    $build/bin/weir event main your-events.ndjson      (docs/events.md)
rm -rf $place takes everything away.
END
