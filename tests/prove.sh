#!/bin/bash
# Proves that a bare Debian 12 is enough: makes one (debootstrap, minbase with git and make) in build/prove, clones HEAD
# into it and runs `make check` there.  Needs root, debootstrap and a Debian mirror: MIRROR=URL, else the one that this
# machine's apt uses, reached as apt reaches it.  All mounts live in a mount namespace of their own and end with this
# script.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 2
[ "$(id -u)" -eq 0 ] || { echo "prove: needs root, for debootstrap and chroot" >&2; exit 77; }
command -v debootstrap >/dev/null || { echo "prove: apt-get install debootstrap" >&2; exit 69; }
if [ "${1:-}" != --inside ]; then
    unshare --mount true || { echo "prove: needs a machine or container in which root may mount" >&2; exit 77; }
    exec unshare --mount --propagation private tests/prove.sh --inside
fi
root=$PWD/build/prove
begun=$SECONDS

# The lines of sources.list for every Debian 12 archive that apt uses here, the main one first.  Apt knows them by its
# lists, which images for building are often without.
archives() {
    # shellcheck disable=SC2016  # apt's own variables
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        grep -E ' bookworm(-updates|-security)? main$' | sort -u -k3,3
}

# Debootstrap fetches with wget, which reads the environment and not apt's settings.
proxy() {
    local setting=
    eval "$(apt-config shell setting "Acquire::$1::Proxy")"
    case $setting in "" | DIRECT) ;; *) export "$1_proxy=$setting" ;; esac
}

unmount() {
    umount -R "$root/proc" "$root/dev" 2>/dev/null
}
trap unmount EXIT

unmount
rm -rf --one-file-system "$root"
mkdir -p "$root"
proxy http
proxy https
if [ -n "${MIRROR:-}" ]; then
    sources="deb $MIRROR bookworm main"
else
    sources=$(archives)
    [ -n "$sources" ] || { apt-get -q update >build/prove.log 2>&1; sources=$(archives); }
fi
mirror=$(awk '$3 == "bookworm" { print $2; exit }' <<<"$sources")
[ -n "$mirror" ] || { echo "prove: apt knows no archive of Debian 12 (bookworm) here: name one with MIRROR" >&2; exit 69; }
debootstrap --variant=minbase --include=git,make,ca-certificates bookworm "$root" "$mirror" >build/prove.log 2>&1 ||
    { tail -n 20 build/prove.log; exit 1; }

# How this machine reaches its mirror: addresses, proxies, certificates.
echo "$sources" >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(https?|Check-|Retries|ForceIPv)' | grep -v 'Proxy-Auto-Detect' >"$root/etc/apt/apt.conf.d/90host"
apt-config dump | sed -n 's/^Acquire::.*CaInfo "\(.*\)";$/\1/p' | while read -r path; do
    [ ! -f "$path" ] || install -D -m 644 "$path" "$root$path"
done
[ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
cp /etc/resolv.conf /etc/hosts "$root/etc/"

git clone --quiet --no-local . "$root/weir" || exit 1
if ! mount -t proc proc "$root/proc" || ! mount --rbind /dev "$root/dev"; then
    echo "prove: /proc and /dev cannot be mounted in $root" >&2
    exit 77
fi

status=0
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} ${no_proxy:+no_proxy="$no_proxy"} \
    chroot "$root" make -C /weir check >>build/prove.log 2>&1 || status=$?
tail -n 12 build/prove.log
echo "prove: make check on a bare Debian 12 ended with status $status after $((SECONDS - begun)) s (build/prove.log)"
unmount
[ "$status" -ne 0 ] || rm -rf --one-file-system "$root"
exit "$status"
