#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SIGTERM and SIGINT end a run after the batch, with 143 and 130, wherever it waits; the next run goes on. A second one ends it
# at once.
. "$srcdir/engine/lib.sh"

# interrupted NAME SIGNAL STATUS LINE...: after some commits.
interrupted ()
{
  name_=$1 signal_=$2 expected_=$3
  shift 3
  printf '%s\n' "$@" | conf "$name_"
  "$top_builddir/dcpipe" -c "$dir/$name_.ini" > "$dir/out" 2> "$dir/err" &
  pid=$!
  tries=0
  until "$top_builddir/dcpipe" -c "$dir/$name_.ini" dump ledger_entries 2> /dev/null | grep -q '"id":1,'; do
    tries=$((tries + 1))
    test "$tries" -lt 100 || die "nothing is committed"
    sleep 0.02
  done
  kill -"$signal_" "$pid"
  began=$(date +%s)
  status=0
  wait "$pid" || status=$?
  test "$status" = "$expected_" || die "$name_: exit status $status instead of $expected_"
  test $(($(date +%s) - began)) -le 3 || die "$name_: it took long"
  sed -i.old -e '/^fault = /d' -e '/^pace = /d' -e '/^kind = /d' "$dir/$name_.ini"
  run 0 -c "$dir/$name_.ini" verify
  run 0 -c "$dir/$name_.ini"
  expect_tables "$name_" "$first"
}
interrupted working TERM 143 source 'pace = 10ms' 'batch = 1'
interrupted hanging TERM 143 source 'fault = hang' 'batch = 1'
interrupted retrying INT 130 'max_retries = 50' source 'fault = retry' 'times = 1000' 'batch = 1'
interrupted sink-retrying TERM 143 'max_retries = 50' source 'batch = 1' "[sink $first]" "plugin = $faulty/flaky.so" \
  "path = sink-retrying.$first" 'call = commit' 'kind = retry' 'at = 3' 'times = 1000'

conf twice << END
source
batch = 1
[sink $first]
plugin = $faulty/flaky.so
path = twice.$first
slow = 30s
END
"$top_builddir/dcpipe" -c "$dir/twice.ini" > "$dir/out" 2> "$dir/err" &
pid=$!
until "$top_builddir/dcpipe" -c "$dir/twice.ini" dump ledger_entries 2> /dev/null | grep -q '"id":1,'; do
  kill -0 "$pid" || die "nothing is committed"
  sleep 0.05
done
# It is in its first commit, which takes 30 s. Two signals that come before the first one was taken count as one.
kill -TERM "$pid"
sleep 0.2
kill -TERM "$pid"
for again in 1 2 3 4; do
  sleep 0.1
  kill -TERM "$pid" 2> /dev/null || break
done
began=$(date +%s)
status=0
wait "$pid" || status=$?
test "$status" = 143 || die "exit status $status after two signals"
test $(($(date +%s) - began)) -le 5 || die "the second signal did not end it at once"
