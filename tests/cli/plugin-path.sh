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

# The directory that is searched last can be named in place of the installed one; an empty name is none.
mkdir -p "$dir/last/decoders" "$dir/none"
ln -s "$modules/trial_decoder.so" "$dir/last/decoders"
program () { "$top_builddir/core/dcpipe" "$@" > "$dir/out" 2> "$dir/err"; }
DCPIPE_PLUGIN_DIRECTORY=$dir/last program --list-plugins || die "exit status $?"
out "decoder.trial_decoder=DIR/last/decoders/trial_decoder.so"
out_lines 1
DCPIPE_PLUGIN_PATH=$dir/one DCPIPE_PLUGIN_DIRECTORY=$dir/last program --list-plugins || die "exit status $?"
out "decoder.trial_decoder=DIR/one/decoders/trial_decoder.so"
out_lines 1
good_ini
DCPIPE_PLUGIN_PATH=$dir/one DCPIPE_PLUGIN_DIRECTORY=$dir/last program -c "$dir/x.ini" --check || :
err "dcpipe: error: DIR/x.ini:2: plugin = trial_source: there is no source plugin 'trial_source' in DIR/one/sources, DIR/last/sources (dcpipe --list-plugins lists all)"
DCPIPE_PLUGIN_PATH=$dir/none DCPIPE_PLUGIN_DIRECTORY=$dir/none program --list-plugins || die "exit status $?"
out_lines 0
err "dcpipe: warning: there are no plugins in DIR/none, DIR/none"
DCPIPE_PLUGIN_DIRECTORY='' program --list-plugins || die "exit status $?"
if grep -F "=$top_builddir/" "$dir/out"; then die "the program itself knows the build tree"; fi

# That of a build tree takes the plugins of the build and no others.
test ! -h "$top_builddir/uninstalled" || exit 0
DCPIPE_PLUGIN_DIRECTORY=$dir/last run 0 --list-plugins
if grep -vF "=$top_builddir/uninstalled/" "$dir/out"; then die "plugins from elsewhere"; fi
