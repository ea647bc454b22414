#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Ledgers made for one odd thing each give exactly the rows that ../data/odd tells, from every sink.
. "$srcdir/golden/lib.sh"

for plugin in registration profile offering contract transfer reward; do
  [ -e "$top_builddir/uninstalled/decoders/$plugin.so" ] || { echo "no decoder $plugin was built"; exit 77; }
done

check () {
  prepare "$tmp/$1" "$srcdir/data/odd/$1.ledger"
  sed -n '/^\[decoder [^*]/,/^\[sink/p' "$top_srcdir/conf/sync.ini" | sed '/^\[sink/d' >>"$tmp/$1/test.ini"
  run_in "$tmp/$1"
  case $status in
    0 | 3) ;;
    *) problem "$1: status $status, $(cat "$dir/stderr")" ;;
  esac
  for sink in $sinks; do
    for table in $(sed 's/ .*//' "$expected" | sort -u); do
      run_in "$tmp/$1" dump "$table" --sink "$sink"
      if [ -s "$dir/stdout" ]; then sed "s/^/$table /" "$dir/stdout"; else echo "$table has no rows"; fi
    done >"$tmp/$1/rows"
    diff "$expected" "$tmp/$1/rows" || problem "$1.ledger: the rows in $sink are not those expected (<)"
  done
}

found=0
for expected in "$srcdir"/data/odd/*.expected; do
  found=$((found + 1))
  check "$(basename "$expected" .expected)"
done
# Views are of SQLite alone.
if command -v sqlite3 >/dev/null && [ -f "$tmp/rewards/store.sqlite" ]; then
  paid=$(sqlite3 "$tmp/rewards/store.sqlite" 'SELECT block_offset, amount FROM rewards_paid' | paste -sd ' ')
  [ "$paid" = '2057|7 2197|7 2427|9' ] || problem "rewards.ledger: the rewards paid are $paid"
fi
[ "$found" -ge 7 ] || problem "only $found ledgers"
[ "$problems" -eq 0 ]
