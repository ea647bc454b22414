#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a plugin says of options that contradict each other is shown with the section's line and the instance's name.
. "$srcdir/cli/lib.sh"
trial_plugins
good_ini
sed -i.bak '2a\
mode = faster' "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
err "dcpipe: error: DIR/x.ini:1: source trial_source: mode = faster needs flag = yes"
err_lines 1
