#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every sink keeps the contract.
. "$srcdir/contract/lib.sh"
for file in "$top_builddir"/uninstalled/sinks/*.so; do
  kept 40 -o path=store "$file"
done
# The one of the examples.
test ! -e "$broken/rack.so" || kept 38 -o path=store "$broken/rack.so"
# With a map that must grow again and again.
test ! -e "$top_builddir/uninstalled/sinks/lmdb.so" || kept 40 -o path=store -o map_size=128k lmdb
