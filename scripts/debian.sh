# shellcheck shell=bash
# Fresh Debian systems for tests that install something; sourced behind lib.sh, not to be run. Needs root, for chroot.

((EUID == 0)) || die "this makes Debian systems with debootstrap and chroot, so it needs root"
command -v debootstrap >/dev/null || die "debootstrap is missing; apt install debootstrap"

# What they write, and the systems themselves, each under the name of its release.
work=$(mktemp -d)
# The systems need /proc: Swift reads the command line there.
leave() {
    umount "$work"/*/proc 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap leave EXIT

# make_system RELEASE: a bare Debian system in $work/RELEASE.
make_system() {
    say "+ debootstrap $1"
    debootstrap --variant=minbase "$1" "$work/$1" http://deb.debian.org/debian >"$work/$1.log" 2>&1 ||
        die "debootstrap $1 failed: $(tail -n 3 "$work/$1.log")"
    mount -t proc proc "$work/$1/proc"
}

# in_system ROOT WHAT COMMAND…: runs a command in a system; where it fails, WHAT and the end of its output are said.
in_system() {
    local root=$1 what=$2
    shift 2
    chroot "$root" env DEBIAN_FRONTEND=noninteractive "$@" >"$work/log" 2>&1 || die "$what: $(tail -n 5 "$work/log")"
}
