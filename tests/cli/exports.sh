#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The program exports exactly the functions of dcpipe-plugin.h, and a plugin exports dcpipe_plugin alone.
. "$srcdir/cli/lib.sh"
command -v nm > /dev/null || { echo "skipped: there is no nm"; exit 77; }
case $(nm -D "$top_builddir/core/dcpipe") in
  *__asan_*) echo "skipped: sanitizers export symbols, too"; exit 77 ;;
esac
# Declarations: comments and directives taken out, "type dcpipe_name (".
awk '{ gsub (/\/\*.*\*\//, "") } !c && !/^#/ && !/^ / { print } /\/\*/ { c = 1 } /\*\// { c = 0 }' "$top_srcdir/core/dcpipe-plugin.h" | grep -v '\\$' \
  | sed -n 's/^[a-zA-Z].*[ *]\(dcpipe_[a-z0-9_]*\) (.*/\1/p' | grep -vx dcpipe_plugin | sort > "$dir/header"
test "$(wc -l < "$dir/header")" -gt 50 || die "the header is not read"
sed -n 's/^ *\(dcpipe_[a-z0-9_]*\);.*/\1/p' "$top_srcdir/core/dcpipe.syms" | sort > "$dir/list"
diff "$dir/header" "$dir/list" || die "core/dcpipe.syms does not list the functions of the header"
nm -D --defined-only "$top_builddir/core/dcpipe" | awk '{ print $3 }' | grep '^dcpipe_' | sort > "$dir/program"
diff "$dir/header" "$dir/program" || die "the program does not export the functions of the header"
nm -D --defined-only "$top_builddir/core/dcpipe" | awk '$2 == "T" { print $3 }' | grep -v '^dcpipe_\|^_' > "$dir/others" || :
test ! -s "$dir/others" || die "the program exports more: $(cat "$dir/others")"
"$top_builddir/dcpipe" --list-plugins | sed 's/^[^=]*=//' | while read -r path; do
  test "$(nm -D --defined-only "$path" | awk '{ print $3 }')" = dcpipe_plugin || die "$path exports more than dcpipe_plugin"
done
