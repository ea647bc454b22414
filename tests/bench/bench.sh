#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `make bench` runs: each figure beside a ceiling that was measured right after it, on the same files. Ratios
# matter; figures alone say more about the machine. BENCH_ENTRIES: size of the generated ledger; BENCH_DIR: where
# (it takes about 2 GB); BENCH_RUNS: of so many runs the fastest counts.
set -eu
entries=${BENCH_ENTRIES:-1000000}
runs=${BENCH_RUNS:-3}
made=
if [ -z "${BENCH_DIR:-}" ]; then
  made=$(mktemp -d)
  trap 'rm -rf "$made"' EXIT
fi
dir=${BENCH_DIR:-$made}
dcpipe=$top_builddir/dcpipe
bench=$builddir/bench
here=$builddir/.libs

# field NAME < log: the last value of a member of the JSON log lines
field () { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | tail -n 1; }

# run NAME CONFIG: the fastest of some runs; sets seconds, entries_done, kib, commits, rows
run () {
  seconds=
  for i in $(seq "$runs"); do
    rm -rf "$dir"/out*
    /usr/bin/time -f '{"kib":"%M","wall":"%e"}' "$dcpipe" --log-format json -c "$2" > "$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
    s=$(field wall < "$dir/log")
    if [ -z "$seconds" ] || [ "$(echo "$s < $seconds" | bc)" = 1 ]; then seconds=$s; fi
    kib=$(field kib < "$dir/log")
  done
  entries_done=$(field entries < "$dir/log"); commits=$(field commits < "$dir/log"); rows=$(field rows_added < "$dir/log")
}

per () { echo "scale=0; $1 / ($2 + 0.0001)" | bc; }
ratio () { echo "scale=2; $1 / ($2 + 0.0001)" | bc; }

config () { # FILE LEDGER WORKERS DECODER-LINES SINK-LINES
  { printf '[pipeline]\nworkers = %s\n[source]\nplugin = ledger_file\npath = %s\n' "$3" "$2"; printf '%b\n%b\n' "$4" "$5"; } > "$1"
}

nothing="[decoder nothing]\nplugin = $here/nothing.so"
discard="[sink out]\nplugin = $here/discard.so"
entry='[decoder *]\nplugin = entry'

chain () { # NAME LEDGER
  best=
  for i in $(seq "$runs"); do
    set -- "$1" "$2" $("$bench/ceiling-chain" "$2")
    if [ -z "$best" ] || [ "$(echo "$3 < $best" | bc)" = 1 ]; then best=$3; fi
    bytes=$5
  done
  echo "  ceiling: inflate + SHA-256 alone, 1 thread: $best s, $(per "$bytes / 1000000" "$best") MB/s"
  for workers in 1 2; do
    config "$dir/chain.ini" "$2" $workers "$nothing" "$discard"
    run chain "$dir/chain.ini"
    [ $workers = 1 ] && one=$seconds
    echo "  chain verified, $workers worker(s): $seconds s, $(per "$entries_done" "$seconds") entries/s, $(per "$bytes / 1000000" "$seconds") MB/s, peak $((kib / 1024)) MiB, $(ratio "$best" "$seconds") of the ceiling, $(ratio "$one" "$seconds") times one worker"
  done
}

store () { # NAME LEDGER
  config "$dir/sqlite.ini" "$2" auto "$entry" "[sink out]\nplugin = sqlite\npath = $dir/out.db"
  run sqlite "$dir/sqlite.ini"
  best=
  for i in $(seq "$runs"); do
    rm -f "$dir"/ceiling.db*
    set -- "$1" "$2" $("$bench/ceiling-sqlite" "$dir/out.db" "$dir/ceiling.db" $((rows / (commits > 0 ? commits : 1) + 1)))
    if [ -z "$best" ] || [ "$(echo "$3 < $best" | bc)" = 1 ]; then best=$3; fi
  done
  rm -f "$dir"/ceiling.db*
  echo "  ceiling: bare prepared inserts, $commits commits, and the indexes: $best s, $(per "$4" "$best") rows/s"
  echo "  file to SQLite: $seconds s, $(per "$entries_done" "$seconds") entries/s, $(per "$bytes / 1000000" "$seconds") MB/s, peak $((kib / 1024)) MiB, $(ratio "$best" "$seconds") of the ceiling"
}

echo "machine: $(nproc) processors, $(uname -sm); load $(cut -d' ' -f1 /proc/loadavg 2> /dev/null || echo unknown)"
"$bench/generate-ledger" --entries "$entries" --seed 1 "$dir/generated.ledger" > /dev/null
for ledger in "$srcdir/data/vectors/ledger/medium.ledger" "$dir/generated.ledger"; do
  echo "$(basename "$ledger")"
  chain x "$ledger"
  store x "$ledger"
done
