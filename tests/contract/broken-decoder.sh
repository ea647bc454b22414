#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A decoder that breaks one rule of the contract is found out by the check of that rule.
. "$srcdir/contract/lib.sh"
file=$broken/broken_decoder.so
fault () { caught "$2" "$3" -o fault="$1" "$file"; }
kept 19 "$file"
fault impure 'in any order' 'pure function'
fault shared 'on many threads' 'while other threads decode'
fault handle 'leaves its handle alone' 'changed its handle'
fault overread 'empty, huge and odd' 'signal 11\|exit status'
fault empty 'empty, huge and odd' '\(signal 8\|exit status\).*value of 0 bytes'
fault fails 'empty, huge and odd' 'decode returned DCPIPE_FAIL .*what is this'
fault json 'empty, huge and odd' 'no JSON'
fault type 'empty, huge and odd' 'another type'
fault reason 'changed at random' 'reason that is empty'
fault memory 'whatever batches' 'tables differ'
fault silent 'odd values' 'does not name the option'
fault refuses 'odd values' 'config_complete gave DCPIPE_FAIL and did not say why'
fault says 'empty, huge and odd' 'decode gave DCPIPE_OK, and dcpipe_error .* had said .*the moon is full'
fault says_in_resolve 'whatever batches' 'resolve gave DCPIPE_OK, and dcpipe_error .* had said .*the moon is full'
fault says_of_options 'odd values' 'config_complete gave DCPIPE_OK, and dcpipe_error .* had said .*the moon is full'
fault buffer 'on many threads' 'while other threads decode'
fault crash 'odd values' '\(signal 6\|exit status\).*option text'
later=$top_builddir/tests/plugins/.libs/stumble_later.so
caught 'stores the same' 'tables differ' -o mistake=clock "$later"
fault files 'takes the options given' 'made files'
case $(nm -D "$top_builddir/tools/plugin-test/dcpipe-plugin-test" 2>&1) in
  *__asan_*|*__tsan_*) ;; # they have heaps of their own
  *)
    fault leak 'decoder: keeps no memory' 'keeps memory'
    caught 'resolve keeps no memory' 'keeps memory' -o mistake=leak "$later"
    fault keeps 'config_free gives back' 'keeps memory'
    hold 0 --refuse fault=q --only 'config_free gives back' "$file" # what is refused takes nothing either
    ;;
esac
# What is refused by name is part of the configuration's checks, too.
caught 'wrong values' 'option text = y is taken' --refuse text=y "$file"
