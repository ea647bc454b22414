#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ledger_entries and get_transactions are listed whole in every generation, with all that canisters do wrong in paging,
# into tables of their own; and nothing else is touched.
. "$srcdir/icp/lib.sh"

listed () { "$top_builddir/dcpipe" -c "$dir/$1.ini" dump "$2" 2> "$dir/err" || die "dump $2 of $1"; }

# Label, key and value of what a file's ledger_entries has: all upserts, and only those of the labels given.
contents ()
{
  want "$1"
  "$top_builddir/dcpipe" -c "$dir/file-$1.ini" dump ledger_entries 2> "$dir/err" | grep '"operation":"UPSERT"' \
    | sed 's/.*"label":\("[^"]*"\),"key":\("[^"]*"\),"value":\("[^"]*"\).*/\1 \2 \3/' | sort -u
}
triples () { listed "$1" listed_entries | sed 's/.*"label":\("[^"]*"\),"key":\("[^"]*"\),"value":\("[^"]*"\).*/\1 \2 \3/' | sort; }

for ledger in small medium; do
  contents $ledger > "$dir/want"
  test "$(wc -l < "$dir/want")" -gt 50 || die "there is next to nothing to compare with"
  replica $ledger
  from_replica entries 'method = ledger_entries'
  rm -rf "$dir/entries.jsonl"
  sync 0 entries
  grep -q 'these decoders get nothing: ' "$dir/err" || die "no word of the decoders"
  rows=$(wc -l < "$dir/want")
  grep -q '^dcpipe: listed all that there is in ' "$dir/err" || die "$ledger: no word of what came"
  err "dcpipe: sink main: listed_entries: $rows added, 0 changed, 0 removed"
  ! grep -q 'blocks with\|up to date' "$dir/err" || die "$ledger: blocks are spoken of"
  run 0 -c "$dir/entries.ini" status --online
  out "  listed_entries   $rows rows"
  ! grep -q 'behind the tip\|trust\|digest\|  ledger ' "$dir/out" || die "$ledger: status speaks of blocks"
  run 0 -c "$dir/entries.ini" status --json
  grep -q "\"listed_entries\": $rows\$" "$dir/out" || die "$ledger: status --json does not count"
  triples entries > "$dir/have"
  cmp -s "$dir/want" "$dir/have" || { diff "$dir/want" "$dir/have" | head -4; die "$ledger: not all that is listed"; }
  cp "$dir/entries.jsonl/listed_entries.jsonl" "$dir/before"
  sync 0 entries
  cmp -s "$dir/before" "$dir/entries.jsonl/listed_entries.jsonl" || die "$ledger: a second run wrote something"
  err 'dcpipe: up to date: nothing new is listed'
  test -z "$(listed entries ledger_entries)" || die "decoders got something"
done

# Generations 1 and 2 list eight labels, and the last value of each key: fewer, and all of them known.
for generation in 1 2; do
  contents small > "$dir/want"
  replica small --generation $generation
  from_replica counted 'method = ledger_entries'
  rm -rf "$dir/counted.jsonl"
  sync 0 counted
  triples counted > "$dir/have"
  test "$(wc -l < "$dir/have")" -gt 20 || die "generation $generation lists next to nothing"
  comm -13 "$dir/want" "$dir/have" > "$dir/out"
  test ! -s "$dir/out" || die "generation $generation lists what is not in the ledger"
  keys=$("$top_builddir/dcpipe" -c "$dir/file-small.ini" dump ledger_entries 2> /dev/null | awk -F '"' '
    { label = $6; key = $10 }
    label ~ /^(ProvRegister|ProvCheckIn|UserRegister|RewardDistr|ProvProfile|ProvOffering|ContractSignReq|LinkedIcIds)$/ {
      if (/"operation":"UPSERT"/) live[label " " key] = 1; else delete live[label " " key]
    }
    END { for (entry in live) count++; print count + 0 }')
  test "$(wc -l < "$dir/have")" = "$keys" || die "generation $generation: $(wc -l < "$dir/have") entries of $keys"
done

# Transactions: as many as the ledger has, in each of the two ways of counting.
for ledger in small medium; do
  replica $ledger
  from_replica transactions 'method = get_transactions'
  rm -rf "$dir/transactions.jsonl"
  sync 0 transactions
  want $ledger
  "$top_builddir/dcpipe" -c "$dir/file-$ledger.ini" dump token_transfers > "$dir/transfers" 2> "$dir/err"
  listed transactions listed_transactions > "$dir/have"
  test "$(wc -l < "$dir/have")" = "$(wc -l < "$dir/transfers")" \
    || die "$ledger: $(wc -l < "$dir/have") transactions of $(wc -l < "$dir/transfers")"
  for file in transfers have; do
    grep -v '"kind":"burn"' "$dir/$file" | sed 's/.*"amount":"*\([0-9]*\).*/\1/' | sort > "$dir/$file.amounts"
  done
  comm -13 "$dir/transfers.amounts" "$dir/have.amounts" > "$dir/out"
  test ! -s "$dir/out" || die "$ledger: amounts that no transfer has"
done

# A ledger that grows: what is new is listed too.
replica small --blocks 3 --grow 4/200
from_replica entries 'method = ledger_entries'
rm -rf "$dir/entries.jsonl"
"$top_builddir/dcpipe" -c "$dir/entries.ini" --follow > "$dir/out" 2> "$dir/err" &
pid=$!
contents small > "$dir/want"
tries=0
until triples entries 2> /dev/null | cmp -s "$dir/want" -; do
  tries=$((tries + 1))
  test $tries -lt 150 || { kill "$pid"; die "it did not keep up"; }
  sleep 0.2
done
kill -TERM "$pid"
wait "$pid" || :

# Pages that lead nowhere: said, and what came before is kept.
for generation in 1 2 3; do
  replica medium --generation $generation --stuck
  from_replica stuck 'method = ledger_entries'
  rm -rf "$dir/stuck.jsonl"
  sync 1 stuck
  grep -q 'ledger_entries of canister .* cannot be paged: .* Read the ledger with method = data_fetch' "$dir/err" \
    || die "generation $generation: no word of pages that lead nowhere"
  test "$(triples stuck | wc -l)" -ge 400 || die "generation $generation: the first page was not kept"
done

# Pages too large for a reply are made smaller, down to one that is refused for another reason.
contents small > "$dir/want"
replica small --fault kind=reject,code=5,method=ledger_entries,count=4 --fault kind=close,on=query,method=ledger_entries,after=6,count=1
from_replica halved 'method = ledger_entries'
sync 0 halved
triples halved > "$dir/have"
cmp -s "$dir/want" "$dir/have" || die "not all is listed in smaller pages"
replica small --fault kind=reject,code=5,method=get_transactions,count=8
from_replica fewer 'method = get_transactions'
sync 0 fewer
"$top_builddir/dcpipe" -c "$dir/file-small.ini" dump token_transfers > "$dir/transfers" 2> "$dir/err"
test "$(listed fewer listed_transactions | wc -l)" = "$(wc -l < "$dir/transfers")" || die "not all is listed one by one"
replica small --fault kind=reject,code=5,method=ledger_entries
from_replica halved 'method = ledger_entries'
sync 1 halved
grep -q 'rejected with code 5' "$dir/err" || die "no word of the reject"

# With certificates: the same list.
replica small
from_replica proved 'method = ledger_entries' 'trust = certified'
sync 0 proved
triples proved > "$dir/have"
cmp -s "$dir/want" "$dir/have" || die "not all is listed with certificates"
