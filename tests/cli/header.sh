#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dcpipe-plugin.h is strict C99, C11 and C++, and brings no names but its own.
. "$srcdir/cli/lib.sh"
header=$top_srcdir/core/dcpipe-plugin.h
{ echo "#include \"$header\""; echo "#include \"$header\""; echo 'int main (void) { return DCPIPE_OK; }'; } > "$dir/x.c"
cp "$dir/x.c" "$dir/x.cc"
for standard in c99 c11; do
  $CC -std=$standard -pedantic-errors -Wall -Wextra -Wundef -Werror -fsyntax-only "$dir/x.c" > "$dir/out" 2>&1 \
    || die "not $standard"
done
printf '#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n' > "$dir/base.c"
$CC -std=c99 -E -dM "$dir/base.c" | sort > "$dir/base"
$CC -std=c99 -E -dM "$dir/x.c" | sort > "$dir/all"
comm -13 "$dir/base" "$dir/all" | grep -v '^#define _*DCPIPE_' > "$dir/foreign" || :
test ! -s "$dir/foreign" || die "foreign names: $(cat "$dir/foreign")"
cxx=${CXX:-c++}
command -v "$cxx" > /dev/null || { echo "skipped in part: there is no C++ compiler"; exit 77; }
$cxx -std=c++11 -pedantic-errors -Wall -Wextra -Werror -fsyntax-only "$dir/x.cc" > "$dir/out" 2>&1 || die "not C++"
