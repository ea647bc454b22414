#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The demo copies the sample ledger from a replica, certified: its tables are those of the demo that reads the file.
. "$srcdir/icp/lib.sh"
test -e "$top_builddir/uninstalled/sinks/sqlite.so" -a -e "$top_builddir/uninstalled/decoders/offering.so" \
  || { echo "the demo needs plugins that were not built"; exit 77; }
replica small
DEMO_URL=$url DEMO_ROOT_KEY=$root_key DEMO_LEDGER=$vectors/small.ledger
export DEMO_URL DEMO_ROOT_KEY DEMO_LEDGER
cp "$top_srcdir/conf/demo.ini" "$dir/network.ini"
sed -f "$top_srcdir/conf/demo-file.sed" "$dir/network.ini" > "$dir/file.ini"
for from in network file; do
  DEMO_DB=$dir/$from.db
  export DEMO_DB
  for status in 3 0; do
    run $status -c "$dir/$from.ini"
  done
  test $from = file || grep -q 'trust: certified' "$dir/err" || die "it is not certified"
  for table in ledger_entries users provider_profiles token_balances contract_signatures failed_entries; do
    run 0 -c "$dir/$from.ini" dump $table
    cat "$dir/out"
  done > "$dir/$from.tables"
done
# The ledger is not needed to read what is stored, and is missed where it is.
kill "$replica_pid"
replica_pid=
unset DEMO_URL DEMO_ROOT_KEY DEMO_LEDGER
DEMO_DB=$dir/network.db
run 0 -c "$dir/network.ini" status
run 0 -c "$dir/network.ini" dump provider_profiles
run 78 -c "$dir/network.ini" verify
grep -q 'DEMO_URL is not set' "$dir/err" || die "no word of what is missing"
err_lines 2
test "$(wc -l < "$dir/file.tables")" -gt 500 || die "next to nothing is stored"
cmp -s "$dir/file.tables" "$dir/network.tables" || die "the network gives other tables than the file"
