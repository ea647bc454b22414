#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every source file says its licence near its top.
. "$srcdir/cli/lib.sh"
cd "$top_srcdir"
find .ci core plugins tools examples conf packaging completion doc m4 tests autogen.sh configure.ac Makefile.am dcpipe.in \
    -path tests/data -prune -o -type d \( -name .deps -o -name .libs -o -name '*.build' -o -name build \) -prune -o \
    -type f \( -name '*.[chS]' -o -name '*.cc' -o -name '*.am' -o -name '*.mk' -o -name '*.ac' -o -name '*.m4' -o -name '*.sh' \
      -o -name '*.py' -o -name '*.awk' -o -name '*.mjs' -o -name '*.rs' -o -name '*.toml' -o -name '*.yaml' -o -name '*.html' \
      -o -name '*.in' -o -name '*.ini' -o -name '*.sql' -o -name '*.syms' -o -name '*.[1-9]' -o -name '*.bash' -o -name '*.fish' \
      -o -name '*.conf' -o -name '_dcpipe' -o -name run -o -name rules -o -name control -o -name '*.spec' \) -print 2> /dev/null \
  | grep -v -e '/Makefile\.in$' -e '^m4/l[t~]' -e '^m4/libtool' -e '^tests/data/' > "$dir/files"
test "$(wc -l < "$dir/files")" -gt 400 || die "only $(wc -l < "$dir/files") files are found"
while read -r file; do
  head -n 5 "$file" | grep -q 'SPDX-License-Identifier: Apache-2\.0' || echo "$file"
done < "$dir/files" > "$dir/out"
test ! -s "$dir/out" || die "files without a licence"
