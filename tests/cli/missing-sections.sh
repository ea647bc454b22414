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
# One that is there and not as it must be is not missing as well.
ini <<'END'
[sourc]
plugin = trial_source
[decoder]
plugin = trial_decoder
[sink main
plugin = trial_sink
END
trial_plugins
run 78 -c "$dir/x.ini" --check
err "dcpipe: error: DIR/x.ini:1: [sourc]: unknown section; did you mean 'source'?"
err "dcpipe: error: DIR/x.ini:3: [decoder]: the name is missing: expected [decoder LABEL] or [decoder *]"
err "dcpipe: error: DIR/x.ini:5: '[sink main': the closing ']' is missing"
err_lines 3
ini <<'END'
[source main]
plugin = trial_source
[decoders *]
plugin = trial_decoder
[sink]
plugin = trial_sink
END
run 78 -c "$dir/x.ini" --check
err "dcpipe: error: DIR/x.ini:1: [source main]: expected [source], this section has no name"
err "dcpipe: error: DIR/x.ini:3: [decoders *]: unknown section; did you mean 'decoder'?"
err "dcpipe: error: DIR/x.ini:5: [sink]: the name is missing: expected [sink NAME]"
err_lines 3
run 78 -c "$dir/none.ini" --check
err "dcpipe: error: DIR/none.ini: cannot be read: No such file or directory"
run 78 -c "$dir" --check
err "dcpipe: error: DIR: cannot be read: Is a directory"
