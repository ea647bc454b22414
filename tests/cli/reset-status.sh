#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What status tells of a sink, or of one decoder in it, that was emptied: that there is nothing, and how far the rest can be
# trusted. Nor is there anything to verify.
. "$srcdir/cli/lib.sh"
needs sinks/jsonl sources/ledger_file decoders/entry decoders/profile
ledger=$(cd "$srcdir/data/vectors/ledger" && pwd)/small.ledger
ini <<END
[source]
plugin = ledger_file
path = $ledger
[decoder *]
plugin = entry
[decoder ProvProfile]
plugin = profile
[sink main]
plugin = jsonl
path = store
END
"$top_builddir/dcpipe" -c "$dir/x.ini" --quiet || test $? = 3 || die "no import"
run 0 -c "$dir/x.ini" status
grep '^  trust' "$dir/out" > "$dir/trust"
run 0 -c "$dir/x.ini" reset --sink main --decoder profile --yes
run 0 -c "$dir/x.ini" status
out '  profile          nothing yet'
out "$(cat "$dir/trust")"
run 0 -c "$dir/x.ini" status --json
grep -q '"trust": "chain"' "$dir/out" || die "the rest is not trusted"
run 0 -c "$dir/x.ini" reset --sink main --yes
run 0 -c "$dir/x.ini" status
out '  nothing is stored'
out_lines 2
run 1 -c "$dir/x.ini" verify
err 'dcpipe: error: sink main: nothing is stored, so there is nothing to compare'
out_lines 0
