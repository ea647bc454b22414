#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What status tells of failed entries is what the table of them holds: found in decode or in resolve, twice or once, by runs of
# labels ahead of a frontier, after passing faults and after kills.
. "$srcdir/engine/lib.sh"

# decoders NAME: the configuration $dir/NAME.ini; further lines come from standard input.
decoders ()
{
  {
    cat
    printf '[decoder *]\nplugin = %s\n' "$faulty/stumble.so"
    printf '[decoder Alpha]\nplugin = %s\n[decoder Beta]\nplugin = %s\n' "$faulty/stumble_later.so" "$faulty/stumble_later.so"
  } | conf "$1"
}

# counts NAME: lines "NUMBER SINK DECODER" of failed entries, and "NUMBER label LABEL" over all sinks, as status tells them.
counts ()
{
  run 0 -c "$dir/$1.ini" status
  sed -n -e 's/^sink \([^ ]*\) (.*/s \1/p' -e 's/^  \([a-z_]*\)  *block at .*/d \1/p' -e 's/^  \([a-z_]*\)  *nothing yet.*/d \1/p' \
    -e 's/^  *\([0-9]*\) failed entries$/f \1/p' "$dir/out" \
    | awk '$1 == "s" { sink = $2 } $1 == "d" { decoder = $2 } $1 == "f" { print $2, sink, decoder }'
  run 0 -c "$dir/$1.ini" status --json
  tr -d ' \n' < "$dir/out" | grep -o '"[A-Z][a-z]*":\["[0-9]*","[0-9]*"\]' | tr -d '[]":' | tr , ' ' \
    | awk '{ sub (/[0-9]+$/, "", $1); sum[$1] += $2 } END { for (label in sum) if (sum[label]) print sum[label], "label", label }'
}

# held NAME SINK...: the same of the tables.
held ()
{
  file=$1
  shift
  : > "$dir/rows"
  for sink in "$@"; do
    "$top_builddir/dcpipe" -c "$dir/$file.ini" dump failed_entries --sink "$sink" 2> "$dir/err" > "$dir/failed" || die "dump of $sink"
    sed "s/.*\"decoder\":\"\([^\"]*\)\".*\"label\":\"\([^\"]*\)\".*/$sink \1 \2/" "$dir/failed" >> "$dir/rows"
  done
  awk '{ n[$1 " " $2]++; n["label " $3]++ } END { for (i in n) print n[i], i }' "$dir/rows"
}

# agree NAME SINK...: both are the same; left in $dir/NAME.told.
agree ()
{
  counts "$1" | sort > "$dir/$1.told"
  held "$@" | sort > "$dir/held"
  test -s "$dir/held" || die "no entry failed"
  diff "$dir/held" "$dir/$1.told" || die "status tells other numbers than the table"
}

decoders once < /dev/null
run 3 -c "$dir/once.ini"
agree once $built
run 0 -c "$dir/once.ini"
agree once $built

# Labels ahead, one after the other, in several steps.
decoders labels << 'EOF'
source
blocks = 60
EOF
run 3 -c "$dir/labels.ini" --label Alpha
agree labels $built
sed -i.old 's/^blocks = .*/blocks = 70/' "$dir/labels.ini"
run 3 -c "$dir/labels.ini"
agree labels $built
sed -i.old 's/^blocks = .*/blocks = 80/' "$dir/labels.ini"
run 3 -c "$dir/labels.ini" --label Gamma
agree labels $built
sed -i.old 's/^blocks = .*/blocks = 100/' "$dir/labels.ini"
run 3 -c "$dir/labels.ini" --label Beta
run 3 -c "$dir/labels.ini"
agree labels $built
cmp "$dir/once.told" "$dir/labels.told" || die "the order of runs changes the numbers"

# Transactions begun anew, and a commit that took place though its answer was lost.
for kind in again lie; do
  printf '[sink %s]\nplugin = %s\npath = %s.bad\ncall = commit\nkind = %s\nevery = 3\n' "$first" "$faulty/flaky.so" "$kind" "$kind" \
    | decoders "$kind"
  run 3 -c "$dir/$kind.ini"
  agree "$kind" "$first"
  test "$(grep "$first" "$dir/$kind.told")" = "$(grep "$first" "$dir/once.told")" || die "numbers are others after faults ($kind)"
done

# Kills.
decoders kills << 'EOF'
source
pace = 8ms
EOF
for turn in 1 2 3 4 5 6; do
  "$top_builddir/dcpipe" -c "$dir/kills.ini" > /dev/null 2>&1 &
  pid=$!
  sleep "0.0$turn"
  kill -9 "$pid" 2> /dev/null || :
  wait "$pid" 2> /dev/null || :
done
status=0 # what is left may have no failed entries
"$top_builddir/dcpipe" -c "$dir/kills.ini" > "$dir/out" 2> "$dir/err" || status=$?
case $status in 0 | 3) ;; *) die "exit status $status after kills" ;; esac
agree kills $built
cmp "$dir/once.told" "$dir/kills.told" || die "the numbers are others after kills"
