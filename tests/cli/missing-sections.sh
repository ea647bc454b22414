#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A file needs a source, a decoder and a sink.
. "$srcdir/cli/lib.sh"
ini < /dev/null
run 78 -c "$dir/x.ini" --check
err "dcpipe: error: DIR/x.ini: there is no [source]: exactly one is needed"
err "dcpipe: error: DIR/x.ini: there is no [decoder LABEL] or [decoder *]: at least one is needed"
err "dcpipe: error: DIR/x.ini: there is no [sink NAME]: at least one is needed"
err_lines 3
run 78 -c "$dir/none.ini" --check
err "dcpipe: error: DIR/none.ini: cannot be read: No such file or directory"
run 78 -c "$dir" --check
err "dcpipe: error: DIR: cannot be read: Is a directory"
