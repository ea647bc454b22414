# SPDX-License-Identifier: Apache-2.0
# Run by `make check`: first the contract of all decoders, then the rows that this one makes of the sample ledger.
set -e
export SAMPLE
"$PLUGIN_TEST" --entries "$SAMPLE" ./novelty.so

rm -rf check.out && mkdir check.out
STORE=check.out/store
export STORE
status=0
"$DCPIPE" --quiet -c novelty.ini || status=$?
test "$status" = 3 || { echo "expected status 3: one key in the sample is empty"; exit 1; }
"$DCPIPE" --quiet -c novelty.ini dump novelty_entries | tee check.out/rows
test "$(wc -l < check.out/rows)" -eq 5 || { echo "expected five rows"; exit 1; }
grep -q '"name":"key-2","operation":"put","size":4,"head":"000102ff"' check.out/rows
