#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --follow stays with a canister whose ledger grows, and a signal ends it.
. "$srcdir/icp/lib.sh"
want small
replica small --blocks 3 --grow 4/200
from_replica small
"$top_builddir/dcpipe" -c "$dir/small.ini" --follow > "$dir/out" 2> "$dir/err" &
pid=$!
tries=0
until "$top_builddir/dcpipe" -c "$dir/small.ini" dump ledger_entries 2> /dev/null | wc -l \
    | grep -qx "$(wc -l < "$dir/file-small.jsonl/ledger_entries.jsonl")"; do
  tries=$((tries + 1))
  test $tries -lt 150 || { kill "$pid"; die "it did not keep up"; }
  sleep 0.2
done
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
case $status in 0 | 3 | 143) ;; *) die "exit status $status after SIGTERM" ;; esac
expect small small
