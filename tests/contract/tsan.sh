#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Under --tsan, what threads do to each other in a plugin is found out, with its place in the source, though no row shows it
# and this program was not built for it; and our decoders do nothing of that kind.
. "$srcdir/contract/lib.sh"
flags="-std=gnu11 -g -O1 -fsanitize=thread -shared -fPIC -fvisibility=hidden -I$top_builddir -I$top_srcdir/core -I$top_srcdir/plugins/lib"
printf '#include <dcpipe-plugin.h>\nint none;\n' > "$dir/none.c"
$CC $flags -o "$dir/none.so" "$dir/none.c" > "$dir/out" 2>&1 || { echo "skipped: $CC has no ThreadSanitizer"; exit 77; }
case $(nm -D "$top_builddir/tools/plugin-test/dcpipe-plugin-test" 2>&1) in
  *__asan_*) echo "skipped: AddressSanitizer does not go with ThreadSanitizer"; exit 77 ;;
esac
for kind in decoder source sink; do
  $CC $flags -o "$dir/broken_$kind.so" "$srcdir/contract/broken_$kind.c" > "$dir/out" 2>&1 || die "broken_$kind.c is not built"
done

# race WORDS FILE ARGUMENT...: the check with these words fails, for a data race in that file.
race ()
{
  words=$1
  file=$2
  shift 2
  caught "$words" "data race: [a-z_]* [^ ]*$file:[0-9]*, and [a-z_]* [^ ]*$file:[0-9]* on another thread" --tsan "$@"
  grep -q 'WARNING: ThreadSanitizer: data race' "$dir/err" || die "the report is not shown"
}

hold 64 --tsan --only 'no such check' "$dir/broken_decoder.so" # or the runtime does not work here
grep -q "no check's line" "$dir/err" || { cat "$dir/err"; echo "skipped: ThreadSanitizer does not work here"; exit 77; }
kept 3 --tsan "$dir/broken_decoder.so"
race 'on many threads' broken_decoder.c -o fault=race "$dir/broken_decoder.so"
race 'on many threads' broken_decoder.c -o fault=lazy "$dir/broken_decoder.so"
race 'whatever batches' broken_decoder.c -o fault=memo "$dir/broken_decoder.so"
kept 3 --tsan "$dir/broken_source.so"
race 'while next is called' broken_source.c -o fault=beside "$dir/broken_source.so"
race 'on many threads' broken_source.c -o fault=impure "$dir/broken_source.so"
BROKEN_INNER=$top_builddir/uninstalled/sinks/sqlite.so
export BROKEN_INNER
if test -e "$BROKEN_INNER"; then
  kept 2 --tsan -o path=store "$dir/broken_sink.so"
  BROKEN=static
  export BROKEN
  race 'on other threads' broken_sink.c -o path=store "$dir/broken_sink.so"
  unset BROKEN
fi

# What ends before the checks, ends: libraries must not wait for each other then.
hold 64 --tsan --entries "$dir/missing.ledger" "$dir/broken_decoder.so"
err "dcpipe: error: DIR/missing.ledger: No such file or directory"

# Only what was built for it, and only with it.
case $(nm -D "$top_builddir/tools/plugin-test/dcpipe-plugin-test" 2>&1) in
  *__tsan_*) ;;
  *)
    hold 64 "$dir/broken_decoder.so"
    err 'dcpipe: error: DIR/broken_decoder.so: built with -fsanitize=thread: run it with --tsan'
    hold 64 --tsan "$broken/broken_decoder.so"
    grep -q 'broken_decoder.so: not built with -fsanitize=thread$' "$dir/err" || die "a plugin without it is taken"
    ;;
esac

# What --new-plugin begins has a target for it, and a race in there is named.
if command -v pkg-config > /dev/null; then
  unset MAKEFLAGS MFLAGS MAKELEVEL
  PKG_CONFIG_PATH=${DCPIPE_PC_PATH:-$top_builddir}
  export PKG_CONFIG_PATH
  kinds='decoder source'
  if pkg-config --exists sqlite3; then kinds="$kinds sink"; fi
  for kind in $kinds; do
    (cd "$dir" && "$top_builddir/dcpipe" --new-plugin "$kind" "my_$kind") > "$dir/out" 2> "$dir/err" || die "--new-plugin $kind"
    (cd "$dir/my_$kind" && ${MAKE:-make} CC="$CC" check-tsan) > "$dir/out" 2> "$dir/err" || die "my_$kind: make check-tsan"
  done
  cd "$dir/my_decoder"
  sed -i.bak 's/^  dcpipe_row \*row;/  static unsigned calls;\n&/; s/^  if (key.size == 0) {/  if (++calls == 0 || key.size == 0) {/' my_decoder.c
  if ${MAKE:-make} CC="$CC" check-tsan > "$dir/out" 2> "$dir/err"; then die "a counter that threads share is not found"; fi
  grep -q "^# data race: my_decoder_decode .*my_decoder.c:$(sed -n '/++calls/=' my_decoder.c)," "$dir/out" || die "its place is not told"
  cd "$dir"
fi

# Our decoders, built once more.
test -e "$vectors/small.ledger" || { echo "skipped in part: there is no $vectors/small.ledger"; exit 0; }
libs=$(sed -n 's/^\(SODIUM\|NETTLE\|JANSSON\|CSV\|LIBDEFLATE\)_LIBS = //p' "$builddir/Makefile" | tr '\n' ' ')
mkdir "$dir/objects" "$dir/decoders"
ic=$top_srcdir/plugins/lib/ic
for source in "$top_srcdir"/plugins/lib/decoder/*.c "$top_srcdir"/plugins/lib/dcledger/*.c "$ic"/principal/*.c; do
  name=$(echo "${source#"$top_srcdir"/plugins/lib/}" | tr / -)
  $CC $flags -c -o "$dir/objects/$name.o" "$source" > "$dir/out" 2>&1 || die "$source is not built"
done
ar rc "$dir/libs.a" "$dir"/objects/*.o
found=0
for folder in "$top_srcdir"/plugins/decoders/*/; do
  name=$(basename "$folder")
  test -e "$top_builddir/uninstalled/decoders/$name.so" || continue
  $CC $flags -Wl,--version-script="$top_srcdir/plugins/plugin.syms" -o "$dir/decoders/$name.so" "$folder"/*.c "$dir/libs.a" $libs \
    > "$dir/out" 2>&1 || die "$name is not built"
  kept 3 --tsan --entries "$vectors/small.ledger" "$dir/decoders/$name.so"
  found=$((found + 1))
done
echo "$found decoders"
test "$found" -gt 0
