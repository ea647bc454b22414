#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# configure.ac alone says the version: the program, its plugins, NEWS and the packages agree.
. "$srcdir/cli/lib.sh"
version=$(sed -n 's/^AC_INIT(\[dcpipe\], \[\(.*\)\])$/\1/p' "$top_srcdir/configure.ac")
test -n "$version" || die "configure.ac is not read"
run 0 --version
out "dcpipe $version"
test "$(sed -n 's/^dcpipe \([0-9][0-9.]*\)$/\1/p' "$top_srcdir/NEWS" | head -n 1)" = "$version" || die "NEWS begins with another release"
run 0 --list-plugins
cp "$dir/out" "$dir/list"
while IFS== read -r key path; do
  run 0 --dump-plugin "$path"
  out "version=$version"
done < "$dir/list"
grep -rlF "$version" "$top_srcdir/core" "$top_srcdir/plugins" --include='*.[ch]' --include='*.am' > "$dir/out" || :
test ! -s "$dir/out" || die "the version is written in sources, too"
