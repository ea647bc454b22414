#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A plugin that cannot be used is refused with one clear line that names its file.
. "$srcdir/cli/lib.sh"
refused ()
{
  good_ini
  sed -i.bak "s|^plugin = trial_decoder|plugin = $1|" "$dir/x.ini"
  run 78 -c "$dir/x.ini" --check
  err_lines 1
  shift
  err "dcpipe: error: DIR/x.ini:4: plugin = $*"
}
trial_plugins
m=$modules
major=$(sed -n 's/^#define DCPIPE_API_MAJOR //p' "$top_srcdir/core/dcpipe-plugin.h")
minor=$(sed -n 's/^#define DCPIPE_API_MINOR //p' "$top_srcdir/core/dcpipe-plugin.h")
api=$major.$minor
refused "$m/bad_major.so" "MODULES/bad_major.so: MODULES/bad_major.so: built for plugin API $((major + 1)).$minor, this dcpipe has $api: build the plugin again"
refused "$m/bad_minor.so" "MODULES/bad_minor.so: MODULES/bad_minor.so: built for plugin API $major.$((minor + 1)), this dcpipe has only $api: use a newer dcpipe"
refused "$m/bad_callback.so" "MODULES/bad_callback.so: MODULES/bad_callback.so: the callback 'decode' is missing, which every decoder must have"
refused "$m/bad_symbol.so" "MODULES/bad_symbol.so: MODULES/bad_symbol.so: not a plugin of dcpipe: it exports no function dcpipe_plugin"
refused "$m/bad_undefined.so" "MODULES/bad_undefined.so: MODULES/bad_undefined.so: cannot be loaded: undefined symbol: dcpipe_not_there"
refused "$m/bad_option.so" "MODULES/bad_option.so: MODULES/bad_option.so: option far lies beyond the handle (16 bytes)"
refused "$m/bad_table.so" "MODULES/bad_table.so: MODULES/bad_table.so: table gaps: column entry_index is number 3 of the primary key, but number 2 is missing"
refused "$m/trial_sink.so" "MODULES/trial_sink.so: MODULES/trial_sink.so: is a sink plugin, not a decoder plugin"
echo 'not an object' > "$dir/text.so"
refused "$dir/text.so" "DIR/text.so: DIR/text.so: cannot be loaded: file too short"
mkdir "$dir/folder.so"
refused "$dir/folder.so" "DIR/folder.so: DIR/folder.so: cannot be loaded: it is not a file"
mkfifo "$dir/pipe.so"
refused "$dir/pipe.so" "DIR/pipe.so: DIR/pipe.so: cannot be loaded: it is not a file"
for size in 100 600 3000; do
  head -c $size "$m/trial_decoder.so" > "$dir/cut.so"
  refused "$dir/cut.so" "DIR/cut.so: DIR/cut.so: cannot be loaded: the file is cut short"
done
refused "$dir/none.so" "DIR/none.so: DIR/none.so: No such file or directory"
cp "$m/trial_decoder.so" "$dir/plugins/decoders/renamed.so"
refused renamed "renamed: DIR/plugins/decoders/renamed.so: calls itself 'trial_decoder', not 'renamed'"

# A source: its tables are not a decoder's; and without tables it must have blocks.
good_ini
sed -i.bak "s|^plugin = trial_source|plugin = $m/bad_source.so|" "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
err_lines 1
err "dcpipe: error: DIR/x.ini:2: plugin = MODULES/bad_source.so: MODULES/bad_source.so: table places: column block_offset of a source's table cannot be filled in by dcpipe"
good_ini
run 78 -c "$dir/x.ini"
err_lines 1
err "dcpipe: error: source trial_source, as it is configured, does not deliver whole blocks with positions and hashes, which the tables need"
