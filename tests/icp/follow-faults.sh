#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --follow does not end for faults that may pass, however many there are and whatever max_retries says: not at the start,
# not at the tip, and not while a node lags behind what was stored.
. "$srcdir/icp/lib.sh"
entries_only=yes
want small
replica small --blocks 5 --fault kind=close,on=query,count=12
from_replica follow 'trust = none'
sed -i 's/^poll_interval.*/poll_interval = 20ms\nmax_retries = 1\nretry_delay = 1ms\nmax_retry_delay = 20ms/' "$dir/follow.ini"
"$top_builddir/dcpipe" -c "$dir/follow.ini" --follow > "$dir/out" 2> "$dir/err" &
pid=$!
trap 'kill "$replica_pid" "$pid" 2> /dev/null || :; rm -rf "$dir"' EXIT

# until_stored BLOCKS
until_stored ()
{
  entries=$(sed "$1q" "$vectors/small.blocks.jsonl" | sed 's/.*"entries":\([0-9]*\).*/\1/' | awk '{ n += $1 } END { print n }')
  tries=0
  until test "$("$top_builddir/dcpipe" -c "$dir/follow.ini" dump ledger_entries 2> /dev/null | wc -l)" = "$entries"; do
    tries=$((tries + 1))
    kill -0 "$pid" 2> /dev/null || die "it ended before $1 blocks were stored"
    test $tries -lt 200 || die "$1 blocks are never stored"
    sleep 0.1
  done
}

# control COMMAND BODY
control () { curl -sf --noproxy '*' --data-binary "$2" "$url/control/$1" > /dev/null || die "control $1"; }
command -v curl > /dev/null || { echo "there is no curl"; exit 77; }

until_stored 5
grep -q 'attempt 12 failed: .*; next in ' "$dir/err" || die "the attempts are not counted"
! grep -q 'attempt [0-9]* of' "$dir/err" || die "it speaks of a last attempt"
for fault in kind=close,on=query,count=12 kind=status,status=403,on=query,count=12 kind=lag,block=2,on=query,count=12; do
  control fault "$fault"
  sleep 0.5
  kill -0 "$pid" 2> /dev/null || die "$fault ended it"
done
control reveal 1000
until_stored 1000
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
case $status in 0 | 3 | 143) ;; *) die "exit status $status after SIGTERM" ;; esac
expect follow small
