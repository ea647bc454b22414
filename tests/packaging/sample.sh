#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests/sample.sh chooses as many as it is told, the same ones for the same seed, others for another, and each in time.
. "$srcdir/cli/lib.sh"
i=0
while [ "$i" -lt 60 ]; do
  i=$((i + 1))
  echo "cli/test-$i.sh"
done > "$dir/names"
chosen () { sh "$srcdir/sample.sh" "$@" < "$dir/names" > "$dir/out"; }

chosen 10 1
out_lines 6
cp "$dir/out" "$dir/first"
chosen 10 1
cmp -s "$dir/first" "$dir/out" || die "the same seed gave others"
chosen 10 2
! cmp -s "$dir/first" "$dir/out" || die "another seed gave the same"
for name in 9 37 60; do
  chosen 20 1 "cli/test-$name.sh" cli/test-1.sh cli/none.sh
  out_lines 3
  out cli/test-1.sh
  out "cli/test-$name.sh"
done
sort -t- -k2n "$dir/out" | cmp -s - "$dir/out" || die "they are out of order"
chosen 100 1
out_lines 1
chosen 1 1
cmp -s "$dir/names" "$dir/out" || die "one in one is not all"

# A test that is new takes no more than one place.
chosen 10 7
cp "$dir/out" "$dir/first"
echo cli/new.sh >> "$dir/names"
chosen 10 7
test "$(grep -cxF -f "$dir/first" "$dir/out")" -ge 5 || die "a new test changes what is chosen"

seed=0
while [ "$seed" -lt 60 ]; do
  seed=$((seed + 1))
  sh "$srcdir/sample.sh" 5 "$seed" < "$dir/names"
done | sort -u > "$dir/out"
sort "$dir/names" | cmp -s - "$dir/out" || die "some are never chosen"
