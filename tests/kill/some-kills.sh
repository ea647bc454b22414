#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A run over the medium ledger survives kills: see kill.c.
for sink in sqlite jsonl; do
  [ -e "$top_builddir/uninstalled/sinks/$sink.so" ] || { echo "the sink $sink was not built"; exit 77; }
done
exec "$builddir/kill/kill" 10
