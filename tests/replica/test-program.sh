#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dcpipe-replica as a program: what it prints, how it ends, and what it refuses.
set -eu

replica=$builddir/dcpipe-replica
ledger=$srcdir/data/vectors/ledger/small.ledger
work=$(mktemp -d "${TMPDIR:-/tmp}/dcpipe-replica.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail () {
  echo "FAIL: $*"
  exit 1
}

# Expects an exit status, and a text on stderr.
refused () {
  expected=$1 text=$2
  shift 2
  rc=0
  "$replica" "$@" >"$work/out" 2>"$work/err" </dev/null || rc=$?
  [ "$rc" = "$expected" ] || fail "$*: exit status $rc, expected $expected"
  grep -q -- "$text" "$work/err" || { cat "$work/err"; fail "$*: no \"$text\" on stderr"; }
  [ ! -s "$work/out" ] || fail "$*: something on stdout"
}

refused 64 'ledger'
refused 64 'generation 4: not understood' --ledger "$ledger" --generation 4
refused 64 'grow 5: not understood' --ledger "$ledger" --grow 5
refused 64 'Try dcpipe-replica --help' --no-such-option
refused 1 'No such file' --ledger "$work/none"
refused 1 'canister id nonsense' --ledger "$ledger" --canister-id nonsense
refused 1 'no known key' --ledger "$ledger" --fault 'kind=close,colour=red'
head -c 100 "$ledger" >"$work/short"
refused 1 'partition table' --ledger "$work/short"

# With its standard input at its end it prints its facts, and is done.
"$replica" --ledger "$ledger" --until-eof --generation 2 </dev/null >"$work/facts" || fail "it did not end well"
grep -q '^url=http://127\.0\.0\.1:[0-9]*$' "$work/facts" || fail "no url"
grep -q '^root_key=308182[0-9a-f]\{260\}$' "$work/facts" || fail "no root key"
grep -q '^canister_id=ggi4a-wyaaa-aaaai-actqq-cai$' "$work/facts" || fail "no canister id"
grep -q '^generation=2$' "$work/facts" || fail "no generation"

# A signal ends it, too, and the same seed gives the same key.
"$replica" --ledger "$ledger" >"$work/again" &
pid=$!
n=0
until grep -q '^generation=' "$work/again"; do
  n=$((n + 1))
  [ "$n" -lt 100 ] || fail "it does not come up"
  sleep 0.1
done
kill "$pid"
wait "$pid" || fail "a signal did not end it well"
[ "$(grep root_key "$work/facts")" = "$(grep root_key "$work/again")" ] || fail "the root key is another one"
"$replica" --help | grep -q '^Usage: dcpipe-replica --ledger FILE' || fail "no help"
