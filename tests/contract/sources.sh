#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The source ledger_file keeps the contract.
. "$srcdir/contract/lib.sh"
test -e "$vectors/small.ledger" || { echo "there is no $vectors/small.ledger"; exit 77; }
for ledger in small medium edge; do
  kept 26 -o path="$vectors/$ledger.ledger" --rounds 1000 ledger_file
done
