#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# See soak.py. SOAK_SECONDS=600 SOAK_SEED=N
for need in "$builddir/dcpipe-replica" "$builddir/bench/generate-ledger" "$top_builddir/uninstalled/sinks/sqlite.so"; do
  test -e "$need" || { echo "there is no $need"; exit 77; }
done
command -v python3 > /dev/null || { echo 'python3 is not installed'; exit 77; }
no_proxy=127.0.0.1 PYTHONDONTWRITEBYTECODE=1
export no_proxy PYTHONDONTWRITEBYTECODE
exec python3 "$srcdir/soak/soak.py"
