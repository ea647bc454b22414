#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Damaged ledgers end as their manifest says: the good blocks before the fault are stored, the fault is named with
# the block's position, nothing crashes, and memory stays within bounds.
. "$srcdir/golden/lib.sh"

# What the file of the same ledger without a fault holds; the damaged ones hold the beginning of it.
store_good () {
  prepare "$tmp/good" "$vectors/corrupt/good.ledger"
  run_in "$tmp/good"
  [ "$status" -eq 0 ] || problem "good.ledger: status $status, $(cat "$tmp/good/stderr")"
  "$dcpipe" -c "$tmp/good/test.ini" dump ledger_entries >"$tmp/good.jsonl" || problem "good.ledger: dump"
}

# The block where the fault is; the file, where it is not about a block.
check_named () {
  [ "$2" = - ] && pattern=$1 || pattern="block at position $2: ."
  grep -q "error: .*$pattern" "$tmp/$1/stderr" || problem "$1: no error names '$pattern': $(cat "$tmp/$1/stderr")"
}

# Nothing confirms the last block before a fault: what was damaged may be its own time, and so its hash.
without_last_time () {
  last=$(tail -n 1 "$1" | sed 's/.*"block_offset":\([0-9]*\),.*/\1/')
  sed -e "/\"block_offset\":${last:--},/s/\"icp_timestamp\":[0-9]*,//" \
    -e "/\"block_offset\":${last:--},/s/,\"block_hash\":\"[0-9a-f]*\"//" "$1"
}

check_file () {
  name=$1 kind=$2 entries=$3 position=$4
  prepare "$tmp/$name" "$vectors/corrupt/$name"
  run_in "$tmp/$name"
  case $kind,$status in
    fault,65) check_named "$name" "$position" ;;
    good,0 | good,3) ;;
    *) problem "$name ($kind): status $status, $(cat "$tmp/$name/stderr")" ;;
  esac
  head -n "$entries" "$tmp/good.jsonl" >"$tmp/first"
  without_last_time "$tmp/first" >"$tmp/want"
  for sink in $sinks; do
    "$dcpipe" -c "$tmp/$name/test.ini" dump ledger_entries --sink "$sink" >"$tmp/$name/dump" || problem "$name: dump of $sink"
    without_last_time "$tmp/$name/dump" >"$tmp/have"
    cmp "$tmp/have" "$tmp/want" || problem "$name: sink $sink does not hold the $entries entries before the fault"
  done
  tell "$name: $kind, $entries entries, status $status: $(grep -m 1 error: "$tmp/$name/stderr")"
}

[ -f "$vectors/corrupt/manifest.json" ] && [ -f "$vectors/corrupt/good.ledger" ] || exit 77
store_good
"$golden" manifest "$vectors/corrupt/manifest.json" >"$tmp/manifest" || exit 1
[ -s "$tmp/manifest" ] || problem "the manifest names no file"
while read -r name kind entries position; do
  check_file "$name" "$kind" "$entries" "$position"
done <"$tmp/manifest"
[ "$problems" -eq 0 ]
