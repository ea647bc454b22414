#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Plugins are looked for in --plugin-path, then DCPIPE_PLUGIN_PATH, then the installed directory, never in the current one.
. "$srcdir/cli/lib.sh"
mkdir -p "$dir/one/decoders" "$dir/two/decoders" "$dir/decoders"
ln -s "$modules/trial_decoder.so" "$dir/one/decoders"
ln -s "$modules/trial_decoder.so" "$dir/two/decoders"
ln -s "$modules/twin_decoder.so" "$dir/decoders"
run 0 --list-plugins --plugin-path "$dir/one" --plugin-path "$dir/two"
out "decoder.trial_decoder=DIR/one/decoders/trial_decoder.so"
DCPIPE_PLUGIN_PATH=$dir/one:: run 0 --list-plugins --plugin-path "$dir/two"
out "decoder.trial_decoder=DIR/two/decoders/trial_decoder.so"
grep -q '^decoder\.entry=.*/decoders/entry\.so$' "$dir/out" || die "the other plugins are not found"
cd "$dir"
DCPIPE_PLUGIN_PATH=: run 0 --list-plugins
if grep -q twin_decoder "$dir/out"; then die "the current directory is searched"; fi
DCPIPE_PLUGIN_PATH=: run 78 --dump-plugin twin_decoder
err "dcpipe: error: there is no plugin 'twin_decoder' (dcpipe --list-plugins lists all)"
run 0 --dump-plugin ./decoders/twin_decoder.so
out "name=twin_decoder"

run 0 --list-plugins --plugin-path "$dir/nowhere"
err 'dcpipe: warning: --plugin-path DIR/nowhere: No such file or directory'

# None at all: the program itself, which knows no build tree.
DCPIPE_PLUGIN_PATH=$dir/none
export DCPIPE_PLUGIN_PATH
status=0
"$top_builddir/core/dcpipe" --list-plugins > "$dir/out" 2> "$dir/err" || status=$?
if [ ! -s "$dir/out" ]; then # none are installed either
  test "$status" = 0 || die "exit status $status"
  grep -q "^dcpipe: warning: there are no plugins in $dir/none, /" "$dir/err" || die "no word of where it looked"
fi
