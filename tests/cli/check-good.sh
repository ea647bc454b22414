#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --check says that a good file is good, on stderr, and touches nothing.
. "$srcdir/cli/lib.sh"
trial_plugins
good_ini
run 0 -c "$dir/x.ini" --check
err "dcpipe: DIR/x.ini: configuration is good, and its paths are within reach"
err_lines 1
out_lines 0
run 0 -c "$dir/x.ini" --check --quiet
err_lines 0
(cd "$dir" && "$top_builddir/dcpipe" -c x.ini --check 2> err) || die "a relative path is not taken"
err "dcpipe: x.ini: configuration is good, and its paths are within reach"
