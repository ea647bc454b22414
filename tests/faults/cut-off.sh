#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a kill, a full disk or a power loss leaves of a store that was about to be made is no store of somebody else's: it is made
# anew. Other files of that name are left alone.
. "$srcdir/engine/lib.sh"
test -e "$sinks/lmdb.so" || { echo 'lmdb was not built'; exit 77; }
printf 'source\nblocks = 12\n[sink lmdb]\nplugin = lmdb\npath = store\n' | conf lmdb
page=$(getconf PAGESIZE)
run 0 -c "$dir/lmdb.ini"
head -c "$page" "$dir/store/data.mdb" > "$dir/one-page"

# begin FILE: a store with that as its data.
begin ()
{
  rm -rf "$dir/store"
  mkdir "$dir/store"
  cp "$1" "$dir/store/data.mdb"
}

head -c 100 "$dir/one-page" > "$dir/few-bytes"
head -c $((2 * page)) /dev/zero > "$dir/zeros"
: > "$dir/nothing"
for left in one-page few-bytes zeros nothing; do
  begin "$dir/$left"
  run 0 -c "$dir/lmdb.ini"
  run 0 -c "$dir/lmdb.ini" dump ledger_entries
  out_lines 60
done

echo 'notes of mine' > "$dir/notes"
head -c $((3 * page)) /dev/zero > "$dir/more-zeros"
for other in notes more-zeros; do
  begin "$dir/$other"
  run 1 -c "$dir/lmdb.ini"
  grep -q 'is not an LMDB file' "$dir/err" || die "$other: no reason"
  cmp "$dir/$other" "$dir/store/data.mdb" || die "$other was changed"
done

# A file that is cut short while it is mapped into memory ends the process with a reason, not as a crash.
test -z "${DCPIPE_VALGRIND:-}" || exit 0 # which takes the signal for itself
rm -rf "$dir/store"
echo 12 > "$dir/blocks"
printf 'poll_interval = 10ms\nsource\ngrow = %s\n[sink lmdb]\nplugin = lmdb\npath = store\n' "$dir/blocks" | conf follow
"$top_builddir/dcpipe" -c "$dir/follow.ini" --follow > "$dir/out" 2> "$dir/err" &
pid=$!
trap 'kill "$pid" 2> /dev/null || :; rm -rf "$dir"' EXIT
tries=0
until "$top_builddir/dcpipe" -c "$dir/follow.ini" dump ledger_entries 2> /dev/null | grep -q '"id":60,'; do
  tries=$((tries + 1))
  test "$tries" -lt 500 || die "it does not come to the tip"
  sleep 0.05
done
: > "$dir/store/data.mdb"
echo 24 > "$dir/blocks"
status=0
wait "$pid" || status=$?
test "$status" = 1 || die "status $status instead of 1 for a file that was cut short"
grep -q "^dcpipe: error: .*$dir/store/data.mdb is mapped into memory and cannot be read or written" "$dir/err" ||
  die "no reason for the end"
