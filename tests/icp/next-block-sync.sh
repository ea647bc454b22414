#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Block after block by next_block_sync gives the tables of the file, from a reply of either form; canisters that give only
# what is not yet committed are refused, and other ledgers found out.
. "$srcdir/icp/lib.sh"
by='method = next_block_sync'

for mode in blocks record; do
  for ledger in small medium; do
    replica $ledger --next-block-sync $mode
    from_replica $mode-$ledger "$by"
    sync 0 $mode-$ledger
    expect $mode-$ledger $ledger
  done
done
replica small --next-block-sync record
from_replica certified "$by" 'trust = certified'
sync 0 certified
expect certified small

# One method goes on from where the other has come.
replica small --blocks 7
from_replica both
sync 0 both
replica small --blocks 20
from_replica both "$by"
sync 0 both
replica small
from_replica both
sync 0 both
expect both small

# refused STATUS WORDS: nothing is stored.
refused ()
{
  rm -rf "$dir/refused.jsonl"
  from_replica refused "$by"
  sync "$1" refused
  grep -q "$2" "$dir/err" || die "no word of '$2'"
  test ! -s "$dir/refused.jsonl/ledger_entries.jsonl" || die "entries were stored"
}
for pending in --pending ''; do
  replica small --next-block-sync pending --blocks 20 $pending
  refused 1 'gives no blocks, only entries that are not yet committed: read the ledger with method = data_fetch'
done
replica small --fault kind=tamper,method=next_block_sync
refused 65 'position'

# changed WORDS LEDGER ARGUMENT...: a sink filled with 20 blocks, and another ledger.
changed ()
{
  words=$1
  shift
  replica small --blocks 20
  rm -rf "$dir/changed.jsonl"
  from_replica changed "$by"
  sync 0 changed
  dump changed "$dir/before"
  replica "$@"
  from_replica changed "$by"
  sync 65 changed
  grep -q "$words" "$dir/err" || die "$*: no word of '$words'"
  dump changed "$dir/after"
  cmp -s "$dir/before" "$dir/after" || die "$*: something was written"
}
changed 'the ledger ends before' small --blocks 12
changed 'forked' small --fault kind=fork,block=15,count=1
changed 'this is another ledger' medium
