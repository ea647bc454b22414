#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A decoder that would make other rows than those stored is refused, with the command that helps, which then does.
. "$srcdir/engine/lib.sh"

conf changed < /dev/null
run 0 -c "$dir/changed.ini"
cp "$dir/changed.ini" "$dir/before.ini"

# An option that changes no rows, and the order of sections, are of no account.
sed -e "s|^plugin = .*fold.so|&\nremark = x|" "$dir/before.ini" > "$dir/changed.ini"
run 0 -c "$dir/changed.ini"

# refused FROM TO: with that line of the configuration changed; afterwards all is as if it had always been so.
refused ()
{
  sed "s|$1|$2|" "$dir/before.ini" > "$dir/changed.ini"
  run 78 -c "$dir/changed.ini"
  says 'decoder fold makes other rows than those stored'
  run 78 -c "$dir/changed.ini" verify
  says 'decoder fold makes other rows than those stored'
  run 0 -c "$dir/changed.ini" status
  grep -q '^  fold  *filled with other settings, which a run will refuse$' "$dir/out" || die "status is silent"
  for sink in $built; do
    run 78 -c "$dir/changed.ini"
    run 0 -c "$dir/changed.ini" reset --sink "$sink" --decoder fold --yes
    run 0 -c "$dir/changed.ini" status
  done
  run 0 -c "$dir/changed.ini"
  run 0 -c "$dir/changed.ini" verify
  sed "s|= changed\\.|= fresh.|" "$dir/changed.ini" > "$dir/fresh.ini"
  for sink in $built; do
    rm -rf "$dir/fresh.$sink"*
  done
  run 0 -c "$dir/fresh.ini"
  for sink in $built; do
    dump changed "$sink" "$dir/changed.dump"
    dump fresh "$sink" "$dir/fresh.dump"
    cmp "$dir/changed.dump" "$dir/fresh.dump" || die "the tables are not those of a fresh store"
  done
  cp "$dir/changed.ini" "$dir/before.ini"
}
refused '^plugin = .*fold.so' '&\nwindow = 5'
refused '^\[decoder Beta\]' '[decoder Gamma]'
refused 'fold.so' 'fold2.so'

# The whole sink can be emptied, too, and --yes is asked for when nobody can answer.
run 64 -c "$dir/before.ini" reset --sink "$first" < /dev/null
run 0 -c "$dir/before.ini" reset --sink "$first" --yes
run 0 -c "$dir/before.ini" dump --sink "$first" ledger_entries
out_lines 0
run 0 -c "$dir/before.ini"
run 0 -c "$dir/before.ini" verify
