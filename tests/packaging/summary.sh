#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The summary at the end of configure says what was built: no line twice, the plugins that the program has,
# and of every other plugin in this tree that it was left out, and why.
. "$srcdir/cli/lib.sh"
sed -n '/^  dcpipe [0-9.]*$/,/^$/p' "$top_builddir/config.log" > "$dir/out"
test "$(wc -l < "$dir/out")" -gt 8 || die "config.log has no summary"
sort "$dir/out" | uniq -d > "$dir/err"
test ! -s "$dir/err" || die "a line is there twice"

sed -n -e 's/^    sources //p' -e 's/^    decoders //p' -e 's/^    sinks //p' "$dir/out" | tr -s ' ' '\n' \
  | sed '/^$/d' | sort > "$dir/built"
(cd "$top_builddir/uninstalled" && ls -d */*.so) | sed -e 's|.*/||' -e 's|\.so$||' | sort > "$dir/found"
diff "$dir/built" "$dir/found" > "$dir/err" || die "what is built (>) is not what the summary says (<)"

sed -n 's/^    left out  *\([a-z_]*\): [^ ]..*/\1/p' "$dir/out" | cat - "$dir/built" | sort > "$dir/said"
(cd "$top_srcdir/plugins" && ls -d sources/*/Makefile.am decoders/*/Makefile.am sinks/*/Makefile.am) \
  | sed 's|^[a-z]*/\(.*\)/Makefile\.am$|\1|' | sort > "$dir/folders"
diff "$dir/folders" "$dir/said" > "$dir/err" || die "the summary is not of the plugins of this tree"
