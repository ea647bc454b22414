#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a source may do: passing faults leave no trace, others end the run with the blocks before them stored, their reason told
# once, and the next run going on from there.
. "$srcdir/engine/lib.sh"

# passes NAME LINE...: the run ends well.
passes ()
{
  name_=$1
  shift
  { printf 'source\n'; printf '%s\n' "$@"; } | conf "$name_"
  run 0 -c "$dir/$name_.ini"
  expect_tables "$name_" "$first"
}
passes retry 'fault = retry' 'times = 2'
passes wait 'fault = wait' 'times = 10'
passes retry-open 'fault = retry_open'
passes no-cursors 'cursors = no'

# The pause before the first repetition is a setting, and doubles.
printf 'retry_delay = 30ms\nsource\nfault = retry\ntimes = 3\n' | conf soon
run 0 -c "$dir/soon.ini"
grep -q 'attempt 1 of 4 failed: the line is busy; next in [123][0-9] ms$' "$dir/err" || die "no word of the first attempt"
grep -q 'attempt 3 of 4 failed: the line is busy; next in [0-9]* ms$' "$dir/err" || die "no word of the third"
test "$(grep -c 'attempt' "$dir/err")" = 3 || die "not three attempts"
printf 'retry_delay = 30ms\nmax_retry_delay = 40ms\nsource\nfault = retry\ntimes = 3\n' | conf sooner
run 0 -c "$dir/sooner.ini"
grep -q 'attempt 3 of 4 failed: the line is busy; next in [234][0-9] ms$' "$dir/err" || die "the pause is not bounded"
printf 'retry_delay = 3s\nsource\nfault = retry\n' | conf late
run 0 -c "$dir/late.ini"
grep -q 'attempt 1 of 4 failed: the line is busy; next in [123]\.[0-9] s$' "$dir/err" || die "no word of seconds"

# ends NAME STATUS WORDS STORED LINE...: so many blocks are stored when it does. The run without the fault goes on from there.
ends ()
{
  name_=ends-$1 fault_=$1 status_=$2 words_=$3 stored_=$4
  shift 4
  { printf 'max_retries = 1\nsource\nfault = %s\n' "$fault_"; printf '%s\n' "$@"; } | conf "$name_"
  run "$status_" -c "$dir/$name_.ini"
  says "$words_"
  test "$(grep -c 'error: ' "$dir/err")" = 1 || die "not one error"
  run 0 -c "$dir/$name_.ini" dump --sink "$first" ledger_entries
  test "$(wc -l < "$dir/out")" = $((stored_ * 5)) || die "$name_: $(wc -l < "$dir/out") entries are stored"
  sed '/^fault = /d' "$dir/$name_.ini" > "$dir/whole.ini"
  mv "$dir/whole.ini" "$dir/$name_.ini"
  run 0 -c "$dir/$name_.ini"
  expect_tables "$name_" "$first"
}
ends diverged 65 'made: the ledger makes no sense' 49
ends fail 1 'made: the source is gone' 49
ends retry 75 'error: source made: attempt 2 of 2 failed: the line is busy' 49 'times = 1000'
ends odd_position 65 'it does not lie behind the one at' 50
ends wrong_parent 65 'as its parent, but the block before has the hash' 50
ends bad_block 65 'it is torn' 50
ends empty 1 'a batch without blocks or rows (a mistake in the plugin)' 49
ends stray 1 'a frame does not lie in memory of its batch (a mistake in the plugin)' 49
ends long_cursor 1 'longer than 256 bytes (a mistake in the plugin)' 49
