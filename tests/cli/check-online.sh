#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --check --online says plainly that a source cannot be asked.
. "$srcdir/cli/lib.sh"
trial_plugins
good_ini
run 1 -c "$dir/x.ini" --check --online
err "dcpipe: error: source trial_source: its plugin has no check that asks the other side, so nothing was asked"
