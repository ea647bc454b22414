#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An option without default must be given; the message says what it is for.
. "$srcdir/cli/lib.sh"
trial_plugins
good_ini
sed -i.bak 's/^plugin = trial_source/plugin = ledger_file/' "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
err "dcpipe: error: DIR/x.ini:1: [source] needs the key 'path': the ledger file"
err_lines 1
ini <<'END'
[source]
plugin = trial_source
[decoder *]
plugin = trial_decoder
[sink main]
plugin = jsonl
END
run 78 -c "$dir/x.ini" --check
err "dcpipe: error: DIR/x.ini:5: [sink main] needs the key 'path': the directory, made if it is missing"
err_lines 1
