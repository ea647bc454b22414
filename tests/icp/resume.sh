#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs over HTTP that are killed again and again, while the ledger grows, end in the tables of the file.
. "$srcdir/icp/lib.sh"
want medium
replica medium --blocks 100 --grow 150/250 --delay 20
from_replica grown
for i in 1 2 3 4 5 6 7 8; do
  "$top_builddir/dcpipe" -c "$dir/grown.ini" --follow > "$dir/out" 2> "$dir/err" &
  pid=$!
  sleep 0.$((1 + i % 4))$i
  kill -9 "$pid" 2> /dev/null || die "run $i ended before it was killed"
  wait "$pid" 2> /dev/null || :
done
sleep 1
sync 0 grown
expect grown medium
