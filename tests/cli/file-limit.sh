#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A store that may not grow any more is an error with a reason, given once; the summary tells what is stored and no
# more than that; and a later run without the limit goes on to the same rows.
. "$srcdir/cli/lib.sh"
ledger=$(cd "$srcdir/data/vectors/ledger" && pwd)/small.ledger

limited ()
{
  ini <<END
[source]
plugin = ledger_file
path = $ledger
[decoder *]
plugin = entry
[sink main]
plugin = $1
path = store.$1
END
  status=0
  (ulimit -f 96 && exec "$top_builddir/dcpipe" -c "$dir/x.ini") > "$dir/out" 2> "$dir/err" || status=$?
  case $status in
    1 | 75) ;;
    *) die "$1: exit status $status instead of 1 or 75" ;;
  esac
  grep -q '^dcpipe: error: sink main: cannot ' "$dir/err" || die "$1: no reason"
  ! grep -q 'sink main: sink main:' "$dir/err" || die "$1: the sink is named twice"
  ! grep -q 'stands at' "$dir/err" || die "$1: a position is told that is not stored"
  run 0 -c "$dir/x.ini"
  run 0 -c "$dir/x.ini" dump ledger_entries
  out_lines 465
}
test ! -e "$top_builddir/uninstalled/sinks/sqlite.so" || limited sqlite
test ! -e "$top_builddir/uninstalled/sinks/jsonl.so" || limited jsonl
