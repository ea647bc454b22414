#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# In follow mode new blocks are committed as soon as the source has them, though a batch is far from full, and also when a block
# is larger than all the memory that a run may take.
. "$srcdir/engine/lib.sh"

conf follow << END
batch_size = 100000
flush_interval = 1m
commit_size = 1G
memory = 1M
source
grow = height
batch = 1
entries = 40
value_size = 100k
blocks = 8
END
echo 2 > "$dir/height"
"$top_builddir/dcpipe" -c "$dir/follow.ini" --follow > "$dir/out" 2> "$dir/follow.err" &
pid=$!

# stored N: so many entries come within a moment.
stored ()
{
  tries=0
  until [ "$("$top_builddir/dcpipe" -c "$dir/follow.ini" dump fold_history --sink "$first" 2> /dev/null | wc -l)" -ge "$1" ]; do
    tries=$((tries + 1))
    test "$tries" -lt 60 || { cp "$dir/follow.err" "$dir/err"; die "the new blocks are not committed"; }
    sleep 0.1
  done
}
stored 20
echo 3 > "$dir/height"
stored 45
echo 5 > "$dir/height"
stored 80
sleep 2 # until the other sinks stand there, too, and the engine knows that it is the tip
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
test "$status" = 0 || die "exit status $status at the tip"
sed -i.old '/^grow/d; s/^blocks = .*/blocks = 5/' "$dir/follow.ini"
run 0 -c "$dir/follow.ini" verify
