#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What no decoder may do in resolve ends the run, is named as its mistake, and leaves nothing behind.
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
