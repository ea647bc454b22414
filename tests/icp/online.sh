#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --check --online says who answers, and how far the ledger reaches; or why nobody does.
. "$srcdir/icp/lib.sh"
told () { grep -q "$1" "$dir/err" || die "no word of '$1'"; }

for generation in 2 3; do
  replica small --generation $generation
  from_replica probe
  run 0 -c "$dir/probe.ini" --check --online
  told "source icp: canister ggi4a-wyaaa-aaaai-actqq-cai at $url answers; subnet [-a-z0-9]*, verified by its nodes' signatures$"
  told 'its ledger has [0-9]* blocks and ends at position [0-9]*$'
  told 'data_fetch gives its first [0-9]* bytes in [0-9]* ms$'
done
told 'its listing methods are of generation 3$'
from_replica probe 'trust = certified'
run 0 -c "$dir/probe.ini" --check --online
told 'subnet [-a-z0-9]*, verified by certificates$'
from_replica probe 'trust = none'
run 0 -c "$dir/probe.ini" --check --online
told 'answers; nothing is verified$'
test ! -e "$dir/probe.jsonl" || die "it touched the sink"

replica small --fault kind=bad-signature,on=query
from_replica probe
run 75 -c "$dir/probe.ini" --check --online
told 'the signature does not match'
replica small --fault kind=reject,code=3,on=query
from_replica probe
run 1 -c "$dir/probe.ini" --check --online
told 'rejected with code 3'
