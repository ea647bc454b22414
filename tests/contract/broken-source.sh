#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A source that breaks one rule of the contract is found out by the check of that rule.
. "$srcdir/contract/lib.sh"
file=$broken/broken_source.so
fault () { caught "$2" "$3" -o fault="$1" "$file"; }
kept 29 "$file"
fault flags 'says what it delivers' 'DCPIPE_SOURCE_POSITIONS'
fault order 'blocks in order' 'is followed by one at'
fault skips 'leaves no block out' 'does not name the one before'
fault tip 'in order' 'is followed by one at 0'
fault extent 'the extent' 'outside of the extent'
fault resume 'begins at any block' 'is not the one that the whole run gave'
fault cursor 'begins at any block' 'without a cursor gives DCPIPE_FAIL'
fault anywhere 'where no block is' 'it delivers one'
fault reopen 'after close and open' 'opened again it gives'
fault impure 'many threads' 'pure function'
fault overread 'damaged blocks' '\(signal 11\|exit status\).*damaged copy'
fault fails 'damaged blocks' 'instead of DCPIPE_DIVERGED'
fault trust 'in order' 'of a trust that there is not'
fault hurries 'in order' 'blocks together with DCPIPE_TIP'
fault handle 'leaves its handle alone' 'unpack has changed its handle'
fault opens 'unpack keeps no memory' 'descriptors open'
fault late 'by its deadline' 'after its call'
fault deaf 'is to stop' 'dcpipe_stop_fd'
fault reuses 'live on after close' 'have changed'
# Each callback complains when it fails, and only then.
complains ()
{
  caught "$2" "$1 gave DCPIPE_OK, and dcpipe_error .* had said why it fails: .*the moon is full" -o fault=says -o callback="$1" "$file"
  caught "$2" "$1 gave DCPIPE_FAIL and did not say why with dcpipe_error" -o fault=silent -o callback="$1" "$file"
}
complains config_complete 'touches no data'
complains open 'in order'
complains next 'in order'
complains unpack 'leaves no block out'
complains probe 'probe asks'
complains tip 'tip says'
case $(nm -D "$top_builddir/tools/plugin-test/dcpipe-plugin-test" 2>&1) in
  *__asan_*|*__tsan_*) exit 0 ;; # they have heaps of their own
esac
fault leak 'unpack keeps no memory' 'keeps memory'
fault forgets 'nothing after close' 'keeps memory'
