#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --log-format json: every line on stderr is one JSON object.
. "$srcdir/cli/lib.sh"
ini < /dev/null
run 78 -c "$dir/x.ini" --check --log-format json
err_lines 3
grep -Evq '^\{"time":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z","level":"error","message":"[^"]*"\}$' "$dir/err" \
  && die "a line is no such object"
exit 0
