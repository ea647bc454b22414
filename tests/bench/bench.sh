#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The main job: a ledger file into ledger_entries. Each figure stands beside a ceiling that was measured right after it on the
# same file. Ratios matter; figures alone say more about the machine. BENCH_ENTRIES: size of the generated ledger.
set -eu
. "$srcdir/bench/measure.sh"
entries=${BENCH_ENTRIES:-1000000}

nothing="[decoder nothing]\nplugin = $here/nothing.so"
discard="[sink out]\nplugin = $here/discard.so"
entry='[decoder *]\nplugin = entry'

chain () { # LEDGER
  fastest "$bench/ceiling-chain" "$1"
  bytes=$figure2
  echo "  ceiling: inflate + SHA-256 alone, 1 thread: $best s, $(per "$bytes / 1000000" "$best") MB/s"
  for workers in 1 2; do
    config "$dir/chain.ini" "$1" $workers "$nothing" "$discard"
    run "$dir/chain.ini"
    [ $workers = 1 ] && one=$seconds
    echo "  chain verified, $workers worker(s): $seconds s, $(per "$entries_done" "$seconds") entries/s, $(per "$bytes / 1000000" "$seconds") MB/s, peak $((kib / 1024)) MiB, $(ratio "$best" "$seconds") of the ceiling, $(ratio "$one" "$seconds") times one worker"
  done
}

ceiling_sqlite () {
  rm -f "$dir"/ceiling.db*
  "$bench/ceiling-sqlite" "$dir/out.db" "$dir/ceiling.db" $((rows / (commits > 0 ? commits : 1) + 1))
}

store () { # LEDGER
  config "$dir/sqlite.ini" "$1" auto "$entry" "[sink out]\nplugin = sqlite\npath = $dir/out.db"
  run "$dir/sqlite.ini"
  fastest ceiling_sqlite
  rm -f "$dir"/ceiling.db*
  echo "  ceiling: bare prepared inserts, $commits commits, and the indexes: $best s, $(per "$figure" "$best") rows/s"
  echo "  file to SQLite: $seconds s, $(per "$entries_done" "$seconds") entries/s, $(per "$bytes / 1000000" "$seconds") MB/s, peak $((kib / 1024)) MiB, $(ratio "$best" "$seconds") of the ceiling"
}

store_lmdb () { # LEDGER
  config "$dir/lmdb.ini" "$1" auto "$entry" "[sink out]\nplugin = lmdb\npath = $dir/out.lmdb"
  run "$dir/lmdb.ini"
  fastest ceiling_lmdb
  rm -rf "$dir"/ceiling.lmdb
  echo "  ceiling: bare LMDB puts in order, $commits commits: $best s, $(per "$figure" "$best") rows/s"
  echo "  file to LMDB: $seconds s, $(per "$entries_done" "$seconds") entries/s, $(per "$bytes / 1000000" "$seconds") MB/s, peak $((kib / 1024)) MiB, $(ratio "$best" "$seconds") of the ceiling"
}

echo "machine: $(nproc) processors, $(uname -sm); load $(cut -d' ' -f1 /proc/loadavg 2> /dev/null || echo unknown)"
"$bench/generate-ledger" --entries "$entries" --seed 1 "$dir/generated.ledger" > /dev/null
for ledger in "$srcdir/data/vectors/ledger/medium.ledger" "$dir/generated.ledger"; do
  echo "$(basename "$ledger")"
  chain "$ledger"
  store "$ledger"
  if [ -x "$bench/ceiling-lmdb" ]; then store_lmdb "$ledger"; fi
done
