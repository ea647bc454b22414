#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Manual pages: every plugin has one, mandoc finds nothing to say about any, and every page that one refers to is there.
. "$srcdir/cli/lib.sh"
for plugin in "$top_srcdir"/plugins/sources/* "$top_srcdir"/plugins/decoders/* "$top_srcdir"/plugins/sinks/*; do
  page=$plugin/dcpipe-$(basename "$plugin").7
  test ! -e "$plugin/Makefile.am" -o -e "$page" || die "$page is missing"
done
mkdir "$dir/man"
cp "$top_srcdir"/doc/man/*.[1-9] "$top_srcdir"/plugins/*/*/*.7 "$dir/man"
test "$(ls "$dir/man" | wc -l)" -ge 19 || die "the pages are not found"
sed -n 's/^\.Xr \([^ ]*\) \([1-9]\).*/\1.\2/p' "$dir/man"/* | sort -u > "$dir/references"
while read -r page; do
  test -e "$dir/man/$page" || die "there is no page $page"
done < "$dir/references"
command -v mandoc > /dev/null || { echo "skipped in part: there is no mandoc"; exit 77; }
mandoc -T lint -W all "$dir"/man/* 2>&1 | grep -v 'STYLE: referenced manual not found: Xr dcpipe' > "$dir/out" || :
test ! -s "$dir/out" || die "mandoc finds faults"
