#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --check names every mistake, not only the first, with file and line, in the order of lines; exit status 78.
. "$srcdir/cli/lib.sh"
trial_plugins
ini <<'END'
early = 1
[pipline]
a = 1
[pipeline x]
[pipeline]
batchsize = 3
batch_size = 0
 indented = x
workers = many
no value here
= nameless
poll_interval = 10 parsecs
max_retries = 1
max_retries = 2
[pipeline]
[source]
plugin = trial_sorce
[decoder]
plugin = trial_decoder
[decoder *]
[sink main] behind
[sink main
[sink main]
plugin = trial_sink
pth = x
[sink main]
plugin = trial_sink
END
run 78 -c "$dir/x.ini" --check
sed -e "s|$dir|DIR|g" -e 's| in DIR/plugins/sources, [^;]*;| in PATH;|' -e 's/^dcpipe: error: //' "$dir/err" > "$dir/seen"
cat > "$dir/expected" <<'END'
DIR/x.ini:1: early: there is no section before this key
DIR/x.ini:2: [pipline]: unknown section; did you mean 'pipeline'?
DIR/x.ini:4: [pipeline x]: expected [pipeline], this section has no name
DIR/x.ini:6: batchsize: unknown key in [pipeline]; did you mean 'batch_size'?
DIR/x.ini:7: batch_size = 0: expected a whole number from 1 to 10000000
DIR/x.ini:8: the line begins with a space or tab: begin it with the key (a value cannot go on in the next line)
DIR/x.ini:9: workers = many: expected a whole number from 1 to 256 or auto
DIR/x.ini:10: 'no value here': expected KEY = VALUE
DIR/x.ini:11: '= nameless': there is no key before the '='
DIR/x.ini:12: poll_interval = 10 parsecs: expected a duration (like 500ms, 5s, 2m, 1h) from 10ms to 1d
DIR/x.ini:14: max_retries is given twice in [pipeline], first on line 13
DIR/x.ini:15: [pipeline] is given twice, first on line 5
DIR/x.ini:17: plugin = trial_sorce: there is no source plugin 'trial_sorce' in PATH; did you mean 'trial_source'?
DIR/x.ini:18: [decoder]: the name is missing: expected [decoder LABEL] or [decoder *]
DIR/x.ini:20: [decoder *] needs the key 'plugin': the name of a decoder plugin
DIR/x.ini:21: 'behind': expected nothing after the ']'
DIR/x.ini:21: [sink main] needs the key 'plugin': the name of a sink plugin
DIR/x.ini:22: '[sink main': the closing ']' is missing
DIR/x.ini:22: [sink main] needs the key 'plugin': the name of a sink plugin
DIR/x.ini:25: pth: unknown key in [sink main]; its key is plugin
DIR/x.ini:26: [sink main] is given twice, first on line 23
END
diff "$dir/expected" "$dir/seen" || die "other mistakes"
