#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every golden ledger gives the same tables over HTTP as from its file, at every trust; a second run changes nothing, and
# a sink that was filled from a file goes on from the canister.
. "$srcdir/icp/lib.sh"
for file in "$vectors"/*.ledger; do
  ledger=$(basename "$file" .ledger)
  want "$ledger"
  replica "$ledger"
  from_replica "$ledger"
  sync 0 "$ledger"
  grep -q 'trust: signatures' "$dir/err" || die "$ledger: no word of the trust"
  expect "$ledger" "$ledger"
  sync 0 "$ledger"
  expect "$ledger" "$ledger"
  test -z "${V:-}" || echo "$ledger.ledger: $(wc -l < "$dir/$ledger.want") lines of tables compared"
done

replica medium
for trust in none certified; do
  shown=$trust
  test "$trust" != none || shown=chain
  from_replica "$trust" "trust = $trust" 'prefetch = 2'
  sync 0 "$trust"
  grep -q "trust: $shown" "$dir/err" || die "$trust: no word of the trust"
  expect "$trust" medium
done

from_replica file-medium
sync 0 file-medium
expect file-medium medium
