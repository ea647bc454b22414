#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prepares the build; with an argument it does the rest, too.
#
#   ./autogen.sh          makes ./configure, for those who go on by hand
#   ./autogen.sh demo     installs what is missing, builds in build/, starts a replica of the network on this
#                         machine, copies a sample ledger from it into SQLite and shows what is stored
#   ./autogen.sh check    installs what is missing, builds in build/ and runs every test
#
# Packages are installed on Debian and its relatives, as root or with sudo, and only if some are missing.
# BUILD=DIR builds elsewhere. CONFIGURE_FLAGS are handed to ./configure.
set -eu

cd "$(dirname "$0")"
build=${BUILD:-build}

tools='gcc libc6-dev make autoconf automake libtool autoconf-archive pkgconf'
libraries='libinih-dev libjansson-dev nettle-dev uthash-dev zlib1g-dev libdeflate-dev libsqlite3-dev
  libsodium-dev liblmdb-dev libcbor-dev libcsv-dev libcurl4-openssl-dev libmicrohttpd-dev'
demo_only='sqlite3 check python3-pip ca-certificates'
check_only="$demo_only g++ mandoc"

say () {
  printf '== %s\n' "$*"
}

die () {
  printf 'autogen.sh: %s\n' "$*" >&2
  exit 1
}

# Those of the packages named that are not installed.
missing_packages () {
  for package; do
    case $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) in
      *' installed') ;;
      *) printf ' %s' "$package" ;;
    esac
  done
}

as_root () {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Lists may be absent or old, so they are fetched first. Nothing asks a question.
install_packages () {
  as_root apt-get -q update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "$@"
}

get_packages () {
  if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    say "This is no Debian, so nothing is installed. Needed, by Debian's names: $*"
    return 0
  fi
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
    die "these packages are missing; as root: apt-get install$missing"
  fi
  say "Installing the missing packages:$missing"
  install_packages $missing || die "not all could be installed; by hand: apt-get install$missing"
}

# Certificates need a library that no Debian carries. Without it the tests that need it are skipped, and the demo reads a
# file.
get_blst () {
  if packaging/fetch-blst.sh "$build/blst"; then
    return 0
  fi
  say "Going on without blst: certificates will not be verified"
}

# Runs a step of the build whose many lines are of interest only when it fails.
quietly () {
  "$@" >>"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    die "$* failed; the whole log is $log"
  }
}

processors () {
  getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1
}

configure_build () {
  flags=${CONFIGURE_FLAGS:-}
  if [ -f "$build/blst/lib/libblst.a" ]; then
    flags="$flags --with-blst=blst"
  fi
  if [ -f configure ] && [ -f "$build/config.status" ] && [ "$(cat "$build/configured" 2>/dev/null)" = "$flags" ]; then
    return 0
  fi
  say "Configuring in $build/"
  source=$(pwd)
  quietly autoreconf --install --force
  # shellcheck disable=SC2086
  (cd "$build" && quietly "$source/configure" $flags)
  printf '%s\n' "$flags" >"$build/configured"
}

build_all () {
  mkdir -p "$build"
  log=$(cd "$build" && pwd)/autogen.log
  : >"$log"
  configure_build
  say "Building"
  quietly make -C "$build" -j "$(processors)"
}

# The replica of the demo ends with standard input, of which this script holds the other end: so none is left behind,
# however the demo ends.
start_replica () {
  run=$build/demo.run
  rm -rf "$run"
  mkdir "$run"
  trap 'rm -rf "$run"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' HUP TERM
  mkfifo "$run/hold"
  "$build/tests/dcpipe-replica" --ledger "$DEMO_LEDGER" --until-eof <"$run/hold" >"$run/facts" &
  replica=$!
  exec 9>"$run/hold"
  until grep -q '^generation=' "$run/facts"; do
    kill -0 "$replica" 2>/dev/null || return 1
    sleep 0.05
  done
  DEMO_URL=$(sed -n 's/^url=//p' "$run/facts")
  DEMO_ROOT_KEY=$(sed -n 's/^root_key=//p' "$run/facts")
  no_proxy=127.0.0.1${no_proxy:+,$no_proxy}
  export DEMO_URL DEMO_ROOT_KEY no_proxy
}

# Waits for the end of the replica, so that the next line on the terminal is the last one.
stop_replica () {
  exec 9>&-
  wait "$replica" || true
}

# Over the network if the replica was built; otherwise from the file.
choose_demo () {
  if grep -q '^dcpipe-replica' "$build/tests/Makefile"; then
    quietly make -C "$build/tests" -j "$(processors)" dcpipe-replica
    start_replica || die "the replica did not start"
    config=conf/demo.ini
    say "A replica serves the sample ledger at $DEMO_URL"
  else
    config=$build/demo.ini
    sed -f conf/demo-file.sed conf/demo.ini >"$config"
    say "Without blst there is no replica to ask, so the ledger is read from its file"
  fi
}

# Status 3: done, with entries that could not be decoded. The sample ledger has some on purpose.
run_demo () {
  db=${DEMO_DB:-$build/demo.db}
  case $db in
    /*) DEMO_DB=$db ;;
    *) DEMO_DB=$(pwd)/$db ;;
  esac
  DEMO_LEDGER=$(pwd)/tests/data/vectors/ledger/small.ledger
  export DEMO_DB DEMO_LEDGER
  replica=
  choose_demo
  say "Copying it into SQLite, verified: $build/dcpipe -c $config"
  "$build/dcpipe" -c "$config" 9>&- || [ $? -eq 3 ] || die "the demo failed"
  [ -z "$replica" ] || stop_replica
  say "What is stored now:"
  sqlite3 "$db" <conf/demo.sql
  say "Look further; none of these needs the ledger:"
  show "sqlite3 $db <conf/demo.sql" "$(dcpipe_again) status" "$(dcpipe_again) dump provider_profiles"
}

show () {
  printf '   %s\n' "$@"
}

# The command that reads what the demo stored: the database is named where it is not the configuration's own.
dcpipe_again () {
  directory=$(cd "$(dirname "$config")" && pwd)
  [ "$config" != conf/demo.ini ] || directory=$(pwd)/build
  [ "$DEMO_DB" = "$directory/demo.db" ] || printf 'DEMO_DB=%s ' "$DEMO_DB"
  printf '%s -c %s' "$build/dcpipe" "$config"
}

run_check () {
  say "Running every test"
  make -C "$build" -j "$(processors)" check
}

case ${1:-} in
  '')
    autoreconf --install --force
    echo "Now run ./configure and make."
    ;;
  demo)
    get_packages $tools $libraries $demo_only
    mkdir -p "$build"
    get_blst
    build_all
    run_demo
    ;;
  check)
    get_packages $tools $libraries $check_only
    mkdir -p "$build"
    get_blst
    build_all
    run_check
    ;;
  -h | --help)
    sed -n 's/^#   //p' "$0"
    ;;
  *)
    die "usage: ./autogen.sh [demo | check]"
    ;;
esac
