#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Manual pages say what the program says: the parts made from it are those that it gives today (`make update-man` renews
# them), and dcpipe(1) has exactly the commands, options and exit statuses of --help. Pages of plugins that were not built are
# passed over.
. "$srcdir/cli/lib.sh"
run 0 --list-plugins
cp "$dir/out" "$dir/plugins"
compared=0
for page in "$top_srcdir"/doc/man/*.[1-9] "$top_srcdir"/plugins/*/*/*.7; do
  plugin=$(basename "$page" .7)
  case $page in
    */doc/man/*) ;;
    *) grep -q "^[a-z]*\.${plugin#dcpipe-}=" "$dir/plugins" || { echo "passed over: $plugin"; continue; } ;;
  esac
  awk -v dcpipe="$top_builddir/dcpipe" -v header="$top_srcdir/core/dcpipe-plugin.h" -f "$top_srcdir/doc/man/regenerate.awk" \
    "$page" > "$dir/page" || die "$page cannot be made anew"
  diff -u "$page" "$dir/page" > "$dir/out" || die "$page is out of date: make update-man"
  compared=$((compared + 1))
done
test $compared -ge 9 || die "only $compared pages were compared"

# One line for each command, option and status, from --help and from the page.
run 0 --help
sed -n -e 's/^  \([a-z][a-z-]*\( [A-Z]*\)\{0,1\}\)   *.*/\1/p' \
  -e 's/^  \(-[a-zA-Z], \)\{0,1\} *\(--[a-z-]*\)\( [A-Z]*\)\{0,1\}  *.*/\1\2\3/p' \
  -e 's/^ *\([0-9][0-9]*\)  \([a-z].*\)/\1 \2/p' "$dir/out" | sed 's/ *$//' | sort > "$dir/help"
awk '
  /^\.Sh ENVIRONMENT/ { skip = 1 }
  /^\.Sh EXIT STATUS/ { skip = 0; status = 1 }
  /^\.Sh EXAMPLES/ { skip = 1 }
  skip || $1 != ".It" { next }
  status { number = $2; getline; print number " " $0; next }
  {
    sub (/^\.It /, "")
    gsub (/ , /, ", ")
    gsub (/Fl -/, "--")
    gsub (/Fl /, "-")
    gsub (/(Cm|Ar) /, "")
    print
  }' "$top_srcdir/doc/man/dcpipe.1" | sort > "$dir/page"
test "$(wc -l < "$dir/help")" -ge 30 || die "--help is not read"
diff "$dir/help" "$dir/page" > "$dir/out" || die "dcpipe.1 (>) is not what --help says (<)"

# dcpipe-plugin(3) has every public name of the header.
names () { tr -c 'A-Za-z0-9_' '\n' | grep -E '^(dcpipe|DCPIPE)_.*[A-Za-z0-9]$' | grep -v '^DCPIPE_PLUGIN_H$' | sort -u; }
names < "$top_srcdir/core/dcpipe-plugin.h" > "$dir/names"
test "$(wc -l < "$dir/names")" -ge 200 || die "the header is not read"
sed 's/\\-/-/g' "$top_srcdir/doc/man/dcpipe-plugin.3" | names > "$dir/page"
comm -23 "$dir/names" "$dir/page" > "$dir/out"
test ! -s "$dir/out" || die "dcpipe-plugin.3 lacks these names of the header"
