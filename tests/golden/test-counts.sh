#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every sink tells alike how many rows a run added, changed and removed, over every golden ledger: in one commit, with a
# commit after each few blocks, and label by label.
. "$srcdir/golden/lib.sh"

for plugin in registration profile offering check_in contract transfer approval reward reputation linked_ids; do
  [ -e "$top_builddir/uninstalled/decoders/$plugin.so" ] || { echo "no decoder $plugin was built"; exit 77; }
done
[ "$(echo $sinks | wc -w)" -gt 1 ] || { echo "there is but one sink"; exit 77; }

# configure DIR LEDGER SETTING...: all decoders into all sinks, which commit at the same blocks.
configure () {
  prepare "$1" "$2"
  {
    sed -n '/^\[decoder [^*]/,/^\[sink/p' "$top_srcdir/conf/sync.ini" | sed '/^\[sink/d'
    printf '[pipeline]\nflush_interval = 1h\nmemory = 1G\n'
    shift 2
    printf '%s\n' "$@"
  } >>"$dir/test.ini"
}

# count ARGUMENT...: a run; what each sink tells of it is in $dir/SINK.rows, added up over runs.
count () {
  run_in "$dir" "$@"
  case $status in
    0 | 3) ;;
    *) problem "$dir: status $status, $(cat "$dir/stderr")" ;;
  esac
  for sink in $sinks; do
    sed -n "s/^dcpipe: sink $sink: rows: //p" "$dir/stderr" >>"$dir/$sink.rows"
  done
}

compare () {
  for sink in $sinks; do
    grep -q '[1-9][0-9]* added, ' "$dir/$sink.rows" || problem "$1: sink $sink tells of no rows"
    cmp -s "$dir/${sinks##* }.rows" "$dir/$sink.rows" ||
      problem "$1: sink $sink says $(paste -sd ";" "$dir/$sink.rows"), sink ${sinks##* } $(paste -sd ";" "$dir/${sinks##* }.rows")"
  done
  tell "$1: $(tail -n 1 "$dir/$sink.rows")"
}

check () {
  dir=$tmp/$1.one
  configure "$dir" "$vectors/$1.ledger" 'batch_size = 1000000' 'commit_size = 1G'
  count
  compare "$1.ledger, in one commit"

  dir=$tmp/$1.many
  configure "$dir" "$vectors/$1.ledger" 'batch_size = 1' 'commit_size = 4k'
  count
  compare "$1.ledger, in many commits"

  dir=$tmp/$1.labels
  configure "$dir" "$vectors/$1.ledger" 'batch_size = 1000000' 'commit_size = 1G'
  for label in RepAge ContractSignReply ProvProfile DCTokenTransfer; do
    count --label "$label"
  done
  count
  compare "$1.ledger, label by label"
}

found=0
for ledger in "$vectors"/*.ledger; do
  [ -f "$ledger" ] || continue
  found=$((found + 1))
  check "$(basename "$ledger" .ledger)"
done
[ "$found" -gt 0 ] || exit 77
[ "$problems" -eq 0 ]
