#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# configure.ac alone says the version: the program, its plugins, NEWS and the packages agree.
. "$srcdir/cli/lib.sh"
version=$(sed -n 's/^AC_INIT(\[dcpipe\], \[\(.*\)\])$/\1/p' "$top_srcdir/configure.ac")
test -n "$version" || die "configure.ac is not read"
run 0 --version
out "dcpipe $version"
test "$(sed -n 's/^dcpipe \([0-9][0-9.]*\)$/\1/p' "$top_srcdir/NEWS" | head -n 1)" = "$version" || die "NEWS begins with another release"
test "$(sed -n '1s/^dcpipe (\(.*\)-[^-]*) .*/\1/p' "$top_srcdir/packaging/debian/changelog")" = "$version" \
  || die "the Debian package is of another release"
spec=$top_srcdir/packaging/rpm/dcpipe.spec
test "$(sed -n 's/^Version: *//p' "$spec")" = "$version" || die "the rpm package is of another release"
api=$(sed -n 's/^#define DCPIPE_API_M.*OR //p' "$top_srcdir/core/dcpipe-plugin.h" | tr '\n' . | sed 's/\.$//')
grep -q "^Provides: *dcpipe-plugin-api = $api\$" "$spec" || die "the rpm package does not provide the API $api"
run 0 --list-plugins
cp "$dir/out" "$dir/list"
while IFS== read -r key path; do
  run 0 --dump-plugin "$path"
  out "version=$version"
done < "$dir/list"
grep -rlF "$version" "$top_srcdir/core" "$top_srcdir/plugins" --include='*.[ch]' --include='*.am' > "$dir/out" || :
test ! -s "$dir/out" || die "the version is written in sources, too"
