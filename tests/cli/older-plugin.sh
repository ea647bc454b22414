#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Plugins with shorter structs and shorter elements of arrays load and work, and what they do not have counts as absent:
# see first_api.h.
. "$srcdir/cli/lib.sh"
trial_plugins
ini <<'END'
[source]
plugin = older_source
[decoder *]
plugin = older_decoder
[sink main]
plugin = older_sink
END
run 1 -c "$dir/x.ini" --check --online
err "dcpipe: error: source older_source: its plugin has no check that asks the other side, so nothing was asked"
run 1 -c "$dir/x.ini" status --online
err "dcpipe: error: source older_source: its plugin cannot tell how far the ledger reaches, so nothing was asked"
run 0 --dump-plugin older_decoder
for line in label=Alpha label=Beta option.amount.default=7 table.older.kind=log view=later_view table.older.column.block_offset.type=u64 \
  table.older.column.entry_index.key=2 table.older.column.amount.type=i64 table.later.column.name.key=1; do
  out "$line"
done
run 0 -c "$dir/x.ini"
err 'dcpipe: sink main: table older with 2 indexes'
err 'dcpipe: sink main: table later with 0 indexes'
err 'dcpipe: sink main: row of older: {"block_offset":0,"entry_index":0,"amount":7}'
err 'dcpipe: sink main: row of later: {"_op":"upsert","block_offset":0,"entry_index":0,"name":"Beta"}'
