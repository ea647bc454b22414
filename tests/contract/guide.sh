#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# doc/plugin-authors.md says what is: its blocks of files are written, those of commands run, in order, in an empty
# directory, and what it shows of their output is what they print.
. "$srcdir/contract/lib.sh"
command -v pkg-config > /dev/null || { echo "skipped: there is no pkg-config"; exit 77; }
pkg-config --exists sqlite3 || { echo "skipped: there is no SQLite for the sink"; exit 77; }
unset MAKEFLAGS MFLAGS MAKELEVEL
guide=$top_srcdir/doc/plugin-authors.md
mkdir "$dir/blocks" "$dir/bin" "$dir/work"
awk -v to="$dir/blocks" '
  /^```/ && inside { close (file); inside = 0; next }
  /^```/ { inside = 1; file = sprintf ("%s/%03d", to, ++count); print substr ($0, 4) > (file ".info"); close (file ".info"); printf "" > file; next }
  inside { print > file }
' "$guide"
test "$(find "$dir/blocks" -name '*.info' | wc -l)" -ge 8 || die "the guide is not read"
grep -n '^    \$ ' "$guide" && die "commands stand where no test runs them"
ln -s "$top_builddir/dcpipe" "$top_builddir/dcpipe-plugin-test" "$dir/bin"
printf '#!/bin/sh\nexec %s "$@"\n' "$CC" > "$dir/bin/cc"
chmod +x "$dir/bin/cc"
PATH=$dir/bin:$PATH
PKG_CONFIG_PATH=${DCPIPE_PC_PATH:-$top_builddir}
export PATH PKG_CONFIG_PATH
cd "$dir/work"
: > "$dir/environment"

# ThreadSanitizer needs a compiler that has it, and does not go with AddressSanitizer.
printf 'int none;\n' > "$dir/none.c"
tsan=yes
$CC -fsanitize=thread -shared -fPIC -o "$dir/none.so" "$dir/none.c" > "$dir/out" 2>&1 || tsan=
case $(nm -D "$top_builddir/tools/plugin-test/dcpipe-plugin-test" 2>&1) in *__asan_*) tsan= ;; esac

for info in "$dir"/blocks/*.info; do
  block=${info%.info}
  test -n "$tsan" || ! grep -q '^make check-tsan$' "$block" || continue
  read -r kind file < "$info" || :
  case $kind in
    sh)
      # Each goes on where the one before ended.
      { echo 'set -e'; cat "$dir/environment" "$block"; printf '\npwd > "%s/pwd"\n' "$dir"; } > "$dir/script"
      grep '^export ' "$block" >> "$dir/environment" || :
      sh "$dir/script" > "$dir/out" 2> "$dir/err" || { cat "$block" >&2; tail -n 20 "$dir/out" >&2; : > "$dir/out"; die "${block##*/}: these commands fail"; }
      cd "$(cat "$dir/pwd")"
      cp "$dir/out" "$dir/shown"
      ;;
    output) diff "$block" "$dir/shown" > "$dir/out" || die "${block##*/}: this is not what the commands print" ;;
    c|ini) cp "$block" "$file" ;;
    *) die "a block of the unknown kind '$kind'" ;;
  esac
done
