#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lets agents that were written elsewhere talk to dcpipe-replica, with verification on: the JavaScript agent from
# npm and the Rust agent from cargo, in the versions that the lock files beside their clients name. They are installed into
# a temporary directory (INTEROP_DIR keeps one).
#
#   run.sh javascript|rust [REPLICA]
#
# Exits with 77 and a reason where the tools are absent, or the packages cannot be fetched.
set -eu

kind=${1:?javascript or rust}
replica=${2:-./dcpipe-replica}
here=$(cd "$(dirname "$0")" && pwd)
ledger=${LEDGER:-$here/../data/vectors/ledger/medium.ledger}

skip () {
  echo "SKIP: $*"
  exit 77
}

[ -x "$replica" ] || skip "$replica was not built: that needs blst"
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY 2>/dev/null || true

work=$(mktemp -d "${TMPDIR:-/tmp}/dcpipe-interop.XXXXXX")
server=
clean_up () {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
install=${INTEROP_DIR:-$work}/$kind
mkdir -p "$install"

# have TOOL VERSION: skips unless the tool is there, and not older.
have () {
  command -v "$1" >/dev/null 2>&1 || skip "there is no $1"
  found=$("$1" --version | grep -o '[0-9][0-9.]*' | head -n 1)
  [ "$(printf '%s\n' "$2" "$found" | sort -V | head -n 1)" = "$2" ] || skip "$1 is $found, and $2 is needed"
}

fetch_javascript () {
  have node 18
  have npm 7
  cp "$here"/javascript/* "$install/"
  [ -d "$install/node_modules/@icp-sdk/core" ] ||
    npm --prefix "$install" ci --no-audit --no-fund --ignore-scripts >"$work/log" 2>&1 ||
    { tail -n 5 "$work/log"; skip "npm could not fetch @icp-sdk/core"; }
}

# The name of the registry that cargo uses is put into the lock file as cargo itself writes it.
fetch_rust () {
  have cargo 1.88
  mkdir -p "$install/src"
  cp "$here/rust/Cargo.toml" "$install/"
  cp "$here/rust/src/main.rs" "$install/src/"
  (
    cd "$install" && rm -f Cargo.lock && cargo generate-lockfile &&
      registry=$(sed -n '/^source = /{p;q;}' Cargo.lock) &&
      sed "s|^source = \"@REGISTRY@\"|$registry|" "$here/rust/Cargo.lock.in" >Cargo.lock && cargo fetch --locked
  ) >"$work/log" 2>&1 || { tail -n 5 "$work/log"; skip "cargo could not fetch ic-agent"; }
  (cd "$install" && cargo build --quiet --locked) || exit 1
}

run_client () {
  case $kind in
    javascript) (cd "$install" && node client.mjs "$@") ;;
    rust) "${CARGO_TARGET_DIR:-$install/target}/debug/dcpipe-interop" "$@" ;;
  esac
}

case $kind in
  javascript|rust) "fetch_$kind" ;;
  *) echo "run.sh: $kind: expected javascript or rust" >&2; exit 64 ;;
esac

# Runs the client against a replica with these options, and tells it what kind of network that is.
run_with () {
  echo "== $kind agent, dcpipe-replica $1"
  : >"$work/facts"
  # shellcheck disable=SC2086
  "$replica" --ledger "$ledger" $1 >"$work/facts" &
  server=$!
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q '^generation=' "$work/facts" && break
    sleep 0.5
  done
  run_client "$(fact url)" "$(fact root_key)" "$(fact canister_id)" "$ledger" "$2"
  kill "$server"
  wait "$server"
  server=
}

fact () {
  sed -n "s/^$1=//p" "$work/facts"
}

run_with '' delegated
run_with --no-delegation undelegated
# The Rust agent knows no other version of a call than the newest.
[ "$kind" = rust ] || run_with '--max-api 3' old
