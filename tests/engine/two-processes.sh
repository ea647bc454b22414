#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# While one process writes a sink another is refused as long as that lasts, names sink and holder, and changes nothing; status and dump work meanwhile.
. "$srcdir/engine/lib.sh"

conf busy << 'END'
source
pace = 20ms
batch = 1
END
"$top_builddir/dcpipe" -c "$dir/busy.ini" > /dev/null 2> "$dir/first.err" &
writer=$!
for sink in $built; do
  tries=0
  until "$top_builddir/dcpipe" -c "$dir/busy.ini" dump ledger_entries --sink "$sink" 2> /dev/null | grep -q '"id":1,'; do
    tries=$((tries + 1))
    test "$tries" -lt 100 || die "nothing is committed"
    sleep 0.05
  done
done
sed 's/^\[pipeline\]/&\nmax_retries = 1\nretry_delay = 1ms/' "$dir/busy.ini" > "$dir/hasty.ini"
run 75 -c "$dir/hasty.ini"
says "another dcpipe writes the same store"
grep -q "sink $first: .*lock is locked by process $writer: " "$dir/err" || die "the holder is not named"
run 75 -c "$dir/hasty.ini" reset --sink "$first" --yes
run 0 -c "$dir/busy.ini" status
run 0 -c "$dir/busy.ini" status --json
kill -0 "$writer" || die "the first run has ended too early to tell"
# With more patience it waits for the other one's end.
sed 's/^\[pipeline\]/&\nmax_retries = 1000\nretry_delay = 20ms\nmax_retry_delay = 20ms/' "$dir/busy.ini" > "$dir/patient.ini"
run 0 -c "$dir/patient.ini"
says 'attempt 1 of 1001 failed'
wait "$writer" || die "the first run was disturbed: $(cat "$dir/first.err")"
for sink in $built; do
  expect_tables busy "$sink"
done
