#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every decoder over every golden ledger: each decoded field, each failed entry and each verdict is as the companion
# says, the folded tables are the state after the last entry, in every sink; runs label by label end in the same
# tables; `verify` agrees.
. "$srcdir/golden/lib.sh"

decoded=$builddir/golden/decoded

tables='ledger_entries failed_entries users registrations provider_profiles provider_profile_contacts
  provider_offerings provider_offering_items offering_row_errors provider_check_ins contract_signatures
  contract_payment_entries contract_replies reward_distributions token_transfers token_balances
  registered_principals token_approvals token_approval_changes reputations reputation_changes linked_ic_ids
  linked_ic_id_changes'

# LABEL:PLUGIN, with a + if entries are signed.
sections='ProvRegister:registration+ UserRegister:registration+ NPRegister:registration+ ProvProfile:profile+
  NPProfile:profile+ ProvOffering:offering+ NPOffering:offering+ ProvCheckIn:check_in+ NPCheckIn:check_in+
  ContractSignReq:contract+ ContractSignReply:contract+ RewardDistribution:reward DCTokenTransfer:transfer
  ProvRegister:transfer UserRegister:transfer NPRegister:transfer DCTokenApproval:approval RepChange:reputation
  RepAge:reputation LinkedIcIds:linked_ids'

# A plugin whose library is absent is left out, and then there is nothing to compare.
for section in $sections; do
  plugin=${section#*:}
  [ -e "$top_builddir/uninstalled/decoders/${plugin%+}.so" ] || { echo "no decoder ${plugin%+} was built"; exit 77; }
done
case $sinks in
  *jsonl*) ;;
  *) echo "the sink jsonl was not built"; exit 77 ;;
esac

first=${sinks# }
first=${first%% *}

# configure DIR LEDGER MODE SINKS: all decoders into these sinks.
configure () {
  all=$sinks
  sinks=$4
  prepare "$1" "$2"
  sinks=$all
  for section in $sections; do
    plugin=${section#*:}
    printf '[decoder %s]\nplugin = %s\n' "${section%:*}" "${plugin%+}"
    [ "$plugin" = "${plugin%+}" ] || printf 'verify_signatures = %s\n' "$3"
  done >>"$1/test.ini"
}

# run DIR ARGUMENT...: runs dcpipe, which may find failed entries.
run () {
  run_in "$@"
  case $status in
    0 | 3) ;;
    *) problem "$*: status $status, $(cat "$1/stderr")" ;;
  esac
}

# dump_all DIR SINK: each table into DIR/SINK.dump.
dump_all () {
  mkdir -p "$1/$2.dump"
  for table in $tables; do
    "$dcpipe" -c "$1/test.ini" dump "$table" --sink "$2" >"$1/$2.dump/$table.jsonl" || problem "$1: dump of $table"
  done
}

# same_dumps NAME DIRECTORY DIRECTORY
same_dumps () {
  for table in $tables; do
    cmp "$2/$table.jsonl" "$3/$table.jsonl" || problem "$1: table $table"
  done
}

# compare NAME MODE DIR DUMPS: with the companions.
compare () {
  "$decoded" "$2" "$want" "$vectors/$1.state.json" "$4" "$3/store.jsonl" >"$3/told" ||
    problem "$1: the tables with verify_signatures = $2"
  tell "$1.ledger, $2: $(cat "$3/told")"
}

# One run over everything into each sink.
check () {
  dir=$tmp/$1.flag
  configure "$dir" "$vectors/$1.ledger" flag "$sinks"
  run "$dir"
  for sink in $sinks; do
    dump_all "$dir" "$sink"
  done
  for sink in $sinks; do
    same_dumps "$1: sink $sink" "$dir/$sink.dump" "$dir/jsonl.dump"
  done
  compare "$1" flag "$dir" "$dir/jsonl.dump"
}

# The other ways to treat signatures: what is decoded of each entry, as it was written.
check_mode () {
  dir=$tmp/$1.$2
  configure "$dir" "$vectors/$1.ledger" "$2" jsonl
  run "$dir"
  compare "$1" "$2" "$dir" "$dir/store.jsonl"
}

# Label by label in an order of no meaning, then what is left: the same tables.
check_labels () {
  dir=$tmp/$1.labels
  configure "$dir" "$vectors/$1.ledger" flag "$first"
  for label in RepAge ContractSignReply DCTokenTransfer NPOffering RewardDistr LinkedIcIds UserRegister ProvCheckIn; do
    run "$dir" --label "$label"
  done
  run "$dir"
  dump_all "$dir" "$first"
  same_dumps "$1: label by label" "$dir/$first.dump" "$tmp/$1.flag/jsonl.dump"
}

check_verify () {
  dir=$tmp/$1.flag
  run_in "$dir" verify --sink "$first"
  [ "$status" -eq 0 ] || problem "$1: verify ended with $status: $(cat "$dir/stderr")"
}

found=0
for ledger in "$vectors"/*.ledger; do
  [ -f "$ledger" ] || continue
  name=$(basename "$ledger" .ledger)
  want=
  for file in "$vectors/$name.expected.jsonl" "$vectors/$name.expected.jsonl.gz"; do
    [ ! -f "$file" ] || want=$file
  done
  if [ -z "$want" ] || [ ! -f "$vectors/$name.state.json" ]; then
    tell "$name.ledger: passed over, it has no companions"
    continue
  fi
  found=$((found + 1))
  check "$name"
  check_mode "$name" reject
  check_mode "$name" off
  check_labels "$name"
  check_verify "$name"
done
[ "$found" -gt 0 ] || exit 77
[ "$problems" -eq 0 ]
