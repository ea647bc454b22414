#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# All decoders of conf/sync.ini over a signed ledger, with signatures checked and not, into each sink. Ceilings: bare writes of the
# same rows, and the signature checks of the crypto library times processors. BENCH_SIGNED: entries of that ledger.
set -eu
. "$srcdir/bench/measure.sh"
ledger=$dir/signed.ledger
"$bench/generate-ledger" --entries "${BENCH_SIGNED:-200000}" --seed 2 --sign "$ledger" > /dev/null

# The decoder sections, with or without signatures.
sections=$(sed -n '/^\[decoder/,/^\[sink/p' "$top_srcdir/conf/sync.ini" | sed '/^\[sink/d; /^verify_signatures/d; s/ *;.*//')
unsigned=$(printf '%s\n' "$sections" | sed '/^plugin = \(registration\|profile\|offering\|check_in\|contract\)$/a verify_signatures = off')
discard="[sink out]\nplugin = $here/discard.so"
sqlite="[sink out]\nplugin = sqlite\npath = $dir/out.db"
lmdb="[sink out]\nplugin = lmdb\npath = $dir/out.lmdb"
jsonl="[sink out]\nplugin = jsonl\npath = $dir/out.jsonl"

decode () { # NAME WORKERS SECTIONS SINK
  config "$dir/decoders.ini" "$ledger" "$2" "$3" "$4"
  run "$dir/decoders.ini"
  echo "  $1: $seconds s, $(per "$entries_done" "$seconds") entries/s, $rows rows added, $commits commits, peak $((kib / 1024)) MiB"
}

ceiling_sqlite () {
  rm -f "$dir"/ceiling.db*
  "$bench/ceiling-sqlite" "$dir/out.db" "$dir/ceiling.db" $((rows / (commits > 0 ? commits : 1) + 1))
}

echo "all decoders, $(basename "$ledger")"
decode "decoded and replayed, nothing stored, signatures off" auto "$unsigned" "$discard"
decode "into SQLite, signatures off" auto "$unsigned" "$sqlite"
decoded=$seconds
fastest ceiling_sqlite
echo "  ceiling: bare prepared inserts of the final rows: $best s; ratio $(ratio "$best" "$decoded")"
if [ -e "$top_builddir/uninstalled/sinks/lmdb.so" ]; then
  decode "into LMDB, signatures off" auto "$unsigned" "$lmdb"
  if [ -x "$bench/ceiling-lmdb" ]; then
    decoded=$seconds
    fastest ceiling_lmdb
    echo "  ceiling: bare LMDB puts of the final rows: $best s; ratio $(ratio "$best" "$decoded")"
  fi
fi
decode "into JSON lines, signatures off" auto "$unsigned" "$jsonl"
fastest "$bench/ceiling-signatures"
checks=$(echo "scale=0; $figure / $best" | bc)
echo "  ceiling: $checks signature checks/s on one processor, $((checks * $(nproc))) on all"
decode "signatures on, nothing stored, 1 worker" 1 "$sections" "$discard"
one=$seconds
decode "signatures on, nothing stored, 2 workers" 2 "$sections" "$discard"
echo "  two workers: $(ratio "$one" "$seconds") times one"
decode "into SQLite, signatures on" auto "$sections" "$sqlite"
signed=$(printf "SELECT count(*) FROM ledger_entries WHERE operation = 'UPSERT' AND label IN ('ProvRegister','UserRegister','NPRegister','ProvCheckIn','NPCheckIn','ProvProfile','NPProfile','ProvOffering','NPOffering','ContractSignReq','ContractSignReply')" | sqlite3 "$dir/out.db")
echo "  $signed signatures: $(per "$signed" "$seconds") checks/s, $(ratio "$signed" "($seconds * $checks * $(nproc))") of the ceiling of all processors"
