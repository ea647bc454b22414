#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The demo that is installed copies the sample ledger from its file: the number of entries stored is that of the golden file, and a second run adds none.
. "$srcdir/cli/lib.sh"
test -e "$top_builddir/uninstalled/sinks/sqlite.so" -a -e "$top_builddir/uninstalled/decoders/offering.so" \
  || { echo "skipped: the demo needs plugins that were not built"; exit 77; }
vectors=$srcdir/data/vectors/ledger
DEMO_LEDGER=$vectors/small.ledger DEMO_DB=$dir/demo.db
export DEMO_LEDGER DEMO_DB
sed -f "$top_srcdir/conf/demo-file.sed" "$top_srcdir/conf/demo.ini" > "$dir/demo.ini"
run 3 -c "$dir/demo.ini"
run 0 -c "$dir/demo.ini" dump ledger_entries
want=$(cat "$vectors"/small.expected.jsonl 2> /dev/null || gzip -dc "$vectors/small.expected.jsonl.gz")
test "$(wc -l < "$dir/out")" -eq "$(printf '%s\n' "$want" | wc -l)" || die "not as many entries as the ledger has"
cp "$dir/out" "$dir/before"
run 0 -c "$dir/demo.ini"
run 0 -c "$dir/demo.ini" dump ledger_entries
cmp -s "$dir/out" "$dir/before" || die "a second run changed the entries"
