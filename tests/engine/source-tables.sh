#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tables of a source's own: filled in order with the blocks, through a sink's faults, and apart from frontiers, digest and
# verify; and sources that have nothing else.
. "$srcdir/engine/lib.sh"
decoded=$tables
digests () { "$top_builddir/dcpipe" -c "$dir/$1.ini" status --json | grep -o '"digest": *"[0-9a-f]*"' | sort -u; }

# The rows say which block wrote them last.
expect_notes ()
{
  "$top_builddir/dcpipe" -c "$dir/$1.ini" dump made_notes --sink "$2" > "$dir/out" 2> "$dir/err" || die "$1: no made_notes in $2"
  printf '%s\n' 0000.70 0001.77 0002.84 0003.91 0004.98 > "$dir/want"
  sed 's/.*"name":"\([0-9]*\)","number":\([0-9]*\).*/\1.\2/' "$dir/out" | cmp -s - "$dir/want" || die "$1: other rows in made_notes of $2"
  "$top_builddir/dcpipe" -c "$dir/$1.ini" dump made_now --sink "$2" > "$dir/out" 2> "$dir/err" || die "$1: no made_now in $2"
  sed 's/.*"number":\([0-9]*\).*/\1/' "$dir/out" | tr '\n' ' ' | grep -qx '97 98 99 ' || die "$1: other rows in made_now of $2"
}

conf beside << 'END'
source
notes = beside
END
run 0 -c "$dir/beside.ini"
for sink in $built; do
  expect_tables beside "$sink"
  expect_notes beside "$sink"
done
test "$(digests beside)" = "$(digests plain)" || die "the digests differ"
run 0 -c "$dir/beside.ini"
for sink in $built; do expect_notes beside "$sink"; done
run 0 -c "$dir/beside.ini" verify
! grep -q made_ "$dir/out" || die "verify speaks of the source's tables"

# A table that is replaced at each tip leaves no trace of the one before.
echo 40 > "$dir/length"
conf grows << 'END'
source
notes = beside
grow = length
END
run 0 -c "$dir/grows.ini"
echo 100 > "$dir/length"
run 0 -c "$dir/grows.ini"
for sink in $built; do
  expect_tables grows "$sink"
  expect_notes grows "$sink"
done

# Faults of the sink.
number=0
for fault in 'apply retry 3' 'apply again 1' 'commit retry 1' 'commit again 2' 'commit lie 1' 'commit lie 3'; do
  set -- $fault
  number=$((number + 1))
  conf "fault$number" << END
source
notes = beside
[sink bad]
plugin = $faulty/flaky.so
path = bad$number
call = $1
kind = $2
at = $3
times = 2
END
  run 0 -c "$dir/fault$number.ini"
  expect_tables "fault$number" bad
  expect_notes "fault$number" bad
done

# reset: all tables of the sink, and with --decoder none of the source's.
run 0 -c "$dir/beside.ini" reset --sink "$first" --decoder fold --yes
expect_notes beside "$first"
run 0 -c "$dir/beside.ini" reset --sink "$first" --yes
for table in made_notes made_now ledger_entries; do
  run 0 -c "$dir/beside.ini" dump $table --sink "$first"
  out_lines 0
done
run 0 -c "$dir/beside.ini"
expect_tables beside "$first"
expect_notes beside "$first"

# Tables that are not filled are not made; reset removes them all the same.
sed 's/^notes = .*/notes = odd/' "$dir/beside.ini" > "$dir/less.ini"
run 64 -c "$dir/less.ini" dump made_now --sink "$first"
says "nothing in the configuration has a table 'made_now'"
sed 's/^notes = .*/notes = none/' "$dir/beside.ini" > "$dir/less.ini"
run 0 -c "$dir/less.ini" reset --sink "$first" --yes
run 0 -c "$dir/less.ini"
expect_tables less "$first"
run 0 -c "$dir/beside.ini" dump made_notes --sink "$first"
out_lines 0
run 0 -c "$dir/beside.ini"

# Nothing but lists: said at the start, or found out.
for notes in alone late; do
  conf $notes << END
source
notes = $notes
blocks = 1000
END
  run 0 -c "$dir/$notes.ini"
  says 'these decoders get nothing: entry, fold'
  test "$(grep -c 'get nothing' "$dir/err")" = 1 || die "$notes: warned more than once"
  for sink in $built; do
    "$top_builddir/dcpipe" -c "$dir/$notes.ini" dump made_notes --sink "$sink" > "$dir/out" 2> "$dir/err"
    test "$(wc -l < "$dir/out")" = 1000 || die "$notes: not all rows are in $sink"
  done
  run 0 -c "$dir/$notes.ini" dump ledger_entries
  out_lines 0
done
run 78 -c "$dir/alone.ini" verify
says 'does not deliver whole blocks'

# A commit of nothing but such rows, in doubt: whether it took place is told by a text that no other commit has.
number=0
for fault in 'retry 2' 'retry 3' 'lie 2' 'again 2'; do
  set -- $fault
  number=$((number + 1))
  conf "doubt$number" << END
batch_size = 1
source
notes = alone
blocks = 1000
batch = 1
[sink bad]
plugin = $faulty/flaky.so
path = doubt$number
call = commit
kind = $1
at = $2
END
  run 0 -c "$dir/doubt$number.ini"
  "$top_builddir/dcpipe" -c "$dir/doubt$number.ini" dump made_notes --sink bad > "$dir/out" 2> "$dir/err"
  test "$(wc -l < "$dir/out")" = 1000 || die "$fault: a commit that did not take place is taken for done"
done

# A sink that was filled with blocks takes lists as well, and blocks again.
sed 's/^notes = .*/notes = late/' "$dir/beside.ini" > "$dir/turns.ini"
run 0 -c "$dir/turns.ini"
sed 's/^notes = .*/notes = beside/' "$dir/beside.ini" > "$dir/turns.ini"
run 0 -c "$dir/turns.ini"
expect_tables beside "$first"

# Rows that cannot be kept are left out; a plugin's mistakes are named.
conf odd << 'END'
source
notes = odd
END
run 0 -c "$dir/odd.ini"
says 'a row of table made_notes is left out: name is not valid UTF-8'
says 'a row of table made_notes is left out: its key is longer than 480 bytes'
for sink in $built; do expect_tables odd "$sink"; done
run 0 -c "$dir/odd.ini" dump made_notes
out_lines 5
sed 's/^notes = .*/notes = misuse/' "$dir/odd.ini" > "$dir/misuse.ini"
run 1 -c "$dir/misuse.ini"
says 'a failed entry, but there is no entry (a mistake in the plugin)'

# Rows are charged to the budget; those of one batch have a bound.
conf crowd << 'END'
max_block_size = 1M
source
notes = crowd
value_size = 2k
blocks = 5000
END
run 1 -c "$dir/crowd.ini"
says 'more than 1048576 bytes of rows in one batch (a mistake in the plugin)'
conf large << END
workers = 4
memory = 4M
commit_size = 4M
source
notes = alone
blocks = 300
value_size = 1M
batch = 1
[sink $first]
plugin = $first
path = large.$first
END
"$builddir/golden/golden" memory 64 "$top_builddir/dcpipe" -c "$dir/large.ini" > "$dir/out" 2> "$dir/err" || die "not in memory's bounds"
rm -rf "$dir/large.$first"*
