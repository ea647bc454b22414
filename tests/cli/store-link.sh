#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two writers of one store are refused, also when one of them reaches it through a symbolic link, and also when the store is
# still to be made.
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

# A link that points nowhere yet, over another one, in either order.
mkdir "$dir/y"
ln -s ../new.db "$dir/y/one"
ln -s "$dir/y/one" "$dir/far.db"
test ! -e "$top_builddir/uninstalled/sinks/sqlite.so" || twice sqlite new.db far.db
rm -f "$dir"/new.db*
test ! -e "$top_builddir/uninstalled/sinks/sqlite.so" || twice sqlite far.db new.db
