#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dcpipe.pc tells plugin authors the compiler flags, where plugins go, and the version of the API. Installed, its flags find
# the header.
. "$srcdir/cli/lib.sh"
command -v pkg-config > /dev/null || { echo "skipped: there is no pkg-config"; exit 77; }
PKG_CONFIG_PATH=${DCPIPE_PC_PATH:-$top_builddir/core}
export PKG_CONFIG_PATH
ask () { pkg-config "$@" dcpipe 2>&1 || die "pkg-config $*"; }

major=$(sed -n 's/^#define DCPIPE_API_MAJOR //p' "$top_srcdir/core/dcpipe-plugin.h")
minor=$(sed -n 's/^#define DCPIPE_API_MINOR //p' "$top_srcdir/core/dcpipe-plugin.h")
test "$(ask --variable=apiversion)" = "$major.$minor" || die "apiversion is '$(ask --variable=apiversion)'"
run 0 --version
out "dcpipe $(ask --modversion)"
case $(ask --variable=plugindir) in
  /*/dcpipe) ;;
  *) die "plugindir is '$(ask --variable=plugindir)'" ;;
esac
pkg-config --validate dcpipe || die "dcpipe.pc is not valid"
# What is installed below DESTDIR is not yet where the file says that it is.
test -n "${DCPIPE_PC_PATH:-}" -a -d "$(ask --variable=plugindir)" || exit 0
echo '#include <dcpipe-plugin.h>' > "$dir/x.c"
$CC -std=c99 -fsyntax-only $(ask --cflags) "$dir/x.c" || die "the header is not found"
for file in program plugintest sample; do
  test -f "$(ask --variable=$file)" || die "$file is '$(ask --variable=$file)', which is not there"
done
