#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where the configuration comes from: a file, a pipe or standard input; never what has no end or nobody writes to.
. "$srcdir/cli/lib.sh"
trial_plugins
good_ini

# within STATUS ARGUMENT...: as run, but it has to end.
within ()
{
  expected=$1
  shift
  status=0
  timeout -k 1 20 "$top_builddir/dcpipe" "$@" > "$dir/out" 2> "$dir/err" || status=$?
  test "$status" = "$expected" || die "dcpipe $*: exit status $status instead of $expected"
}

within 78 -c /dev/zero --check
err "dcpipe: error: /dev/zero: cannot be read: neither a file nor a pipe"
within 78 -c - --check < /dev/zero
err "dcpipe: error: -: is longer than 4194304 bytes, which is too much for a configuration"
within 78 -c "$dir" --check
err "dcpipe: error: DIR: cannot be read: Is a directory"
mkfifo "$dir/fifo"
within 78 -c "$dir/fifo" --check
err "dcpipe: error: DIR/fifo: nothing came through this pipe: does anybody write to it?"

within 0 -c - --check < "$dir/x.ini"
err "dcpipe: -: configuration is good, and its paths are within reach"
cat "$dir/x.ini" | within 0 -c - --check
cat "$dir/x.ini" | within 0 -c /dev/stdin --check
within 0 -c /dev/stdin --check < "$dir/x.ini"
# A writer that is there is waited for.
{ sleep 0.2; cat "$dir/x.ini"; } | within 0 -c /dev/stdin --check

# From a pipe, relative paths are taken from the current directory.
sed 's/trial_sink/jsonl/' "$dir/x.ini" > "$dir/y.ini"
echo 'path = store' >> "$dir/y.ini"
mkdir "$dir/here"
(cd "$dir/here" && "$top_builddir/dcpipe" -c - --dump-config < "$dir/y.ini") > "$dir/out" 2> "$dir/err"
out "sink.main.path=DIR/here/store"
