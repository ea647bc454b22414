#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# With decoders of all labels only, --label takes a label that a sink has seen, and refuses one that nobody knows.
. "$srcdir/cli/lib.sh"
test -e "$top_builddir/uninstalled/sinks/jsonl.so" || exit 77
ledger=$(cd "$srcdir/data/vectors/ledger" && pwd)/small.ledger
ini <<END
[source]
plugin = ledger_file
path = $ledger
[decoder *]
plugin = entry
[sink main]
plugin = jsonl
path = j
END
run 64 -c "$dir/x.ini" --label ProvProfile
err "dcpipe: error: no decoder section names the label 'ProvProfile', and no sink holds entries of it; DIR/x.ini names: none"
run 0 -c "$dir/x.ini"
run 0 -c "$dir/x.ini" --label ProvProfile
run 64 -c "$dir/x.ini" --label ProvProfil
run 0 -c "$dir/x.ini" dump ledger_entries
out_lines 465
