# SPDX-License-Identifier: Apache-2.0
# Run by `make check`: first the contract of all sinks, then a run from the sample ledger, twice.
set -e
export SAMPLE
"$PLUGIN_TEST" -o path=journal ./journal.so

rm -rf check.out && mkdir check.out
STORE=check.out/journal
export STORE
"$DCPIPE" --quiet -c journal.ini
entries=$(grep -c '^insert ledger_entries ' "$STORE")
echo "$entries entries"
test "$entries" -gt 100
"$DCPIPE" --quiet -c journal.ini
test "$(grep -c '^insert ledger_entries ' "$STORE")" -eq "$entries" || { echo "a second run added rows"; exit 1; }
tail -1 "$STORE" | grep -q '^commit '
