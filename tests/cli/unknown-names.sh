#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who names something that is not there is told what there is: the nearest name, or all of them.
. "$srcdir/cli/lib.sh"
trial_plugins
test -e "$top_builddir/uninstalled/sinks/jsonl.so" || exit 77
ini <<'END'
[pipeline]
batch_sizes = 1
zoo = 1
[source]
plugin = trial_source
[decoder *]
plugin = trial_decoder
[sink main]
plugin = jsonl
path = store
qqq = 1
[webhook hook]
url = https://example.org
secret = whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
qqq = 1
END
run 78 -c "$dir/x.ini" --check
err "dcpipe: error: DIR/x.ini:2: batch_sizes: unknown key in [pipeline]; did you mean 'batch_size'?"
err 'dcpipe: error: DIR/x.ini:3: zoo: unknown key in [pipeline]; its keys are batch_size, flush_interval, max_retries, retry_delay, max_retry_delay, poll_interval, workers, max_block_size, memory and commit_size'
err 'dcpipe: error: DIR/x.ini:11: qqq: unknown key in [sink main]; its keys are plugin, path and fsync'
grep -q "x.ini:15: qqq: unknown key in \[webhook hook\]; its keys are url, secret, .* and ca_file$" "$dir/err" || die "no word of the keys of a webhook"
# Without libcurl it is also said that there are no webhooks.
if has_library CURL; then err_lines 4; else err_lines 5; fi

sed -i.bak -e '/qqq\|zoo\|batch_sizes/d' -e '/^\[webhook/,$d' "$dir/x.ini"
for command in status 'dump trials' verify 'reset --yes'; do
  run 64 -c "$dir/x.ini" $command --sink nosuch
  err "dcpipe: error: DIR/x.ini has no sink 'nosuch'; its sinks are: main"
  err_lines 1
  out_lines 0
done
run 64 -c "$dir/x.ini" reset --yes --sink main --decoder nosuch
err "dcpipe: error: DIR/x.ini has no decoder 'nosuch'; its decoders are: trial_decoder"

sed -i.bak 's/trial_source/qqqqqqqqqq/' "$dir/x.ini"
run 78 -c "$dir/x.ini" --check
grep -q "there is no source plugin 'qqqqqqqqqq' in .* (dcpipe --list-plugins lists all)$" "$dir/err" || die "no word of the other plugins"
