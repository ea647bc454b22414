#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --check --online says plainly that a source cannot be asked, and looks at a ledger in a file.
. "$srcdir/cli/lib.sh"
trial_plugins
good_ini
run 1 -c "$dir/x.ini" --check --online
err "dcpipe: error: source trial_source: its plugin has no check that asks the other side, so nothing was asked"

needs sources/ledger_file decoders/entry
unset DCPIPE_PLUGIN_PATH
cp "$srcdir/data/vectors/ledger/small.ledger" "$dir/small.ledger"
printf '[source]\nplugin = ledger_file\npath = small.ledger\n[decoder *]\nplugin = entry\n[sink main]\nplugin = %s\n' \
  "$modules/trial_sink.so" > "$dir/x.ini"
run 0 -c "$dir/x.ini" --check --online
grep -q '^dcpipe: source ledger_file: .*/small.ledger has [1-9][0-9]* blocks, the last ends at position [0-9]*$' "$dir/err" \
  || die "nothing is told of the file"
echo 'no ledger' > "$dir/small.ledger"
run 65 -c "$dir/x.ini" --check --online
