#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every decoder keeps the contract, over real entries and bad ones.
. "$srcdir/contract/lib.sh"
test -e "$vectors/small.ledger" || { echo "there is no $vectors/small.ledger"; exit 77; }
found=0
for file in "$top_builddir"/uninstalled/decoders/*.so; do
  for ledger in small malformed; do
    kept 20 --entries "$vectors/$ledger.ledger" --rounds 1000 "$file"
  done
  found=$((found + 1))
done
test "$found" -ge 11 || die "only $found decoders were built"
# The entries as dcpipe dumps them.
printf '[source]\nplugin = ledger_file\npath = %s\n[decoder *]\nplugin = entry\n[sink s]\nplugin = jsonl\npath = s\n' \
  "$vectors/small.ledger" > "$dir/x.ini"
run 0 -c "$dir/x.ini"
run 0 -c "$dir/x.ini" dump ledger_entries
mv "$dir/out" "$dir/entries.jsonl"
kept 20 --entries "$dir/entries.jsonl" --rounds 100 transfer
