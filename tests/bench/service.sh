#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The service: how many status requests it answers while it imports everything, and how much 100 of them a second slow the
# import. BENCH_ENTRIES: size of the generated ledger.
set -eu
. "$srcdir/bench/measure.sh"
command -v python3 > /dev/null || { echo "service: python3 is not installed"; exit 0; }
"$dcpipe" --help | grep -q '^  serve ' || exit 0
ledger=$dir/generated.ledger
test -e "$ledger" || "$bench/generate-ledger" --entries "${BENCH_ENTRIES:-1000000}" --seed 1 "$ledger" > /dev/null
config "$dir/service.ini" "$ledger" auto '[decoder *]\nplugin = entry' "[sink out]\nplugin = sqlite\npath = $dir/out.db"
printf '[service]\nlisten = 127.0.0.1:0\nstate = %s/out.state\n' "$dir" >> "$dir/service.ini"
python3 "$srcdir/bench/service.py" "$dcpipe" "$dir" "$runs"
