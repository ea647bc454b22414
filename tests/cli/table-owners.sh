#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A table belongs to one decoder; decoders that look rows up need a sink that gives them.
. "$srcdir/cli/lib.sh"
trial_plugins
good_ini
cat >> "$dir/x.ini" <<'END'
[decoder *]
plugin = twin_decoder
[decoder *]
plugin = needy_decoder
END
run 78 -c "$dir/x.ini" --check
err "dcpipe: error: DIR/x.ini:7: [decoder *]: the decoders twin_decoder and trial_decoder (line 3) both declare the table trials"
err "dcpipe: error: DIR/x.ini:5: [sink main]: the plugin trial_sink cannot look rows up, which decoder needy_decoder (line 9) needs"
err_lines 2
