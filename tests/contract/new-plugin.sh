#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --new-plugin begins plugins that build without warnings, pass their own tests, and are what examples/ has under another
# name; nothing that is there is overwritten.
. "$srcdir/contract/lib.sh"
command -v pkg-config > /dev/null || { echo "skipped: there is no pkg-config"; exit 77; }
unset MAKEFLAGS MFLAGS MAKELEVEL
PKG_CONFIG_PATH=${DCPIPE_PC_PATH:-$top_builddir}
export PKG_CONFIG_PATH
cd "$dir"

make_check ()
{
  (cd "$1" && ${MAKE:-make} CC="$CC" CFLAGS='-O2 -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror') > out 2> err || die "$1: make"
  (cd "$1" && ${MAKE:-make} check) > out 2> err || { grep -A1 '^not ok' out >&2 || :; die "$1: make check"; }
}

kinds='decoder source'
if pkg-config --exists sqlite3; then
  kinds="$kinds sink"
fi
for kind in $kinds; do
  run 0 --new-plugin $kind "my_$kind"
  out "my_$kind/ holds a $kind that works: cd my_$kind && make && make check"
  if grep -lw 'novelty\|csvledger\|rack' my_$kind/*; then die "the example's name is left in my_$kind"; fi
  make_check "my_$kind"
  grep -q '^# .* 0 failed' out || die "dcpipe-plugin-test was not run"
  run 0 --dump-plugin "./my_$kind/my_$kind.so"
  out "name=my_$kind"
done
# "A sink in a hundred lines", empty ones aside.
test "$(grep -c . "$top_srcdir/examples/sink/rack.c")" -le 100 || die "examples/sink/rack.c has become longer"
# The decoder's rows.
(cd my_decoder && STORE=store SAMPLE="$(pkg-config --variable=sample dcpipe)" "$top_builddir/dcpipe" --quiet -c my_decoder.ini) || test $? = 3
(cd my_decoder && STORE=store SAMPLE=x "$top_builddir/dcpipe" --quiet -c my_decoder.ini dump my_decoder_entries) > out
test "$(wc -l < out)" -eq 5 || die "not five rows"
# Put where it is found by name.
(cd my_decoder && ${MAKE:-make} DESTDIR="$dir/root" install) > out 2> err || die "make install"
test -n "$(find root -name my_decoder.so)" || die "it is not installed"

run 1 --new-plugin decoder my_decoder
err 'dcpipe: error: my_decoder: File exists: nothing was written'
run 64 --new-plugin table other
err 'dcpipe: error: --new-plugin table: expected decoder, source or sink'
run 64 --new-plugin sink ../other
grep -q "cannot be called '../other'" err || die "a path is taken for a name"
run 64 --new-plugin sink
err 'dcpipe: error: expected --new-plugin sink NAME (dcpipe --help lists all)'
