#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two writers of one store are refused, also when one of them reaches it through a symbolic link.
. "$srcdir/cli/lib.sh"
ledger=$(cd "$srcdir/data/vectors/ledger" && pwd)/small.ledger
twice ()
{
  ini <<END
[source]
plugin = ledger_file
path = $ledger
[decoder *]
plugin = entry
[sink one]
plugin = $1
path = $2
[sink two]
plugin = $1
path = $3
END
  run 1 -c "$dir/x.ini"
  grep -q "^dcpipe: error: sink two: $dir/$3 is locked by this process" "$dir/err" || die "$3 is not refused"
}
: > "$dir/a.db"
ln -s a.db "$dir/b.db"
mkdir "$dir/j"
ln -s j "$dir/k"
test ! -e "$top_builddir/uninstalled/sinks/sqlite.so" || twice sqlite a.db b.db
test ! -e "$top_builddir/uninstalled/sinks/jsonl.so" || twice jsonl j k
