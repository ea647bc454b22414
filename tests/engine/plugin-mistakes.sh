#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What no plugin may do ends the run, is named as its mistake, and leaves nothing behind.
. "$srcdir/engine/lib.sh"

conf part-key << EOF
[decoder Alpha]
plugin = $faulty/stumble_later.so
mistake = part_key
EOF
run 1 -c "$dir/part-key.ini"
says 'decoder stumble_later: a row of table stumble_later_pairs was looked up without its key column second (a mistake in the plugin)'
run 1 -c "$dir/part-key.ini" dump ledger_entries
says 'nothing was stored yet'

# source STATUS FAULT WORDS: the made-up source's fault is named so.
source ()
{
  printf 'max_retries = 0\nsource\nfault = %s\n' "$2" | conf "$2"
  run "$1" -c "$dir/$2.ini"
  says "source made: $3"
}
source 65 no_hash 'block at position 9098: it has no hash (a mistake in the source plugin)'
source 1 odd_trust 'its blocks are of a trust that there is not (a mistake in the plugin)'
source 1 tip_blocks 'it delivered blocks together with DCPIPE_TIP (a mistake in the plugin)'
