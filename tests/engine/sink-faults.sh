#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A sink's passing faults leave no trace: in opening, in applying, in looking up, in committing, and when a commit took place though
# the sink said that it did not.
. "$srcdir/engine/lib.sh"

expect_tables plain "$first"
number=0
# fault CALL KIND [LINE]...: a run with this fault ends well; started first, looked at by `settle`.
fault ()
{
  number=$((number + 1))
  {
    printf '[sink bad]\nplugin = %s\npath = bad%s\ncall = %s\nkind = %s\n' "$faulty/flaky.so" "$number" "$1" "$2"
    shift 2
    printf '%s\n' "$@"
  } | conf "fault$number"
  (
    status=0
    "$top_builddir/dcpipe" -c "$dir/fault$number.ini" > "$dir/out$number" 2> "$dir/err$number" || status=$?
    echo "$status" > "$dir/status$number"
  ) &
}

fault apply retry
fault apply retry 'at = 1' 'times = 2'
fault apply again 'at = 1' 'times = 5'
fault commit retry
fault commit retry 'at = 1'
fault commit again 'times = 20'
fault commit lie
fault commit lie 'at = 1' 'times = 2'
fault get retry 'at = 10'
fault get again 'at = 10' 'times = 3'
fault scan retry 'at = 100'
fault load retry 'at = 2'
wait
while [ "$number" -gt 0 ]; do
  cp "$dir/err$number" "$dir/err"
  test "$(cat "$dir/status$number")" = 0 || die "fault $number ended with status $(cat "$dir/status$number"): $(tail -3 "$dir/fault$number.ini")"
  expect_tables "fault$number" bad
  number=$((number - 1))
done
grep -q ': attempt 1 of 4 failed: the disk hums; next in [0-9]* ms$' "$dir/err1" || die "no word of the attempt that follows"

# A sink that cannot be opened is tried again; if that goes on for too long, the run ends with the status for it.
opening ()
{
  printf 'max_retries = 2\nretry_delay = 1ms\n[sink bad]\nplugin = %s\npath = opening\ncall = load\nkind = retry\nat = 1\ntimes = %s\n' \
    "$faulty/flaky.so" "$1" | conf opening
}
opening 9
run 75 -c "$dir/opening.ini"
says 'sink bad: attempt 2 of 3 failed: the disk hums; next in'
test "$(grep -c '^dcpipe: error: sink bad: attempt 3 of 3 failed: the disk hums$' "$dir/err")" = 1 || die "the failure is not told once"
opening 2
run 0 -c "$dir/opening.ini"
opening 0
expect_tables opening bad
