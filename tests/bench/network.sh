#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The source icp: its ledger over HTTP from dcpipe-replica, which works on the same processors, into nothing. How far reading
# ahead hides delays, how near the loopback comes to the file, and what it costs to believe an answer. BENCH_NETWORK: entries
# of the ledger; BENCH_DELAYS: ms before each answer.
set -eu
. "$srcdir/bench/measure.sh"
replica=$builddir/dcpipe-replica
if [ ! -x "$replica" ] || [ ! -e "$top_builddir/uninstalled/sources/icp.so" ]; then
  echo "the source icp: skipped, dcpipe-replica was not built"
  exit 0
fi
no_proxy=127.0.0.1
export no_proxy
ledger=$dir/network.ledger
"$bench/generate-ledger" --entries "${BENCH_NETWORK:-400000}" --seed 3 "$ledger" > /dev/null
tail="[decoder nothing]\nplugin = $here/nothing.so\n[sink out]\nplugin = $here/discard.so"

# serve OPTION...: a replica for the runs to come, which ends with file descriptor 8.
serve () {
  exec 8>&-
  rm -f "$dir/hold" "$dir/facts"
  mkfifo "$dir/hold"
  "$replica" --ledger "$ledger" --until-eof "$@" < "$dir/hold" > "$dir/facts" &
  exec 8> "$dir/hold"
  until grep -q '^generation=' "$dir/facts" 2> /dev/null; do
    kill -0 $! 2> /dev/null || { echo "the replica did not start"; exit 1; }
    sleep 0.05
  done
}

fact () { sed -n "s/^$1=//p" "$dir/facts"; }

# from_replica TRUST PREFETCH: sets seconds.
from_replica () {
  printf '[source]\nplugin = icp\nurl = %s\nroot_key = %s\ntrust = %s\nprefetch = %s\n%b\n' "$(fact url)" "$(fact root_key)" \
    "$1" "$2" "$tail" > "$dir/network.ini"
  run "$dir/network.ini" 8>&-
}

echo "the source icp, $(basename "$ledger"); load $(cut -d' ' -f1 /proc/loadavg 2> /dev/null || echo unknown)"
config "$dir/file.ini" "$ledger" auto "$tail" ''
run "$dir/file.ini"
file=$seconds
echo "  from the file: $file s, $(per "$entries_done" "$file") entries/s"
serve
for trust in none signatures certified; do
  from_replica $trust 4
  echo "  over loopback, trust = $trust: $seconds s, $(per "$entries_done" "$seconds") entries/s, peak $((kib / 1024)) MiB, $(ratio "$file" "$seconds") of the file"
done
runs=1
for delay in ${BENCH_DELAYS:-50 150 300}; do
  serve --delay "$delay"
  for prefetch in 1 4 8; do
    from_replica signatures $prefetch
    [ $prefetch = 1 ] && one=$seconds
    echo "  $delay ms before each answer, prefetch = $prefetch: $seconds s, $(ratio "$one" "$seconds") times prefetch = 1"
  done
done
exec 8>&-
"$bench/believe"
