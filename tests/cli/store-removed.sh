#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A store that is removed or moved away under a running import ends it: what is written to files without a name would be lost.
. "$srcdir/cli/lib.sh"
ledger=$(cd "$srcdir/data/vectors/ledger" && pwd)/small.ledger
first=8407221 # where a block of that ledger begins
pid=
trap 'test -z "$pid" || kill -9 "$pid" 2> /dev/null || :; rm -rf "$dir"' EXIT

# removed PLUGIN STORE FILE: FILE is what is taken away.
removed ()
{
  head -c "$first" "$ledger" > "$dir/grows.ledger"
  ini <<END
[pipeline]
poll_interval = 50ms
[source]
plugin = ledger_file
path = grows.ledger
[decoder *]
plugin = entry
[sink main]
plugin = $1
path = $2
END
  "$top_builddir/dcpipe" -c "$dir/x.ini" --follow > "$dir/out" 2> "$dir/err" &
  pid=$!
  turns=0
  until "$top_builddir/dcpipe" -c "$dir/x.ini" status 2> /dev/null | grep -q '^  ledger '; do
    turns=$((turns + 1))
    test "$turns" -lt 200 || die "nothing was stored in $2"
    sleep 0.05
  done
  mv "$dir/$3" "$dir/away.$2"
  tail -c "+$((first + 1))" "$ledger" >> "$dir/grows.ledger"
  (sleep 20; kill -9 "$pid" 2> /dev/null) &
  watch=$!
  status=0
  wait "$pid" || status=$?
  pid=
  kill "$watch" 2> /dev/null || :
  wait "$watch" 2> /dev/null || :
  test "$status" = 1 || die "exit status $status instead of 1"
  grep -q "^dcpipe: error: sink main: $dir/$3[a-z./]* was removed or replaced while it was being written" "$dir/err" \
    || die "no line says that $3 was removed"
}

test ! -e "$top_builddir/uninstalled/sinks/sqlite.so" || removed sqlite a.db a.db
test ! -e "$top_builddir/uninstalled/sinks/jsonl.so" || removed jsonl j j/ledger_entries.jsonl
test ! -e "$top_builddir/uninstalled/sinks/jsonl.so" || removed jsonl k k
test ! -e "$top_builddir/uninstalled/sinks/lmdb.so" || removed lmdb l l/data.mdb
test ! -e "$top_builddir/uninstalled/sinks/lmdb.so" || removed lmdb m m
