#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Faults at several moments of a run: those that pass change nothing, and those that do not end it with their own status.
. "$srcdir/icp/lib.sh"
entries_only=yes
want medium

passes ()
{
  replica medium --fault "$1"
  from_replica faulty
  rm -rf "$dir/faulty.jsonl"
  sync 0 faulty
  expect faulty medium
}
for fault in close cut,size=70000 status,status=500 status,status=429,retry_after=1 garbage oversized; do
  passes "kind=$fault,on=query,method=data_fetch,after=1,count=1"
done
passes kind=reject,code=2,on=query,method=data_fetch,count=1
passes kind=flip,on=query,method=data_fetch,after=2,count=1
passes kind=bad-signature,on=query,method=data_fetch,after=1,count=1
passes kind=bad-certificate,on=read_state,count=1

# lasts STATUS FAULT WORDS: nothing beyond good blocks is stored.
lasts ()
{
  replica small --fault "$2"
  from_replica lasting 'timeout = 500ms'
  sed -i 's/^poll_interval/max_retries = 1\npoll_interval/' "$dir/lasting.ini"
  rm -rf "$dir/lasting.jsonl"
  sync "$1" lasting
  grep -q "$3" "$dir/err" || die "$2: no word of '$3'"
  "$top_builddir/dcpipe" -c "$dir/lasting.ini" dump ledger_entries > "$dir/out" 2> /dev/null || :
  test ! -s "$dir/out" || die "$2: entries were stored"
}
lasts 75 kind=close 'data_fetch of canister .* at position .*/query: '
lasts 75 kind=status,status=503 'HTTP status 503'
lasts 75 kind=garbage,on=query 'makes no sense'
lasts 75 kind=hang,on=query 'no complete answer within 500 ms'
lasts 75 kind=flip,on=query,size=2000 'the signature does not match'
lasts 75 kind=no-signature,on=query 'no node signed it'
lasts 75 kind=unknown-node,on=query 'a node that does not belong to the subnet signed it'
lasts 75 kind=stale-certificate,on=read_state 'older than the limit'
lasts 75 kind=out-of-range,on=read_state 'the canister does not belong to the subnet'
lasts 1 kind=reject,code=5,on=query 'rejected with code 5'
lasts 1 kind=reject,code=3,on=query 'rejected with code 3'
