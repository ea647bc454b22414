# SPDX-License-Identifier: Apache-2.0
# Shared by the scripts of `make bench`: runs the program, and puts its figures beside ceilings. BENCH_DIR: where (about 2 GB);
# BENCH_RUNS: of so many runs the fastest counts.
runs=${BENCH_RUNS:-3}
if [ -z "${BENCH_DIR:-}" ]; then
  BENCH_DIR=$(mktemp -d)
  trap 'rm -rf "$BENCH_DIR"' EXIT
fi
dir=$BENCH_DIR
dcpipe=$top_builddir/dcpipe
bench=$builddir/bench
here=$builddir/.libs

# field NAME < log: the last value of a member of the JSON log lines
field () { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | tail -n 1; }

# run CONFIG: the fastest of some runs; sets seconds, entries_done, kib, commits, rows
run () {
  seconds=
  for i in $(seq "$runs"); do
    rm -rf "$dir"/out*
    /usr/bin/time -f '{"kib":"%M","wall":"%e"}' "$dcpipe" --log-format json -c "$1" > "$dir/log" 2>&1 || [ $? = 3 ] || { cat "$dir/log"; exit 1; }
    s=$(field wall < "$dir/log")
    if [ -z "$seconds" ] || [ "$(echo "$s < $seconds" | bc)" = 1 ]; then seconds=$s; fi
    kib=$(field kib < "$dir/log")
  done
  entries_done=$(field entries < "$dir/log"); commits=$(field commits < "$dir/log"); rows=$(field rows_added < "$dir/log")
}

per () { echo "scale=0; $1 / ($2 + 0.0001)" | bc; }
ratio () { echo "scale=2; ($1) / ($2 + 0.0001)" | bc; }

config () { # FILE LEDGER WORKERS DECODER-LINES SINK-LINES
  { printf '[pipeline]\nworkers = %s\n[source]\nplugin = ledger_file\npath = %s\n' "$3" "$2"; printf '%b\n%b\n' "$4" "$5"; } > "$1"
}

# fastest COMMAND...: runs a ceiling, which prints seconds and then other figures; sets best to the least seconds, figure to the
# second word and figure2 to the third.
fastest () {
  best=
  for i in $(seq "$runs"); do
    out=$("$@")
    s=${out%% *}
    if [ -z "$best" ] || [ "$(echo "$s < $best" | bc)" = 1 ]; then best=$s; fi
    figure=${out#* }
    figure2=${figure#* }
    figure=${figure%% *}
  done
}

# The ceiling of LMDB: bare puts of the rows in $dir/out.lmdb, as many a commit as the run before had.
ceiling_lmdb () {
  rm -rf "$dir"/ceiling.lmdb
  "$bench/ceiling-lmdb" "$dir/out.lmdb" "$dir/ceiling.lmdb" $((rows / (commits > 0 ? commits : 1) + 1))
}
