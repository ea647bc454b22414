#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pending = yes: what is not yet committed is in pending_entries, however the canister lists it, and leaves it when its block
# is committed; the change log grows by what changes alone.
. "$srcdir/icp/lib.sh"
want small
"$top_builddir/dcpipe" -c "$dir/file-small.ini" dump ledger_entries > "$dir/all" 2> "$dir/err"
triple='s/.*"label":\("[^"]*"\),"key":\("[^"]*"\),"value":\("[^"]*"\).*/\1 \2 \3/'
sed 's/.*"block_offset":\([0-9]*\).*/\1/' "$dir/all" | sort -nu > "$dir/offsets"

# block NUMBER: the upserts of one block, in their order.
block ()
{
  offset=$(sed -n "$1p" "$dir/offsets")
  grep "\"block_offset\":$offset,.*\"operation\":\"UPSERT\"" "$dir/all" | sed "$triple"
}
pending () { "$top_builddir/dcpipe" -c "$dir/$1.ini" dump pending_entries 2> "$dir/err" | sed "$triple"; }

# is_pending NAME NUMBER: that block, and nothing else.
is_pending ()
{
  block "$2" > "$dir/one"
  pending "$1" > "$dir/other"
  cmp -s "$dir/one" "$dir/other" || { diff "$dir/one" "$dir/other" | cut -c 1-150 | head -4; die "$1: block $2 is not what is pending"; }
}

# A block of many entries, and its neighbours.
many=$(for n in 5 8 11 14 17 20 23; do echo "$(block $n | wc -l) $n"; done | sort -n | tail -1 | cut -d' ' -f2)
test "$(block "$many" | wc -l)" -gt 1 || die "no block has many entries"

# follows NAME REPLICA-ARGUMENT...: runs at the tip before and behind a block; $lines are more of [source].
follows ()
{
  store=$1
  shift
  rm -rf "$dir/$store.jsonl"
  for n in $many $((many + 1)); do
    replica small --pending --blocks $((n - 1)) "$@"
    from_replica "$store" 'pending = yes' "${line:-}"
    sync 0 "$store"
    is_pending "$store" "$n"
    test "$(sed 's/.*"block_offset":\([0-9]*\).*/\1/' "$dir/$store.jsonl/ledger_entries.jsonl" 2> /dev/null | sort -nu | wc -l)" \
      = "${blocks:-$((n - 1))}" || die "$store: not $((n - 1)) blocks are committed"
  done
  replica small "$@"
  from_replica "$store" 'pending = yes' "${line:-}"
  sync 0 "$store"
  test -z "$(pending "$store")" || die "$store: entries are still pending when all is committed"
}
follows first --generation 1
follows second --generation 2
follows offset --generation 2 --lack next_block_entries
follows third --generation 3
line='trust = certified' follows certified --generation 3
line='trust = none' follows unproved --generation 1
line='method = next_block_sync' follows block_sync
blocks=0 line='method = ledger_entries' follows listed
unset line blocks

# Nobody lists it: said once, and the rest goes on.
replica small --pending --blocks 9 --lack next_block_entries+ledger_entries
from_replica none 'pending = yes'
sync 0 none
test "$(grep -c 'no method that lists entries which are not yet committed' "$dir/err")" = 1 || die "it did not say that nobody lists it"

# Faults on the way are repeated.
replica small --pending --blocks $((many - 1)) --fault kind=close,on=query,method=ledger_entries,count=1 \
  --fault kind=reject,code=2,on=query,method=metadata,after=1,count=1
from_replica faults 'pending = yes'
sync 0 faults
is_pending faults "$many"

# While a ledger grows, and when it stands still: then nothing is written.
replica small --pending --blocks 3 --grow 2/300
from_replica grown 'pending = yes'
"$top_builddir/dcpipe" -c "$dir/grown.ini" --follow > "$dir/out" 2> "$dir/err" &
pid=$!
tries=0
until test "$("$top_builddir/dcpipe" -c "$dir/grown.ini" dump ledger_entries 2> /dev/null | wc -l)" = "$(wc -l < "$dir/all")" \
    && test -z "$(pending grown)"; do
  tries=$((tries + 1))
  test $tries -lt 150 || { kill "$pid"; die "it did not keep up"; }
  sleep 0.2
done
size=$(wc -c < "$dir/grown.jsonl/pending_entries.jsonl")
test "$size" -gt 0 || { kill "$pid"; die "nothing was ever pending"; }
sleep 1
kill -TERM "$pid"
wait "$pid" || :
test "$(wc -c < "$dir/grown.jsonl/pending_entries.jsonl")" = "$size" || die "the change log grows though nothing changes"
