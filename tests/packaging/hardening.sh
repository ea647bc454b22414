#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The programs and all plugins are linked so that mistakes in memory are harder to exploit, unless configure was told
# otherwise or the compiler cannot.
. "$srcdir/cli/lib.sh"
command -v readelf > /dev/null || { echo "skipped: there is no readelf"; exit 77; }
setting () { sed -n "s/^$1 = *//p" "$top_builddir/core/Makefile"; }
cflags=$(setting HARDENING_CFLAGS) ldflags=$(setting HARDENING_LDFLAGS)
test -n "$cflags$ldflags" || { echo "skipped: this build is without hardening"; exit 77; }

programs="$top_builddir/core/dcpipe $top_builddir/tools/plugin-test/dcpipe-plugin-test"
looked=0
for file in $programs "$top_builddir"/uninstalled/*/*.so; do
  readelf -lW "$file" > "$dir/segments"
  readelf -dW "$file" > "$dir/dynamic"
  case $ldflags in
    *-zrelro*-znow*)
      grep -q GNU_RELRO "$dir/segments" || die "$file: no RELRO"
      grep -q 'BIND_NOW\|FLAGS_1.*NOW' "$dir/dynamic" || die "$file: its functions are bound late"
      ;;
  esac
  grep 'GNU_STACK' "$dir/segments" | grep -q 'RWE' && die "$file: its stack can be executed"
  looked=$((looked + 1))
done
test "$looked" -gt 2 || die "only $looked files were looked at"
for file in $programs; do
  readelf -hW "$file" | grep -q 'Type: *DYN' || die "$file: it is always loaded at the same place"
  nm -D "$file" > "$dir/symbols"
  case $cflags in *-fstack-protector-strong*) grep -q __stack_chk_fail "$dir/symbols" || die "$file: no stack protector" ;; esac
  case $cflags in *_FORTIFY_SOURCE*) grep -q '__.*_chk' "$dir/symbols" || die "$file: no _FORTIFY_SOURCE" ;; esac
done
echo "$looked files"
