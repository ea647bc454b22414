#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Commands that read the sinks alone do not miss the variables of [source]; those that ask the source do.
. "$srcdir/cli/lib.sh"
vectors=$(cd "$srcdir/data/vectors/ledger" && pwd)
test -e "$top_builddir/uninstalled/sinks/jsonl.so" -a -e "$top_builddir/uninstalled/sources/icp.so" || exit 77
rest='[decoder *]
plugin = entry
[decoder ProvProfile]
plugin = profile
[sink main]
plugin = jsonl
path = store'
printf '[source]\nplugin = ledger_file\npath = ${TEST_LEDGER}\n%s\n' "$rest" > "$dir/file.ini"
printf '[source]\nplugin = icp\nurl = ${TEST_URL}\ncanister_id = ${TEST_CANISTER}\npending = ${TEST_PENDING}\n%s\n' "$rest" > "$dir/network.ini"
unset TEST_URL TEST_CANISTER TEST_PENDING
status=0
TEST_LEDGER=$vectors/small.ledger "$top_builddir/dcpipe" -c "$dir/file.ini" > "$dir/out" 2> "$dir/err" || status=$?
test "$status" = 0 -o "$status" = 3 || die "status $status"
unset TEST_LEDGER

for file in file network; do
  run 0 -c "$dir/$file.ini" status
  grep -q '^  entry  *block at ' "$dir/out" || die "$file: status does not say how far it came"
  test ! -s "$dir/err" || die "$file: something is amiss with status"
  run 0 -c "$dir/$file.ini" status --json
  run 0 -c "$dir/$file.ini" dump ledger_entries
  out_lines 465
done
run 0 -c "$dir/network.ini" dump pending_entries
out_lines 0

# misses COUNT FILE ARGUMENT...
misses ()
{
  count=$1 file=$2
  shift 2
  run 78 -c "$dir/$file.ini" "$@"
  test "$(grep -c 'the environment variable TEST_.* is not set and has no default' "$dir/err")" = "$count" || die "$file $*: not $count are missed"
  err_lines "$count"
}
for command in '' sync verify 'status --online' serve --check --dump-config; do
  misses 1 file $command
  misses 3 network $command
done

run 0 -c "$dir/network.ini" reset --sink main --decoder profile --yes
run 0 -c "$dir/network.ini" dump provider_profiles
out_lines 0
# Other mistakes in the section are mistakes for everybody, and so is a plugin that is not known.
sed -i 's/^pending = .*/pending = perhaps/' "$dir/network.ini"
run 78 -c "$dir/network.ini" status
err 'dcpipe: error: DIR/network.ini:5: pending = perhaps: expected yes or no'
err_lines 1
printf '[source]\nplugin = ${TEST_PLUGIN}\n%s\n' "$rest" > "$dir/x.ini"
unset TEST_PLUGIN
run 78 -c "$dir/x.ini" status
err_lines 1
