#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sinks at different heights, sinks and decoders added later, runs of labels before, between and after runs of everything: it all ends
# in the same tables.
. "$srcdir/engine/lib.sh"

expect_tables plain "$first"

# A sink added when the other stands in the middle.
conf added << 'END'
source
blocks = 37
END
run 0 -c "$dir/added.ini"
sed -i.old 's/^blocks = .*/blocks = 100/' "$dir/added.ini"
printf '[sink late]\nplugin = %s\npath = added.late\n' "$first" >> "$dir/added.ini"
run 0 -c "$dir/added.ini"
for sink in $built late; do
  expect_tables added "$sink"
done

# A decoder added after a whole run is filled from the first block; the others skip.
conf later < /dev/null
sed -i.old -e '/^\[decoder Alpha\]/,/^\[sink/{/^\[sink/!d}' "$dir/later.ini"
run 0 -c "$dir/later.ini"
conf later < /dev/null
run 0 -c "$dir/later.ini"
for sink in $built; do
  expect_tables later "$sink"
done

# mixed NAME RUN...: "N" is a run of everything up to block N, "N:LABEL" one of that label.
mixed ()
{
  name_=$1
  shift
  conf "$name_" << 'END'
source
blocks = 100
END
  for step in "$@"; do
    sed -i.old "s/^blocks = .*/blocks = ${step%:*}/" "$dir/$name_.ini"
    case $step in
      *:*) run 0 -c "$dir/$name_.ini" --label "${step#*:}" ;;
      *) run 0 -c "$dir/$name_.ini" ;;
    esac
  done
  sed -i.old "s/^blocks = .*/blocks = 100/" "$dir/$name_.ini"
  run 0 -c "$dir/$name_.ini" verify
  run 0 -c "$dir/$name_.ini"
  for sink in $built; do
    expect_tables "$name_" "$sink"
  done
  run 0 -c "$dir/$name_.ini" verify
}
mixed label-first 100:Alpha
mixed between 20 60:Alpha 65 80:Beta 90:Alpha
mixed behind 10:Beta 30 30:Alpha 100:Alpha 100:Beta
mixed both-labels 33:Alpha 66:Beta 66 77:Alpha

# The logs of a label run ahead hold that label and no other.
conf ahead < /dev/null
run 0 -c "$dir/ahead.ini" --label Alpha
run 0 -c "$dir/ahead.ini" dump ledger_entries
grep -q '"label":"Alpha"' "$dir/out" || die "no entries of the label"
! grep -qv '"label":"Alpha"' "$dir/out" || die "entries of other labels"
run 64 -c "$dir/ahead.ini" --label Nonsense
says "no decoder section names the label 'Nonsense'"
says 'Alpha, Beta'
