#!/bin/bash
# Proves that a bare Debian 12 is enough: makes one (debootstrap, minbase with git and make) in build/prove, clones HEAD
# into it and runs `make check` there.  Needs root, debootstrap and a Debian mirror, which it takes from this
# machine's apt.  All mounts live in a mount namespace of their own and end with this script.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 2
[ "$(id -u)" -eq 0 ] || { echo "prove: needs root, for debootstrap and chroot" >&2; exit 77; }
command -v debootstrap >/dev/null || { echo "prove: apt-get install debootstrap" >&2; exit 69; }
[ "${1:-}" = --inside ] || exec unshare --mount --propagation private "$0" --inside
root=$PWD/build/prove
begun=$SECONDS

# "uri suite component" of every Debian 12 archive that apt uses here, the main one first.
archives() {
    # shellcheck disable=SC2016  # apt's own variables
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        grep -E ' bookworm(-updates|-security)? main$' | sort -u -k2,2
}

unmount() {
    umount -R "$root/proc" "$root/dev" 2>/dev/null
}
trap unmount EXIT

unmount
rm -rf --one-file-system "$root"
mkdir -p "$root"
mirror=$(archives | awk '$2 == "bookworm" { print $1; exit }')
[ -n "$mirror" ] || { echo "prove: apt knows no archive of Debian 12 (bookworm) here" >&2; exit 69; }
debootstrap --variant=minbase --include=git,make,ca-certificates bookworm "$root" "$mirror" >build/prove.log 2>&1 ||
    { tail -n 20 build/prove.log; exit 1; }

# How this machine reaches its mirror: addresses, proxies, certificates.
archives | sed 's/^/deb /' >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(https?|Check-)' >"$root/etc/apt/apt.conf.d/90host"
apt-config dump | sed -n 's/^Acquire::.*CaInfo "\(.*\)";$/\1/p' | while read -r path; do
    [ ! -f "$path" ] || install -D -m 644 "$path" "$root$path"
done
cp /etc/resolv.conf /etc/hosts "$root/etc/"

git clone --quiet --no-local . "$root/weir" || exit 1
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"

status=0
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    chroot "$root" make -C /weir check >>build/prove.log 2>&1 || status=$?
tail -n 12 build/prove.log
echo "prove: make check on a bare Debian 12 ended with status $status after $((SECONDS - begun)) s (build/prove.log)"
unmount
[ "$status" -ne 0 ] || rm -rf --one-file-system "$root"
exit "$status"
