#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Plugins of others: dcpipe is installed somewhere, a decoder and a sink are built elsewhere with what was installed and nothing
# else, and run by configuration alone.
. "$srcdir/engine/lib.sh"
command -v pkg-config > /dev/null || { echo "no pkg-config"; exit 77; }

unset MAKEFLAGS MFLAGS MAKELEVEL
(cd "$top_builddir" && DESTDIR=$dir/root ${MAKE:-make} install) > "$dir/out" 2> "$dir/err" || die "make install"
pc=$(find "$dir/root" -name dcpipe.pc)
test -n "$pc" || die "dcpipe.pc is not installed"
PKG_CONFIG_PATH=$(dirname "$pc")
PKG_CONFIG_SYSROOT_DIR=$dir/root
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
test "$(pkg-config --variable=apiversion dcpipe)" = 1.0 || die "apiversion is $(pkg-config --variable=apiversion dcpipe)"
plugins=$(pkg-config --variable=plugindir dcpipe)
plugins=$dir/root${plugins#"$dir/root"}
test -e "$plugins/decoders/entry.so" || die "plugindir is $plugins, and entry is not there"
program=$(find "$dir/root" -path '*/bin/dcpipe')
test -x "$program" || die "dcpipe is not installed"

mkdir -p "$dir/elsewhere/sinks" "$dir/elsewhere/decoders"
for file in decoders/tally sinks/lines; do
  ${CC:-cc} -std=gnu11 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden $(pkg-config --cflags dcpipe) -o "$dir/elsewhere/$file.so" \
    "$srcdir/engine/third-party/${file#*/}.c" 2> "$dir/err" || die "$file cannot be built"
done

# theirs STATUS ARGUMENT...: the installed program.
theirs ()
{
  expected=$1
  shift
  status=0
  "$program" "$@" > "$dir/out" 2> "$dir/err" || status=$?
  test "$status" = "$expected" || die "$*: exit status $status instead of $expected"
}

printf '[source]\nplugin = %s\n[decoder *]\nplugin = %s\n[sink out]\nplugin = %s\npath = paths.txt\n' "$faulty/made.so" \
  "$dir/elsewhere/decoders/tally.so" "$dir/elsewhere/sinks/lines.so" > "$dir/paths.ini"
theirs 0 -c "$dir/paths.ini"
test "$(grep -c '^sizes [A-Z]' "$dir/paths.txt")" = 500 || die "not 500 rows"
theirs 0 -c "$dir/paths.ini"
test "$(grep -c '^sizes [A-Z]' "$dir/paths.txt")" = 500 || die "not 500 rows after another run"

# By name, along the path; a row that the sink refuses is a failed entry there, and is counted.
DCPIPE_PLUGIN_PATH=$plugins:$dir/elsewhere
export DCPIPE_PLUGIN_PATH
printf '[source]\nplugin = %s\n[decoder *]\nplugin = tally\n[sink out]\nplugin = lines\npath = names.txt\nrefuse = Beta\n' \
  "$faulty/made.so" > "$dir/names.ini"
theirs 3 -c "$dir/names.ini"
beta=$(grep -c '^sizes Beta' "$dir/paths.txt")
test "$(grep -c '^sizes Beta' "$dir/names.txt" || true)" = 0 || die "rows that were refused are stored"
test "$(grep -c '^failed_entries tally Beta .* nobody wants Beta$' "$dir/names.txt")" = "$beta" || die "not $beta failed entries"
theirs 0 --dump-plugin lines
grep -q 'a text that no row may hold' "$dir/out" || die "its options are not shown"
theirs 0 --list-plugins
grep -q tally "$dir/out" || die "it is not listed"

# It cannot look rows up.
sed "s|plugin = tally|plugin = $faulty/fold.so|" "$dir/names.ini" > "$dir/folding.ini"
theirs 78 -c "$dir/folding.ini"
says 'cannot look rows up, which decoder fold'
