#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# While one process writes a sink another is refused, names the sink and changes nothing; status and dump work meanwhile.
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
run 1 -c "$dir/busy.ini"
says "$first"
run 0 -c "$dir/busy.ini" status
run 0 -c "$dir/busy.ini" status --json
kill -0 "$writer" || die "the first run has ended too early to tell"
wait "$writer" || die "the first run was disturbed: $(cat "$dir/first.err")"
for sink in $built; do
  expect_tables busy "$sink"
done
