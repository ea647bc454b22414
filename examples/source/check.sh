# SPDX-License-Identifier: Apache-2.0
# Run by `make check`: first the contract of all sources, then a ledger that grows, and one that was changed.
set -e
"$PLUGIN_TEST" -o path=ledger.csv ./csvledger.so

rm -rf check.out && mkdir check.out
cp csvledger.so csvledger.ini ledger.csv check.out
cd check.out
rows () { "$DCPIPE" --quiet -c csvledger.ini dump ledger_entries; }

"$DCPIPE" --quiet -c csvledger.ini
test "$(rows | wc -l)" -eq 6
printf 'time,1700000180000000000\nput,Greeting,carl,hi\n\n' >> ledger.csv
"$DCPIPE" --quiet -c csvledger.ini
rows | tee rows
test "$(wc -l < rows)" -eq 7

# The hash chain finds a block that is not what was stored.
sed -i.bak s/bert/dora/ ledger.csv
status=0
"$DCPIPE" --quiet -c csvledger.ini 2> refused || status=$?
test "$status" = 65 || { cat refused; echo "a changed block went unnoticed"; exit 1; }
echo "a changed block was refused, as it must be: $(sed 's/^dcpipe: error: //' refused)"
