#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A label that no entry has is told of at the end of a run over the whole ledger: it may be misspelt. Another ledger in place of
# the one that was stored, and a file that is none, are called so.
. "$srcdir/cli/lib.sh"
needs sinks/jsonl sources/ledger_file decoders/entry
vectors=$(cd "$srcdir/data/vectors/ledger" && pwd)
cp "$vectors/small.ledger" "$dir/x.ledger"
ini <<END
[source]
plugin = ledger_file
path = x.ledger
[decoder ProvProfile]
plugin = entry
[decoder ProvProfil]
plugin = entry
[sink main]
plugin = jsonl
path = store
END
run 0 -c "$dir/x.ini"
err 'dcpipe: warning: [decoder ProvProfil]: no entry of the ledger has this label'
test "$(grep -c 'has this label' "$dir/err")" = 1 || die "other labels are said to be unseen"
run 0 -c "$dir/x.ini"
! grep -q 'has this label' "$dir/err" || die "a run that saw no entries tells of them"

cp "$vectors/medium.ledger" "$dir/x.ledger"
run 65 -c "$dir/x.ini"
grep -q 'this is another ledger (first block [0-9a-f]*, stored [0-9a-f]*)$' "$dir/err" || die "no word of another ledger"
rm -r "$dir/store"
echo 'This is no ledger.' > "$dir/x.ledger"
run 65 -c "$dir/x.ini"
grep -q 'not a ledger file: it begins with' "$dir/err" || die "no word of what the file is"
