#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whatever the sink, the number of workers, and the size of batches: the same tables, and a replay finds nothing to say.
. "$srcdir/engine/lib.sh"

for sink in $built; do
  expect_tables plain "$sink"
done
conf one <<END
workers = 1
batch_size = 1
commit_size = 4k
flush_interval = 1ms
source
batch = 1
END
run 0 -c "$dir/one.ini"
conf large <<END
workers = 8
batch_size = 100000
flush_interval = 1m
commit_size = 1G
source
batch = 100
END
run 0 -c "$dir/large.ini"
for sink in $built; do
  expect_tables one "$sink"
  expect_tables large "$sink"
done
run 0 -c "$dir/large.ini" verify
run 0 -c "$dir/one.ini"
run 0 -c "$dir/one.ini" verify
