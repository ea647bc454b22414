#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# status --online says how far the ledger reaches and how far behind each sink is, and changes nothing.
. "$srcdir/icp/lib.sh"
entries_only=yes

# status NAME: of the sink, with the tip.
status () { "$top_builddir/dcpipe" -c "$dir/$1.ini" status --online > "$dir/out" 2> "$dir/err" || die "status $?"; }
told () { grep -q "$1" "$dir/out" || { cat "$dir/out" >&2; die "no word of '$1'"; }; }

replica small --blocks 3
from_replica grown
status grown
told '^  the ledger has 3 blocks and ends at position [0-9]*$'
told 'nothing was stored yet'
test ! -e "$dir/grown.jsonl" || die "it touched the sink"

sync 0 grown
status grown
told '^  at the tip$'

replica small --blocks 5
from_replica grown
status grown
told '^  2 blocks behind the tip$'
run 0 -c "$dir/grown.ini" status --online --json
tr -d ' \n' < "$dir/out" > "$dir/json"
grep -q '"tip":{"end":[0-9]*,"blocks":5,"blocksBehind":2}' "$dir/json" || die "the JSON is otherwise: $(cat "$dir/json")"
run 0 -c "$dir/grown.ini" status --json
grep -q '"tip"' "$dir/out" && die "a tip that nobody asked for"

# A file is walked from header to header.
from_file file small
sync 0 file
status file
told "^  the ledger has $(grep -c . "$vectors/small.blocks.jsonl") blocks and ends at position"
told '^  at the tip$'

# Who cannot be asked is named, and the stores are shown all the same.
kill "$replica_pid"
wait "$replica_pid" 2> /dev/null || true
replica_pid=
run 75 -c "$dir/grown.ini" status --online
grep -q 'source icp' "$dir/err" || die "it does not say whom it asked"
grep -q '^sink main' "$dir/out" || die "it does not show the sink"
