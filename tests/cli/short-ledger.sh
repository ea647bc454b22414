#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A ledger that ends before what is stored: status --online says that the sink is ahead, verify which sink it could not compare.
. "$srcdir/cli/lib.sh"
needs sinks/jsonl sources/ledger_file decoders/entry
cp "$srcdir/data/vectors/ledger/small.ledger" "$dir/x.ledger"
cut=8407221 # where a block of that ledger begins
ini <<END
[source]
plugin = ledger_file
path = x.ledger
[decoder *]
plugin = entry
[sink main]
plugin = jsonl
path = store
END
run 0 -c "$dir/x.ini" --quiet
run 0 -c "$dir/x.ini" status --online
out '  at the tip'
head -c "$cut" "$dir/x.ledger" > "$dir/short"
mv "$dir/short" "$dir/x.ledger"
run 0 -c "$dir/x.ini" status --online
grep -q '^  [1-9][0-9]* blocks* ahead of the tip: ' "$dir/out" || die "nothing is said of a sink that is ahead"
head -c 8000000 "$dir/x.ledger" > "$dir/short"
mv "$dir/short" "$dir/x.ledger"
run 65 -c "$dir/x.ini" verify
err 'dcpipe: error: sink main was not compared: the ledger could not be replayed'
