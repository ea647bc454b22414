#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A second service with the same state directory is refused in words that name the setting.
. "$srcdir/cli/lib.sh"
command -v flock > /dev/null || { echo "no flock"; exit 77; }
has_library MHD || { echo "no service in this build"; exit 77; }
trial_plugins
good_ini
mkdir "$dir/dcpipe.state"
expected=1 status=0
flock "$dir/dcpipe.state/jobs.json.lock" "$top_builddir/dcpipe" -c "$dir/x.ini" serve > "$dir/out" 2> "$dir/err" || status=$?
test "$status" = "$expected" || die "exit status $status instead of $expected"
err 'dcpipe: error: DIR/dcpipe.state/jobs.json.lock is locked: another dcpipe serve has the same state directory; give each its own, with state in [service]'
