#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A plugin with a shorter struct and shorter elements of arrays loads, and what it does not have counts as absent.
. "$srcdir/cli/lib.sh"
trial_plugins
good_ini
sed -i.bak "s|^plugin = trial_decoder|plugin = older_decoder|" "$dir/x.ini"
# Its struct would have a `resolve`, which this sink does not serve, if it were read beyond its end.
run 0 -c "$dir/x.ini" --check
run 0 --dump-plugin older_decoder
out "table.older.column.block_offset.type=u64"
out "table.older.column.entry_index.key=2"
out "table.older.column.amount.type=i64"
