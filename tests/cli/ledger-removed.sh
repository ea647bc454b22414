#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A ledger that is removed while it is followed is told of once, and waited for.
. "$srcdir/cli/lib.sh"
needs sinks/jsonl sources/ledger_file decoders/entry
pid=
trap 'test -z "$pid" || kill -9 "$pid" 2> /dev/null || :; rm -rf "$dir"' EXIT
cp "$srcdir/data/vectors/ledger/small.ledger" "$dir/x.ledger"
ini <<END
[pipeline]
poll_interval = 20ms
[source]
plugin = ledger_file
path = x.ledger
[decoder *]
plugin = entry
[sink main]
plugin = jsonl
path = store
END
"$top_builddir/dcpipe" -c "$dir/x.ini" --follow > "$dir/out" 2> "$dir/err" &
pid=$!
turns=0
until "$top_builddir/dcpipe" -c "$dir/x.ini" status 2> /dev/null | grep -q '^  ledger '; do
  turns=$((turns + 1))
  test "$turns" -lt 200 || die "nothing was stored"
  sleep 0.05
done
rm "$dir/x.ledger"
turns=0
until grep -q "x.ledger was removed: until there is such a file again, nothing new can come$" "$dir/err"; do
  turns=$((turns + 1))
  test "$turns" -lt 200 || die "nothing is said of the ledger"
  sleep 0.05
done
sleep 0.2
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
pid=
test "$status" = 0 || die "exit status $status at the tip"
test "$(grep -c 'x.ledger was removed' "$dir/err")" = 1 || die "it is said more than once"
