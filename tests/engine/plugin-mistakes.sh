#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What no plugin may do ends the run, is named as its mistake, and leaves nothing behind.
. "$srcdir/engine/lib.sh"

conf part-key << EOF
[decoder Alpha]
plugin = $faulty/stumble_later.so
mistake = part_key
EOF
run 1 -c "$dir/part-key.ini"
says 'decoder stumble_later: a row of table stumble_later_pairs was looked up without its key column second (a mistake in the plugin)'
run 1 -c "$dir/part-key.ini" dump ledger_entries
says 'nothing was stored yet'

# source STATUS FAULT WORDS: the made-up source's fault is named so.
source ()
{
  printf 'max_retries = 0\nsource\nfault = %s\n' "$2" | conf "$2"
  run "$1" -c "$dir/$2.ini"
  says "source made: $3"
}
source 65 no_hash 'block at position 9098: it has no hash (a mistake in the source plugin)'
source 1 odd_trust 'its blocks are of a trust that there is not (a mistake in the plugin)'
source 1 tip_blocks 'it delivered blocks together with DCPIPE_TIP (a mistake in the plugin)'
source 75 silent 'its callback next gave DCPIPE_RETRY and does not say why'
source 1 unknown 'its callback next gave 42, which is none of its results (a mistake in the plugin)'
source 1 exit 'its callback next ended the process, which no plugin may'

# decoder MISTAKE WORDS: the same for what resolve does.
decoder ()
{
  printf '[decoder Alpha]\nplugin = %s\nmistake = %s\n' "$faulty/stumble_later.so" "$1" | conf "$1"
  run 1 -c "$dir/$1.ini"
  says "decoder stumble_later: $2"
}
decoder silent 'its callback resolve gave DCPIPE_FAIL and does not say why'
decoder unknown 'its callback resolve gave 42, which is none of its results (a mistake in the plugin)'
decoder note 'a note left by resolve, which nobody reads (a mistake in the plugin)'
decoder nested 'a lookup within a scan (a mistake in the plugin)'
ulimit -c 0
source 134 abort 'its callback next aborted'

# A next that never returns is named when the run is to stop.
printf '%s\n' source 'fault = deaf' 'batch = 1' | conf deaf
"$top_builddir/dcpipe" -c "$dir/deaf.ini" > "$dir/out" 2> "$dir/err" &
pid=$!
tries=0
until "$top_builddir/dcpipe" -c "$dir/deaf.ini" dump ledger_entries 2> /dev/null | grep -q '"id":1,'; do
  tries=$((tries + 1))
  test "$tries" -lt 100 || die "nothing is committed"
  sleep 0.05
done
kill -TERM "$pid"
tries=0
until grep -q 'source made: its callback next does not return, though dcpipe is to stop' "$dir/err"; do
  tries=$((tries + 1))
  test "$tries" -lt 200 || die "nobody says what keeps the run"
  sleep 0.1
done
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
test "$status" = 143 || die "exit status $status after a second signal"
