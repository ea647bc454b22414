#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job: a ledger file into SQLite and JSON lines. Every golden ledger gives exactly the entries of its
# companion, in each sink, and a second run changes nothing.
. "$srcdir/golden/lib.sh"

# expected NAME: the companion, packed or not.
expected () {
  for file in "$vectors/$1.expected.jsonl" "$vectors/$1.expected.jsonl.gz"; do
    [ -f "$file" ] && echo "$file"
  done
}

check_sink () {
  "$dcpipe" -c "$1/test.ini" dump ledger_entries --sink "$2" >"$1/$2.jsonl" || problem "$1: dump of $2"
  "$golden" dump "$3" <"$1/$2.jsonl" >"$1/told" || problem "$1: what sink $2 holds"
}

check_ledger () {
  name=$1 want=$2 dir=$tmp/$1
  prepare "$dir" "$vectors/$name.ledger"
  run_in "$dir"
  case $status in
    0 | 3) ;;
    *) problem "$name: status $status, $(cat "$dir/stderr")" ;;
  esac
  for sink in $sinks; do
    check_sink "$dir" "$sink" "$want"
  done
  if [ -f "$dir/store.sqlite" ]; then
    "$golden" sqlite "$want" "$dir/store.sqlite" >"$dir/told" || problem "$name: the table in SQLite"
  fi
  tell "$name.ledger: $(cat "$dir/told")"

  run_in "$dir"
  [ "$status" -eq 0 ] || problem "$name: the second run ended with $status"
  for sink in $sinks; do
    cp "$dir/$sink.jsonl" "$dir/before"
    check_sink "$dir" "$sink" "$want"
    cmp "$dir/$sink.jsonl" "$dir/before" || problem "$name: the second run changed sink $sink"
  done
}

found=0
for ledger in "$vectors"/*.ledger; do
  [ -f "$ledger" ] || continue
  name=$(basename "$ledger" .ledger)
  want=$(expected "$name")
  if [ -z "$want" ]; then
    tell "$name.ledger: passed over, there is no $name.expected.jsonl"
    continue
  fi
  found=$((found + 1))
  check_ledger "$name" "$want"
done
[ "$found" -gt 0 ] || exit 77
[ "$problems" -eq 0 ]
