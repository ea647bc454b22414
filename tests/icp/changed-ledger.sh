#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A canister whose ledger was forked, rolled back or swapped ends the run with status 65, and nothing is written.
. "$srcdir/icp/lib.sh"

# stored LEDGER ARGUMENT...: fills a new sink from a replica.
stored ()
{
  replica "$@"
  rm -rf "$dir/sink.jsonl"
  from_replica sink
  sync 0 sink
  dump sink "$dir/before"
}

# refused WORDS LEDGER ARGUMENT...: the same sink, from another replica.
refused ()
{
  words=$1
  shift
  replica "$@"
  from_replica sink "trust = ${trust:-signatures}"
  sync 65 sink
  grep -q "$words" "$dir/err" || die "$*: no word of '$words'"
  dump sink "$dir/after"
  cmp -s "$dir/before" "$dir/after" || die "$*: something was written"
}

stored small --blocks 20
refused 'the ledger ends before' small --blocks 12
refused 'the ledger ends before' small --blocks 19
refused 'the ledger ends before' small --blocks 0
refused 'forked' small --fault kind=fork,block=15,count=1
refused 'forked' small --fault kind=fork,block=19,count=1
refused 'this is another ledger (first block' small --fault kind=fork,block=0,count=1
refused 'this is another ledger (first block' medium
trust=certified
refused 'the ledger ends before' small --blocks 12
refused 'forked' small --fault kind=fork,block=15,count=1

# The ledger that was stored is still welcome.
replica small
from_replica sink
sync 0 sink
expect sink small
