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
built=$(sed -n 's/^    decoders  *//p' "$top_builddir/config.log" | wc -w)
test "$found" -eq "$built" -a "$found" -ge 6 || die "$found decoders were tried, and $built built"
# The entries as dcpipe dumps them.
printf '[source]\nplugin = ledger_file\npath = %s\n[decoder *]\nplugin = entry\n[sink s]\nplugin = jsonl\npath = s\n' \
  "$vectors/small.ledger" > "$dir/x.ini"
run 0 -c "$dir/x.ini"
run 0 -c "$dir/x.ini" dump ledger_entries
mv "$dir/out" "$dir/entries.jsonl"
kept 20 --entries "$dir/entries.jsonl" --rounds 100 transfer
