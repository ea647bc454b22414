#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A plugin that is declared badly is found out.
. "$srcdir/contract/lib.sh"
declared () { BROKEN=$1; export BROKEN; caught "$2" "$3" "$broken/broken_registration.so"; }
kept 18 "$broken/broken_registration.so"
declared crash 'can be loaded' 'signal 6\|exit status'
declared null 'can be loaded' 'dcpipe_plugin gives NULL'
declared nothing 'can be loaded' 'registers 0 bytes, too few for a decoder'
declared default 'can be loaded' 'default of option two is not sound'
declared size 'size of its struct' 'use the DCPIPE_REGISTER macros'
declared name 'like its file' "calls itself 'another_name'"
declared license 'a version, a description and a license' 'no SPDX expression'
declared version 'a version, a description and a license' 'has no version'
declared overlap 'lie apart' 'options one and two'
declared help 'options have help' 'help text of option two'
declared column 'tables and columns have help' 'column entry_index'
unset BROKEN
case $(nm -D "$top_builddir/tools/plugin-test/dcpipe-plugin-test" 2>&1) in
  *__asan_*|*__tsan_*) exit 0 ;; # sanitizers export symbols, too
esac
caught 'nothing else' 'another_symbol' "$broken/broken_exports.so"
for module in callback major minor option symbol table undefined; do
  caught 'can be loaded' "bad_$module.so" "$modules/bad_$module.so"
done
