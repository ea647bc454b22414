#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tarball is the same whatever libraries the machine has on which it was made: what is distributed by name
# stands under no condition. (Sources of programs and libraries may; automake takes them all.)
. "$srcdir/cli/lib.sh"
cd "$top_srcdir"
awk '
  function scan(file, directory, depth,   line) {
    while ((getline line < file) > 0) {
      if (line ~ /^if /)
        depth++
      else if (line ~ /^endif/)
        depth--
      else if (sub (/^include \$\(srcdir\)\//, "", line))
        scan(directory "/" line, directory, depth)
      else if (line ~ /^(EXTRA_DIST|dist_)/) {
        lines++
        if (depth > 0)
          print file ": " line
      }
    }
    close (file)
  }
  BEGIN {
    while (("find . -name \"*build*\" -prune -o -name Makefile.am -print" | getline file) > 0) {
      directory = file
      sub ("/[^/]*$", "", directory)
      scan(file, directory, 0)
    }
    print lines " lines"
  }' > "$dir/out"
test "$(sed -n 's/ lines$//p' "$dir/out")" -gt 60 || die "the makefiles are not read"
test "$(wc -l < "$dir/out")" -eq 1 || die "distributed only under a condition"

# Of a folder, automake also takes what the build directory has under that name, so packaging's files are named.
find packaging -type f | sort > "$dir/files"
test "$(wc -l < "$dir/files")" -ge 20 || die "the files of packaging are not found"
tr -s ' \\' '\n\n' < Makefile.am | sort > "$dir/words"
grep -vxF -f "$dir/words" "$dir/files" > "$dir/out" || :
test ! -s "$dir/out" || die "not named in Makefile.am"
