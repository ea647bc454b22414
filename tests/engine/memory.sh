#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Memory stays bounded however many workers there are, however much larger than its frame a block is, and however many rows it
# becomes: `memory` and a few blocks.
. "$srcdir/engine/lib.sh"

# bounded NAME MIB LINE...: of [source].
bounded ()
{
  name_=$1 limit_=$2
  shift 2
  {
    printf 'workers = 16\nmemory = 4M\ncommit_size = 4M\nsource\nbatch = 50\n'
    printf '%s\n' "$@"
    printf '[sink %s]\nplugin = %s\npath = %s.%s\n' "$first" "$first" "$name_" "$first"
  } | conf "$name_"
  sed -i.old '/^\[decoder Alpha/,/^\[sink/{/^\[sink/!d}' "$dir/$name_.ini"
  status=0
  "$builddir/golden/golden" memory "$limit_" "$top_builddir/dcpipe" -c "$dir/$name_.ini" > "$dir/out" 2> "$dir/err" || status=$?
  test "$status" = 0 || die "$name_: exit status $status"
  rm -rf "$dir/$name_.$first"*
}
bounded many-entries 64 'blocks = 60' 'entries = 3000' 'value_size = 0'
bounded middling 64 'blocks = 300' 'entries = 50' 'value_size = 8000'
bounded large 96 'blocks = 12' 'entries = 6' 'value_size = 4M'

# A block beyond max_block_size is the ledger's fault, and the blocks before it are stored.
conf limited << 'END'
max_block_size = 64k
source
entries = 6
value_size = 20k
END
run 65 -c "$dir/limited.ini"
says 'max_block_size (65536 bytes)'
