#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ${NAME} and ${NAME:-default} take the environment; one without value or default is a mistake.
. "$srcdir/cli/lib.sh"
trial_plugins
good_ini
cat >> "$dir/x.ini" <<'END'
[pipeline]
batch_size = ${TEST_BATCH:-50}
flush_interval = ${TEST_SECONDS:-5}s
max_retries = ${TEST_RETRIES}
END
unset TEST_BATCH TEST_SECONDS TEST_RETRIES STATE_DIRECTORY
run 78 -c "$dir/x.ini" --check
err 'dcpipe: error: DIR/x.ini:10: max_retries: the environment variable TEST_RETRIES is not set and has no default (${TEST_RETRIES:-default})'
err_lines 1
TEST_RETRIES=4 TEST_SECONDS=7 run 0 -c "$dir/x.ini" --dump-config
out "pipeline.batch_size=50"
out "pipeline.batch_size.origin=DIR/x.ini:8"
out "pipeline.flush_interval=7s"
out "pipeline.flush_interval.origin=environment TEST_SECONDS, DIR/x.ini:9"
out "pipeline.max_retries=4"
out "pipeline.poll_interval=10s"
out "pipeline.poll_interval.origin=default"
TEST_RETRIES=-1 run 78 -c "$dir/x.ini" --check
err "dcpipe: error: DIR/x.ini:10: max_retries = -1: expected a whole number from 0 to 1000000"

# Under systemd the service's state lies where it may be written, unless the file says otherwise.
good_ini
run 0 -c "$dir/x.ini" --dump-config
out 'service.state=DIR/dcpipe.state'
STATE_DIRECTORY=/var/lib/x:/var/lib/y run 0 -c "$dir/x.ini" --dump-config
out 'service.state=/var/lib/x/service'
out 'service.state.origin=environment STATE_DIRECTORY'
printf '[service]\nstate = mine\n' >> "$dir/x.ini"
STATE_DIRECTORY=/var/lib/x run 0 -c "$dir/x.ini" --dump-config
out 'service.state=DIR/mine'
