#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# method = auto reads with the best method that the canister has, and says which and why in one line.
. "$srcdir/icp/lib.sh"

# chosen WORDS REPLICA-ARGUMENT...: in a new sink.
chosen ()
{
  words=$1
  shift
  replica small "$@"
  rm -rf "$dir/auto.jsonl"
  from_replica auto 'method = auto'
  sync 0 auto
  test "$(grep -c 'method = auto: ' "$dir/err")" = 1 || die "$*: not one line of the choice"
  grep -q "method = auto: canister .* reads with $words" "$dir/err" || die "$*: no word of '$words'"
}
lines () { "$top_builddir/dcpipe" -c "$dir/auto.ini" dump "$1" 2> /dev/null | wc -l; }

chosen 'data_fetch, the whole ledger as it stands$'
expect auto small
chosen 'next_block_sync; data_fetch: there is no such method$' --lack data_fetch
expect auto small
chosen 'next_block_sync; data_fetch: .*rejected with code 5' --fault kind=reject,code=5,method=data_fetch
expect auto small
chosen 'data_fetch, the whole' --lack metadata
expect auto small

gone='data_fetch: there is no such method; next_block_sync: it gives no blocks, only entries that are not yet committed'
for generation in 1 2 3; do
  chosen "ledger_entries and get_transactions; $gone\$" --lack data_fetch --next-block-sync pending --generation $generation
  grep -q 'these decoders get nothing: ' "$dir/err" || die "generation $generation: no word of the decoders"
  test "$(lines listed_entries)" -gt 20 && test "$(lines listed_transactions)" -gt 20 || die "generation $generation: little is listed"
  test "$(lines ledger_entries)" = 0 || die "generation $generation: decoders got something"
done
chosen 'get_transactions; .*ledger_entries: there is no such method$' --lack data_fetch+next_block_sync+ledger_entries
chosen 'ledger_entries; .*get_transactions: there is no such method$' --lack data_fetch+next_block_sync+get_transactions

# Where blocks are stored they are not given up for listings, unless that is said: then these stand beside them.
from_file auto small
rm -rf "$dir/auto.jsonl"
sync 0 auto
replica small --lack data_fetch+next_block_sync
from_replica auto 'method = auto'
sync 1 auto
grep -q "gives listings and no blocks, of which some are stored here already (data_fetch: there is no such method; .*say 'method = ledger_entries'" \
    "$dir/err" || die "no word of the blocks"
test ! -s "$dir/auto.jsonl/listed_entries.jsonl" || die "something is listed"
from_replica auto 'method = ledger_entries'
sync 0 auto
test "$(lines listed_entries)" -gt 20 || die "little is listed beside blocks"

# Words that nobody signed change nothing: not a status, not a reject, for no method and at no trust.
for fault in status,status=400 status,status=403 status,status=302 garbage refuse,code=3,text=canister_has_no_query_method; do
  for trust in none signatures certified; do
    for method in data_fetch+next_block_sync data_fetch; do
      replica small --fault "kind=$fault,on=query+call,method=${method%+*}" --fault "kind=$fault,on=query+call,method=${method#*+}"
      from_replica unsigned 'method = auto' "trust = $trust"
      sed -i 's/^poll_interval/max_retries = 1\nretry_delay = 10ms\npoll_interval/' "$dir/unsigned.ini"
      rm -rf "$dir/unsigned.jsonl"
      sync 75 unsigned
      test ! -s "$dir/unsigned.jsonl/listed_entries.jsonl" || die "$fault, trust = $trust: something is listed"
    done
  done
done

# Nothing to read by; a method that was asked for and is not there; nobody answers.
replica small --lack data_fetch+next_block_sync+ledger_entries+get_transactions
from_replica none 'method = auto'
sync 1 none
grep -q 'no method to read a ledger by: data_fetch: there is no such method; next_block_sync: ' "$dir/err" || die "no word of the reasons"
for method in data_fetch next_block_sync ledger_entries get_transactions; do
  from_replica none "method = $method"
  sync 1 none
  grep -q "$method of canister .*has no query method" "$dir/err" || die "no word of $method"
done
replica small --fault kind=close,on=query
from_replica none 'method = auto'
sed -i 's/^poll_interval/max_retries = 1\npoll_interval/' "$dir/none.ini"
sync 75 none
