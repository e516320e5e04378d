#!/bin/sh
# Installs what is missing of the named Debian packages: deps.sh PACKAGE...  Silent when nothing is.
set -u

if ! command -v dpkg-query >/dev/null; then
    echo "deps: this is no Debian; needed are, by their names there: $*" >&2
    exit 0
fi

installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
missing=
for package in "$@"; do
    printf '%s\n' "$installed" | grep -qxF "$package installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root='sudo -n'
else
    echo "deps: missing packages; run:  sudo apt-get update && sudo apt-get install$missing" >&2
    exit 1
fi
echo "deps: installing$missing" >&2
# shellcheck disable=SC2086  # both are lists of words
$as_root apt-get -q update >&2 &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends $missing >&2
