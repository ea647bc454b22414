#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A store that cannot be made where it shall be: the reason is that of the place, not of a lock file.
. "$srcdir/cli/lib.sh"
test -e "$top_builddir/uninstalled/sinks/jsonl.so" || exit 77
ledger=$(cd "$srcdir/data/vectors/ledger" && pwd)/small.ledger
# place PATH
place ()
{
  printf '[source]\nplugin = ledger_file\npath = %s\n[decoder *]\nplugin = entry\n[sink main]\nplugin = jsonl\npath = %s\n' "$ledger" "$1" > "$dir/x.ini"
}
touch "$dir/file"
place nowhere/store
run 1 -c "$dir/x.ini"
err 'dcpipe: error: sink main: DIR/nowhere/store cannot be locked: there is no directory DIR/nowhere'
err_lines 1
place file/store
run 1 -c "$dir/x.ini"
err 'dcpipe: error: sink main: DIR/file/store cannot be locked: DIR/file is no directory'
err_lines 1

# Two names of one store, which the configuration does not show.
place store
ln -s store "$dir/other"
mkdir "$dir/store"
printf '[sink two]\nplugin = jsonl\npath = other\n' >> "$dir/x.ini"
run 1 -c "$dir/x.ini"
err 'dcpipe: error: sink two: DIR/other is locked by this process: another sink of the configuration has the same store'
err_lines 1

# What reset asks and says.
place store
run 0 -c "$dir/x.ini" --quiet
run 64 -c "$dir/x.ini" reset
err "dcpipe: error: reset needs --sink NAME; the sinks are: main"
run 0 -c "$dir/x.ini" reset --sink main --decoder entry --yes
err 'dcpipe: sink main: emptied the tables of decoder entry; the next run fills them from the first block'
run 0 -c "$dir/x.ini" reset --sink main --yes
err 'dcpipe: sink main: emptied all tables; the next run fills them from the first block'

# Rights, but for root.
test "$(id -u)" != 0 || exit 0
mkdir "$dir/readonly"
chmod a-w "$dir/readonly"
place readonly/store
run 1 -c "$dir/x.ini"
err 'dcpipe: error: sink main: DIR/readonly/store cannot be locked: no file can be made in DIR/readonly: Permission denied'
