#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --new-plugin takes no name of which no plugin can come, and leaves nothing half done.
. "$srcdir/cli/lib.sh"
cd "$dir"
long=$(printf 'a%.0s' $(seq 41))
for name in '' a/b .. . - Upper 1x _x 'two words' 'é' "$long" "$long$long$long$long$long$long$long$long"; do
  run 64 --new-plugin decoder "$name"
  err_lines 1
  grep -Fq "dcpipe: error: a plugin cannot be called '$name': expected a small letter" "$dir/err" || die "'$name' is refused in other words"
done
for name in int register dcpipe dcpipe_mine sqlite3 linux unix errno; do
  run 64 --new-plugin sink "$name"
  err_lines 1
  err "dcpipe: error: a plugin cannot be called '$name': that is a word of C's, dcpipe's or a library's"
done
# The name of a plugin that there is.
for kind in decoder:entry source:ledger_file; do
  name=${kind#*:}
  run 64 --new-plugin "${kind%:*}" "$name"
  err_lines 1
  grep -Fq "dcpipe: error: there is a ${kind%:*} '$name' already (" "$dir/err" || die "$name is refused in other words"
done
run 64 --new-plugin '' x
err "dcpipe: error: --new-plugin : expected decoder, source or sink"
run 64 --new-plugin decoder
err 'dcpipe: error: expected --new-plugin decoder NAME (dcpipe --help lists all)'
run 64 --new-plugin decoder one two
err 'dcpipe: error: expected --new-plugin decoder NAME (dcpipe --help lists all)'
run 64 --new-plugin decoder one --new-plugin sink two
err 'dcpipe: error: --new-plugin is given twice (dcpipe --help lists all)'

# What is there stays as it is.
echo precious > file
run 1 --new-plugin source file
err 'dcpipe: error: file: File exists: nothing was written'
test "$(cat file)" = precious
ln -s nowhere link
run 1 --new-plugin source link
err 'dcpipe: error: link: File exists: nothing was written'

# Nothing half done, when there is no room, or the example is not whole.
(ulimit -f 1 && "$top_builddir/dcpipe" --new-plugin source full) > out 2> err && die "a full disk is no error"
err 'dcpipe: error: full/full.c: File too large: full was taken back'
mkdir -p templates/decoder
DCPIPE_TEMPLATES=$dir/templates
export DCPIPE_TEMPLATES
run 1 --new-plugin decoder empty
err 'dcpipe: error: DIR/templates/decoder: the example that new plugins begin with is not there: empty was taken back'
run 1 --new-plugin sink missing
err 'dcpipe: error: DIR/templates/sink: No such file or directory: the examples that new plugins begin with are not installed'
for name in full empty missing one two int a Upper linux entry ledger_file; do
  test ! -e $name || die "$name was left behind"
done
if test "$(id -u)" != 0; then
  unset DCPIPE_TEMPLATES
  mkdir closed
  chmod 500 closed
  cd closed
  run 1 --new-plugin decoder mine
  err 'dcpipe: error: mine: Permission denied: nothing was written'
fi
