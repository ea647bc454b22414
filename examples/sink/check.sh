# SPDX-License-Identifier: Apache-2.0
# Run by `make check`: first the contract of all sinks, then a run from the sample ledger, twice, and what is stored is
# compared with the ledger.
set -e
export SAMPLE
"$PLUGIN_TEST" -o path=store ./rack.so

rm -rf check.out && mkdir check.out
STORE=check.out/store
export STORE
run () { "$DCPIPE" --quiet -c rack.ini "$@" || test $? = 3; } # 3: some entries of the sample are damaged on purpose

run
entries=$(run dump ledger_entries | wc -l)
echo "$entries entries"
test "$entries" -gt 100
run
test "$(run dump ledger_entries | wc -l)" -eq "$entries" || { echo "a second run added rows"; exit 1; }
run verify
