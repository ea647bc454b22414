#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lines may be long, but not without end; long names are refused, not cut; a byte order mark and CR LF are no matter.
. "$srcdir/cli/lib.sh"
trial_plugins
long=$(printf '%0266d' 7)
name=$(printf '%049d' 7)
good_ini
sed -i.bak "2a\\
text = $long" "$dir/x.ini"
run 0 -c "$dir/x.ini" --dump-config
out "source.text=$long"
{ cat "$dir/x.ini"; printf 'k%s = 1\n[sink %s]\n' "$name" "$name"; } > "$dir/y.ini"
run 78 -c "$dir/y.ini" --check
err "dcpipe: error: DIR/y.ini:8: the key is longer than 48 bytes"
err "dcpipe: error: DIR/y.ini:9: the name of the section is longer than 48 bytes"
{ printf '\357\273\277'; sed 's/$/\r/' "$dir/x.ini"; } > "$dir/z.ini"
run 0 -c "$dir/z.ini" --dump-config
out "source.text=$long"
{ cat "$dir/x.ini"; printf 'x = '; printf '%070000d\n' 7; } > "$dir/w.ini"
run 78 -c "$dir/w.ini" --check
err "dcpipe: error: DIR/w.ini:8: the line is longer than 65536 bytes"
