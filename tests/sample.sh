#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Of the names on standard input, one to a line, chooses some, and prints them in the order in which they came.
#
#   sample.sh N SEED [NAME...]
#
# is one in N, at least one, chosen by SEED: the same ones each time, whatever the machine. NAMEs are chosen in any case.
set -eu
test $# -ge 2 && test "$1" -ge 1 || {
  echo "usage: sample.sh N SEED [NAME...], with N of 1 or more" >&2
  exit 64
}
every=$1
seed=$2
shift 2

# Lots are drawn for each name by itself, so that a new test leaves those of the others alone: by a check sum, which is alike
# for names that are alike, and therefore stirred. Numbers stay below 2 to the 53, as any awk has them.
number=0
while read -r name; do
  number=$((number + 1))
  sum=$(printf '%s %s\n' "$seed" "$name" | cksum)
  for fixed; do
    test "$name" != "$fixed" || sum=0
  done
  printf '%s %s %s\n' "${sum%% *}" "$number" "$name"
done | awk '{
  for (i = 0; i < 3; i++)
    $1 = $1 * 16807 % 2147483647
  printf "%d %s %s\n", $1, $2, $3
}' | sort -n | awk -v every="$every" '
  { lines[NR] = $0; fixed += $1 == 0 }
  END {
    count = int(NR / every)
    count = count < fixed ? fixed : count
    for (i = 1; i <= (count < 1 ? 1 : count) && i <= NR; i++)
      print lines[i]
  }' | sort -k 2n | cut -d' ' -f3
