#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A reader that has seen enough ends a command quietly, by SIGPIPE; where that signal is ignored it is an error like others.
. "$srcdir/cli/lib.sh"
ledger=$(cd "$srcdir/data/vectors/ledger" && pwd)/small.ledger
test -e "$top_builddir/uninstalled/sinks/jsonl.so" || exit 77

# unread STATUS ARGUMENT...: runs dcpipe with a pipe for its output that nobody reads any more.
unread ()
{
  expected=$1
  shift
  rm -f "$dir/gone"
  {
    until test -e "$dir/gone"; do sleep 0.02; done
    status=0
    "$top_builddir/dcpipe" "$@" 2> "$dir/err" || status=$?
    echo "$status" > "$dir/status"
  } | { exec < /dev/null; : > "$dir/gone"; }
  status=$(cat "$dir/status")
  test "$status" = "$expected" || die "dcpipe $*: exit status $status instead of $expected"
}

ini <<END
[source]
plugin = ledger_file
path = $ledger
[decoder *]
plugin = entry
[sink main]
plugin = jsonl
path = store
END
run 0 -c "$dir/x.ini" --quiet
for command in 'dump ledger_entries' status 'status --json' 'verify --quiet' --dump-config '--dump-plugin jsonl' --help; do
  unread 141 -c "$dir/x.ini" $command
  test ! -s "$dir/err" || die "$command: something is said of the pipe"
done
test "$("$top_builddir/dcpipe" -c "$dir/x.ini" dump ledger_entries 2> "$dir/err" | head -n 1 | wc -l)" -eq 1 || die "no first line"
test ! -s "$dir/err" || die "something is said of head"

trap '' PIPE
unread 1 -c "$dir/x.ini" dump ledger_entries
err 'dcpipe: error: stdout: Broken pipe'
err_lines 1
