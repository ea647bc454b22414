#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every plugin of the build tree loads, and describes itself and its options.
. "$srcdir/cli/lib.sh"
run 0 --list-plugins
cp "$dir/out" "$dir/list"
test "$(wc -l < "$dir/list")" -ge 2 || die "no plugins"
while IFS== read -r key path; do
  kind=${key%%.*}
  run 0 --dump-plugin "$path"
  out "name=${key#*.}"
  out "kind=$kind"
  for field in version description license; do
    grep -q "^$field=." "$dir/out" || die "$key: no $field"
  done
  sed -n 's/^option\.\(.*\)\.type=.*/\1/p' "$dir/out" > "$dir/options"
  while read -r option; do
    grep -q "^option\.$option\.help=." "$dir/out" || die "$key: option $option has no help"
  done < "$dir/options"
done < "$dir/list"
