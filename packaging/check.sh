#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Does what those who package dcpipe do, from the tarball of `make dist` alone, and tells what goes wrong.
#
#   packaging/check.sh BUILD [STAGE...]
#
# BUILD is a configured build directory; all that is made lies below BUILD/packages. The stages, all of them
# if none is named:
#   tarball    a build with no optional library at all, its tests, and the tarball that it makes: the same
#   distcheck  make distcheck, with few tests: the others run elsewhere
#   debian     Debian packages, built without network, their tests, lintian
#   rpm        the same with rpmbuild and rpmlint
#   root       both installed in a clean system, tried, upgraded, removed: see check-root.sh
# For Debian, as root: what is missing is installed. The logs are BUILD/packages/STAGE.log.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?a build directory is needed}" && pwd) || exit 1
shift
work=$build/packages
jobs=$(getconf _NPROCESSORS_ONLN)
status=0
unset MAKEFLAGS MFLAGS MAKELEVEL TESTS
mkdir -p "$work"

say () {
  printf -- '---- %s (%d:%02d)\n' "$*" $((SECONDS / 60)) $((SECONDS % 60))
}

problem () {
  printf -- '---- FAILED: %s\n' "$*"
  status=1
}

# logged COMMAND...: its output is of interest only when it fails.
logged () {
  "$@" >>"$log" 2>&1 && return 0
  tail -n 30 "$log"
  problem "$* (the whole log is $log)"
  return 1
}

missing () {
  local package
  for package; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q ' installed$' || echo "$package"
  done
}

# A network that stumbles once is asked again.
apt () {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 --no-install-recommends "$@"
}

get () {
  local packages
  packages=$(missing "$@")
  [ -n "$packages" ] || return 0
  say "installing" $packages
  logged apt update && logged apt install $packages
}

# offline COMMAND...: with no network but loopback, where the kernel allows that.
offline () {
  if unshare --net sh -c 'ip link set lo up' 2>/dev/null; then
    unshare --net sh -c 'ip link set lo up && exec "$@"' sh "$@"
  else
    echo "This machine does not let a build be cut off from the network: $* runs with it"
    "$@"
  fi
}

# unpack DIRECTORY: the tarball's one folder, in a directory that is new.
unpack () {
  rm -rf "$1"
  mkdir -p "$1" && tar -xf "$tarball" -C "$1"
}

# tests_ran LOG LEAST: the last line of totals has no failure, and so many passed.
tests_ran () {
  local line
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$1" | tail -n 1)
  if [[ $line =~ ^([0-9]+)\ passed,\ 0\ failed ]] && ((BASH_REMATCH[1] >= $2)); then
    say "its tests: $line"
  else
    problem "its tests: ${line:-no totals} (at least $2 should pass)"
  fi
}

everything_off () {
  local library
  for library in libdeflate sqlite sodium lmdb cbor csv curl mhd check blst; do
    echo "--without-$library"
  done
}

stage_tarball () {
  local bare=$work/bare
  say "a build of the tarball without any optional library"
  unpack "$bare" || return 1
  mkdir "$bare/build" && cd "$bare/build" || return 1
  logged "../$name/configure" -q CFLAGS=-O0 --enable-gcc-warnings=error $(everything_off) || return 1
  logged make -s -j "$jobs" || return 1
  sed -n '/^    sources /,/^    test replica /p' config.log
  logged make -s -j "$jobs" check-package
  tests_ran "$log" 40
  logged make -s dist
  if cmp "$tarball" "$name.tar.xz"; then
    say "the tarball that it makes is the same"
  else
    problem "the tarball depends on where it is made"
  fi
}

stage_distcheck () {
  say "make distcheck"
  logged make -C "$build" -s -j "$jobs" distcheck DISTCHECK_CONFIGURE_FLAGS=CFLAGS=-O0 check_PROGRAMS= \
    TESTS='cli/every-plugin.sh packaging/dist.sh packaging/spdx.sh packaging/summary.sh'
}

# What is not in dcpipe's own tarball, made by the script in it.
blst_tarball () {
  logged get python3-pip && logged "$work/source/$name/packaging/fetch-blst.sh" --source "$1"
}

stage_debian () {
  local dir=$work/debian
  unpack "$work/source" && unpack "$dir" || return 1
  cp "$tarball" "$dir/dcpipe_$version.orig.tar.xz"
  blst_tarball "$dir/dcpipe_$version.orig-blst.tar.gz" || return 1
  cd "$dir/$name" && cp -r packaging/debian debian && mkdir blst || return 1
  tar -xf "../dcpipe_$version.orig-blst.tar.gz" -C blst --strip-components=1
  # systemd looks at the units, in their test.
  get dpkg-dev lintian iproute2 systemd || return 1
  logged apt build-dep . || return 1
  say "dpkg-buildpackage"
  logged offline dpkg-buildpackage -us -uc || return 1
  tests_ran "$log" 90
  grep -q '^PASS: packaging/units.sh' "$log" || problem "nobody looked at the units of systemd"
  say "lintian"
  cd .. && logged lintian --allow-root --fail-on error,warning *.changes && ls -l ./*.deb
}

# Directories that a package needs and another of ours owns alone: they would stay behind when that one is erased first.
borrowed_directories () {
  local lists=$work/rpm/lists package
  rm -rf "$lists" && mkdir "$lists"
  for package in RPMS/*/*.rpm; do
    rpm -qpl "$package" | sort -u >"$lists/$(basename "$package")"
  done
  for package in "$lists"/*.rpm; do
    sed 's|/[^/]*$||' "$package" | sort -u | comm -12 - <(sort -u "$lists"/*.rpm) | comm -23 - "$package" |
      sed "s|\$| is not in $(basename "$package")|"
  done
}

stage_rpm () {
  local dir=$work/rpm
  unpack "$work/source" || return 1
  rm -rf "$dir" && mkdir -p "$dir/SOURCES" || return 1
  cp "$tarball" "$dir/SOURCES"
  blst_tarball "$dir/SOURCES/blst-0.3.16.tar.gz" || return 1
  get rpm rpmlint iproute2 autoconf-archive || return 1
  # --nodeps: this is no machine whose packages rpm knows.
  say "rpmbuild"
  logged offline rpmbuild -ba --nodeps --define "_topdir $dir" \
    "$work/source/$name/packaging/rpm/dcpipe.spec" || return 1
  tests_ran "$log" 90
  say "rpmlint"
  cd "$dir" || return 1
  logged rpmlint -r "$work/source/$name/packaging/rpm/dcpipe.rpmlintrc" RPMS/*/*.rpm SRPMS/*.rpm &&
    grep 'packages and .* checked' "$log"
  borrowed_directories 2>>"$log" | grep . && problem "not all directories of a package are its own"
  ls -l RPMS/*/*.rpm
}

stage_root () {
  get mmdebstrap || return 1
  say "a clean system"
  "$here/check-root.sh" "$work" 2>&1 | tee -a "$log" | grep '^--'
  [ "${PIPESTATUS[0]}" -eq 0 ] || { tail -n 30 "$log"; problem "check-root.sh (the whole log is $log)"; }
}

say "make dist"
log=$work/dist.log
: >"$log"
logged make -C "$build" -s dist || exit 1
tarball=$(ls -t "$build"/dcpipe-*.tar.xz | head -n 1)
name=$(basename "$tarball" .tar.xz)
version=${name#dcpipe-}
cp "$tarball" "$work/$name.tar.xz"
tarball=$work/$name.tar.xz
say "$name.tar.xz: SHA-256 $(sha256sum <"$tarball" | cut -d' ' -f1)"
[ $# -gt 0 ] || set -- tarball distcheck debian rpm root
for stage; do
  log=$work/$stage.log
  : >"$log"
  (status=0; "stage_$stage" || exit 1; exit $status) || problem "stage $stage"
done
say "packaging: $([ $status -eq 0 ] && echo good || echo bad)"
exit $status
