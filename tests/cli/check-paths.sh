#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --check names the files that a run could not read or make, each with its line, and makes none. That is
# no mistake in the configuration, and may be otherwise where and when the run is.
. "$srcdir/cli/lib.sh"
test -e "$top_builddir/uninstalled/sinks/jsonl.so" || exit 77
for sink in sqlite lmdb; do
  test -e "$top_builddir/uninstalled/sinks/$sink.so" || sink=jsonl
  eval "$sink=$sink"
done
ini <<END
[source]
plugin = ledger_file
path = nowhere.ledger
[decoder *]
plugin = entry
[sink one]
plugin = ${sqlite:-jsonl}
path = nowhere/store
[sink two]
plugin = ${lmdb:-jsonl}
path = plain/store
[sink three]
plugin = jsonl
path = \${TEST_STORE:-store}
END
touch "$dir/plain"
run 0 -c "$dir/x.ini" --check
err 'dcpipe: warning: DIR/x.ini:3: path = nowhere.ledger: cannot be read: No such file or directory'
err 'dcpipe: warning: DIR/x.ini:8: path = nowhere/store: cannot be made in DIR/nowhere: No such file or directory'
grep -q 'x.ini:11: path = plain/store: cannot be .*: Not a directory$' "$dir/err" || die "no word of a file in place of a directory"
err 'dcpipe: DIR/x.ini: configuration is good, but a run here and now could not use 3 of its paths'
err_lines 4
run 1 -c "$dir/x.ini"

mkdir "$dir/nowhere" "$dir/nowhere.ledger"
sed -i.bak 's/plain.store/nowhere\/other/' "$dir/x.ini"
run 0 -c "$dir/x.ini" --check
err 'dcpipe: warning: DIR/x.ini:3: path = nowhere.ledger: cannot be read: Is a directory'
err_lines 2
rmdir "$dir/nowhere.ledger"
touch "$dir/nowhere.ledger"
run 0 -c "$dir/x.ini" --check
err 'dcpipe: DIR/x.ini: configuration is good, and its paths are within reach'
test "$(ls "$dir/nowhere")" = '' -a ! -e "$dir/store" || die "something was made"

# The service's directory is looked at only where there is a service.
printf '[service]\nstate = elsewhere/state\n' >> "$dir/x.ini"
run 0 -c "$dir/x.ini" --check
err 'dcpipe: warning: DIR/x.ini:16: state = elsewhere/state: cannot be made in DIR/elsewhere: No such file or directory'
err_lines 2
printf 'listen = unix:nosuch/socket\n' >> "$dir/x.ini"
run 0 -c "$dir/x.ini" --check
err 'dcpipe: warning: DIR/x.ini: listen = unix:DIR/nosuch/socket: cannot be made in DIR/nosuch: No such file or directory'
err_lines 3

# Rights count as well, but for root.
test "$(id -u)" != 0 || exit 0
sed -i.bak '/^\[service\]/,$d' "$dir/x.ini"
chmod a-r "$dir/nowhere.ledger"
chmod a-w "$dir/nowhere"
run 0 -c "$dir/x.ini" --check
err 'dcpipe: warning: DIR/x.ini:3: path = nowhere.ledger: cannot be read: Permission denied'
err 'dcpipe: warning: DIR/x.ini:8: path = nowhere/store: cannot be made in DIR/nowhere: Permission denied'
err_lines 4
