#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A sink that breaks one rule of the contract is found out by the check of that rule.
. "$srcdir/contract/lib.sh"
file=$broken/broken_sink.so
BROKEN_INNER=$top_builddir/uninstalled/sinks/sqlite.so
test -e "$BROKEN_INNER" || { echo "the sink sqlite was not built"; exit 77; }
export BROKEN_INNER
rule () { BROKEN=$1; export BROKEN; caught "$2" "$3" -o path=store "$file"; }
kept 42 -o path=store "$file"
rule signed 'every value' 'instead of 18446744073709551615'
rule null 'null from empty' 'instead of null'
rule large '5 MiB' 'column value of table events'
rule effects 'INSERT leaves' '1 added'
rule upserts 'added from one that is changed' '1 changed'
rule order 'order of dcpipe_row_key' 'does not come after'
rule long 'any length' 'get gives DCPIPE_NONE'
rule rollback 'no more after a rollback' 'get gives DCPIPE_NONE'
rule rollback 'rollback and close forget' 'instead of'
rule again 'large transaction' 'began its transaction anew 100 times'
rule descriptor 'no descriptor open' 'descriptors are open'
rule columns 'whose columns differ' 'prepare gave DCPIPE_OK, .*surprise'
rule reset 'reset removes' 'instead of 0'
rule tip 'tip_reached' 'reached before'
rule skips 'kill -9 at any moment' 'rows instead of'
rule lazy 'kill -9 at any moment' 'after a kill the stored one is'
rule missing 'does not exist' 'instead of DCPIPE_NONE'
rule snapshot 'keeps its snapshot' 'rows instead of 10'
rule snapshot 'on other threads' 'no commit has left'
rule lock 'second writer' 'may open the store'
rule scratch 'scratch store' 'checkpoint_load gives'
rule crash 'added from one that is changed' 'while apply was called'
rule nothing 'tip_reached' 'tip_reached gave DCPIPE_RETRY and did not say why'
# Each callback complains when it fails, and only then.
complains ()
{
  rule "says $1" "$2" "$1 gave DCPIPE_OK, and dcpipe_error .* had said why it fails: .*the moon is full"
  rule "silent $1" "$2" "$1 gave DCPIPE_FAIL and did not say why with dcpipe_error"
}
for callback in config_complete open prepare apply commit rollback get scan; do
  complains $callback 'no more after a rollback'
done
complains checkpoint_load 'rollback and close forget'
complains reset 'reset removes'
complains tip_reached 'tip_reached'
if test -e "$broken/rack.so"; then
  BROKEN_INNER=$broken/rack.so
  complains put 'no more after a rollback'
  complains walk 'no more after a rollback'
  BROKEN_INNER=$top_builddir/uninstalled/sinks/sqlite.so
fi
rule creates 'earlier runs filled' 'prepare gave DCPIPE_OK, .*fill it'
case $(nm -D "$top_builddir/tools/plugin-test/dcpipe-plugin-test" 2>&1) in
  *__asan_*|*__tsan_*) exit 0 ;; # they have heaps of their own
esac
rule leak 'gives back all memory' 'keeps memory'
