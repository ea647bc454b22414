#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A FIFO where the jsonl store has its checkpoint is refused at once, not waited for.
. "$srcdir/cli/lib.sh"
test -e "$top_builddir/uninstalled/sinks/jsonl.so" || exit 77
mkdir "$dir/j"
mkfifo "$dir/j/checkpoint.json"
ini <<END
[source]
plugin = ledger_file
path = $(cd "$srcdir" && pwd)/data/vectors/ledger/small.ledger
[decoder *]
plugin = entry
[sink main]
plugin = jsonl
path = j
END
status=0
timeout -k 1 10 "$top_builddir/dcpipe" -c "$dir/x.ini" > "$dir/out" 2> "$dir/err" || status=$?
test "$status" = 1 || die "exit status $status instead of 1"
grep -q "^dcpipe: error: sink main: $dir/j/checkpoint.json" "$dir/err" || die "the file is not named"
