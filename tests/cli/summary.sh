#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a run and status tell fits a terminal of 80 columns; a run with nothing new says just that.
. "$srcdir/cli/lib.sh"
ledger=$(cd "$srcdir/data/vectors/ledger" && pwd)/small.ledger
needs decoders/profile

# The ellipsis counts as one.
fits ()
{
  sed 's/…/./g' "$dir/$1" | awk 'length > 80 { print; bad = 1 } END { exit bad }' || die "lines of more than 80 columns on $1"
}

ini <<END
[source]
plugin = ledger_file
path = $ledger
[decoder *]
plugin = entry
[decoder ProvProfile]
plugin = profile
[decoder DCTokenTransfer]
plugin = transfer
[sink main]
plugin = jsonl
path = store
END
status=0
"$top_builddir/dcpipe" -c "$dir/x.ini" --label ProvProfile > "$dir/out" 2> "$dir/err" || status=$?
fits err
run 0 -c "$dir/x.ini" status
fits out
status=0
"$top_builddir/dcpipe" -c "$dir/x.ini" > "$dir/out" 2> "$dir/err" || status=$?
grep -q '^dcpipe: verified [0-9]* blocks with [0-9]* entries in ' "$dir/err" || die "no word of what was read"
grep -q '^dcpipe: sink main: rows: [1-9][0-9]* added, ' "$dir/err" || die "no word of the rows"
fits err
run 0 -c "$dir/x.ini"
err 'dcpipe: up to date: the ledger has nothing new'
err_lines 2
grep -q '^dcpipe: sink main: stands at [0-9]*; trust: chain; digest [0-9a-f]*$' "$dir/err" || die "no word of where it stands"
fits err
run 0 -c "$dir/x.ini" status
fits out
