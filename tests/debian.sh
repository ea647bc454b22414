#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Another release of Debian, as a newcomer has it: a bare root, a clone of what is committed here, an ordinary user. Builds
# there with warnings as errors, runs the demo, then the tests. For `make check-debian`; as root.
#
#   debian.sh RELEASE DIR
#
# The root is DIR/debian-RELEASE, a log lies beside it; what this machine's apt is set to is where packages come from. With
# SAMPLE=N in the environment one test in N is run, chosen by SEED, and cli/long-lines.sh in any case.
set -eu
PATH=$PATH:/usr/sbin:/sbin

die () {
  printf 'debian.sh: %s\n' "$*" >&2
  exit 1
}

say () {
  printf -- '---- %s: %s (%s)\n' "$release" "$*" "$(date +%T)"
}

release=${1:-}
case $release in
  '' | *[!a-z]*) die "which release? make check-debian RELEASE=trixie" ;;
esac
mkdir -p "${2:?a directory to work in is needed}"
root=$(cd "$2" && pwd)/debian-$release
log=$root.log
source=$(cd "$(dirname "$0")/.." && pwd)
sample=${SAMPLE:-}
case $sample in *[!0-9]* | 0*) die "SAMPLE=$sample: expected a number of 1 or more" ;; esac
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)

# ---- the root

# logged WHAT COMMAND...: its many lines are of interest only when it fails.
logged () {
  what=$1
  shift
  "$@" >>"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "$release: $what; the whole log is $log"
  }
}

# The place from which this machine has its own release.
mirror () {
  . /etc/os-release
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' "Codename: $VERSION_CODENAME" |
    head -n 1
}

check_machine () {
  test "$(id -u)" -eq 0 || die "only root can make the root of another release"
  for need in debootstrap apt-get apt-config git unshare pivot_root; do
    command -v "$need" >/dev/null || die "$need is not installed, and no root of Debian can be made without it"
  done
  unshare --mount --pid --fork true 2>/dev/null || die "this machine allows no mounts, not even to root"
  mirror=$(mirror 2>/dev/null) || mirror=
  test -n "$mirror" || die "apt knows of no mirror of Debian: does apt-get update work here?"
  git -C "$source" rev-parse -q --verify HEAD >/dev/null 2>&1 || die "$source is no clone of a git repository"
}

make_root () {
  rm -rf --one-file-system "$root"
  : >"$log"
  apt-config dump | grep -i '^Acquire::[a-z]*::proxy' >"$root.proxy" || :
  eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
  export http_proxy https_proxy
  logged "the root could not be made from $mirror" debootstrap --variant=minbase "$release" "$root" "$mirror"
  mv "$root.proxy" "$root/etc/apt/apt.conf.d/99proxy"
  unset http_proxy https_proxy
}

# As root in the root, whose mounts and processes end with the command. It is the root in earnest, for a user in a mere
# chroot may have no namespaces.
in_root () {
  unshare --mount --pid --fork --kill-child sh -c '
    mount --rbind "$1" "$1" && cd "$1" && mount -t proc proc proc && mount --rbind /dev dev && mkdir -p before &&
      pivot_root . before && cd / && umount -l before && shift && exec "$@"' sh "$root" \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"
}

# as_user COMMAND: by the shell, in the clone.
as_user () {
  in_root setpriv --reuid=newcomer --regid=newcomer --init-groups \
    env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/home/newcomer CONFIGURE_FLAGS=--enable-gcc-warnings=error \
    sh -c "cd ~/dcpipe && $1"
}

# The user finds out what is missing, and whom to ask. One awk is tried on this machine, so the other is there.
install_packages () {
  missing=$(as_user './autogen.sh check' 2>&1 | sed -n 's/^autogen.sh: .*: apt-get install//p')
  test -n "$missing" || die "$release: autogen.sh does not tell an ordinary user what is to be installed"
  case $(awk --version 2>/dev/null </dev/null) in GNU*) ;; *) missing="$missing gawk" ;; esac
  logged "apt-get update failed" in_root apt-get -q -o Acquire::Retries=3 update
  # shellcheck disable=SC2086
  logged "not all packages could be installed" in_root \
    apt-get -q -y -o Acquire::Retries=3 --no-install-recommends install $missing
}

# Fetched on this machine, which may be the only one that can, and built by the user: without blst many tests are skipped.
bring_blst () {
  logged "blst cannot be had" "$source/packaging/fetch-blst.sh" --source "$root/blst.tar.gz"
  logged "blst cannot be unpacked" tar -xzf "$root/blst.tar.gz" -C "$root"
  logged "blst cannot be built" as_user 'packaging/fetch-blst.sh build/blst /blst-[0-9]*'
}

# ---- what is tried in it

run_tests () {
  if [ -z "$sample" ]; then
    say "./autogen.sh check"
    as_user './autogen.sh check'
    return
  fi
  seed=${SEED:-$(date +%s)}
  chosen=$(as_user 'make -s -C build/tests list-tests' | "$source/tests/sample.sh" "$sample" "$seed" cli/long-lines.sh)
  test -n "$chosen" || die "$release: the tests could not be listed"
  say "$(echo "$chosen" | wc -l) tests, one in $sample: SAMPLE=$sample SEED=$seed"
  as_user "make -C build -j $jobs check TESTS='$(echo $chosen)'"
}

check_machine
say "a root from $mirror"
make_root
in_root useradd --create-home --shell /bin/sh newcomer
git clone -q --no-hardlinks "$source" "$root/home/newcomer/dcpipe" || die "$source cannot be cloned"
in_root chown -R newcomer: /home/newcomer
say "packages"
install_packages
bring_blst
say "./autogen.sh demo"
as_user './autogen.sh demo' || die "$release: the demo failed; it is all in $root"
run_tests || die "$release: not all tests passed; it is all in $root"
say "all is well"
rm -rf --one-file-system "$root"
