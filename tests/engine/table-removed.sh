#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A table that somebody removed from a store is not silently begun anew: the run is refused with the way out, which helps.
. "$srcdir/engine/lib.sh"

# removed SINK TABLE DECODER
removed ()
{
  run 1 -c "$dir/$1.ini"
  says "sink $1: the table $2 is gone, though earlier runs filled it. Fill it anew: dcpipe -c $dir/$1.ini reset --sink $1$3"
  # Another decoder's reset does not hide it. It needs core's tables: without one nothing is emptied.
  if [ -n "$3" ]; then
    run 0 -c "$dir/$1.ini" reset --sink "$1" --decoder fold --yes
    run 0 -c "$dir/$1.ini" dump fold_counts --sink "$1"
    out_lines 0
    run 1 -c "$dir/$1.ini"
  else
    run 1 -c "$dir/$1.ini" reset --sink "$1" --decoder fold --yes
    run 0 -c "$dir/$1.ini" dump fold_counts --sink "$1"
    test -s "$dir/out" || die "fold_counts was emptied"
    run 1 -c "$dir/$1.ini"
  fi
  says "the table $2 is gone"
  run 0 -c "$dir/$1.ini" reset --sink "$1" $3 --yes
  run 0 -c "$dir/$1.ini"
  run 0 -c "$dir/$1.ini" verify
  expect_tables "$1" "$1"
}

for sink in $built; do
  printf '[sink %s]\nplugin = %s\npath = %s.store\n' "$sink" "$sink" "$sink" | conf "$sink"
  run 0 -c "$dir/$sink.ini"
  case $sink in
    sqlite)
      command -v sqlite3 > /dev/null || continue
      sqlite3 "$dir/sqlite.store" 'DROP TABLE ledger_entries'
      removed sqlite ledger_entries ' --decoder entry'
      sqlite3 "$dir/sqlite.store" 'DROP TABLE failed_entries'
      removed sqlite failed_entries ''
      ;;
    jsonl)
      rm "$dir/jsonl.store/ledger_entries.jsonl"
      # It reads as empty, and does not keep anybody from the others.
      run 0 -c "$dir/jsonl.ini" dump ledger_entries --sink jsonl
      out_lines 0
      run 0 -c "$dir/jsonl.ini" dump fold_counts --sink jsonl
      test -s "$dir/out" || die "fold_counts is not read any more"
      removed jsonl ledger_entries ' --decoder entry'
      rm "$dir/jsonl.store/sync_status.jsonl"
      removed jsonl sync_status ''
      ;;
  esac
done
