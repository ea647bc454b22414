#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A ledger that is no longer what was stored ends the run before anything is written but the errors in sync_status.
. "$srcdir/engine/lib.sh"

# changed NAME WORDS LINE...
changed ()
{
  name_=$1 words_=$2
  shift 2
  conf "$name_" < /dev/null
  run 0 -c "$dir/$name_.ini"
  sed "s|^plugin = .*made.so|&\n$(printf '%s\\n' "$@")|" "$dir/$name_.ini" > "$dir/$name_-changed.ini"
  run 65 -c "$dir/$name_-changed.ini"
  says "$words_"
  test "$(grep -c 'error: ' "$dir/err")" = 1 || die "not one error"
  for sink in $built; do
    expect_tables "$name_" "$sink"
    run 0 -c "$dir/$name_.ini" dump --sink "$sink" sync_status
    grep -Fq '"sync_errors":1' "$dir/out" || die "the error is not counted"
    grep -Fq "$words_" "$dir/out" || die "the reason is not in sync_status"
  done
  run 0 -c "$dir/$name_.ini"
  run 0 -c "$dir/$name_.ini" dump --sink "$first" sync_status
  grep -Fq '"sync_errors":1' "$dir/out" || die "the number of errors is forgotten"
  grep -Fq '"last_error":null' "$dir/out" || die "the reason stays after a run that went well"
}
changed forked 'the ledger was forked or swapped' 'fork_at = 60'
changed forked-last 'the ledger was forked or swapped' 'fork_at = 99'
changed swapped 'the ledger was forked or swapped' 'seed = 2'
changed rolled-back 'it was rolled back or swapped' 'blocks = 60'
changed empty 'it was rolled back or swapped' 'blocks = 0'

# A fork behind one sink's frontier and before the other's is found as well, and nothing is written to either.
conf heights << 'END'
source
blocks = 30
END
run 0 -c "$dir/heights.ini"
sed -e 's|^path = heights|path = other|' -e 's/^blocks = .*/blocks = 100/' "$dir/heights.ini" > "$dir/other.ini"
run 0 -c "$dir/other.ini"
{
  sed -e 's/^blocks = .*/blocks = 100\nfork_at = 60/' "$dir/heights.ini"
  printf '[sink higher]\nplugin = %s\npath = other.%s\n' "$first" "$first"
} > "$dir/both.ini"
run 65 -c "$dir/both.ini"
says 'the ledger was forked or swapped'
run 0 -c "$dir/both.ini" dump --sink "$first" ledger_entries
out_lines 150
