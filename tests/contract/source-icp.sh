#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The source icp keeps the contract, towards a replica.
. "$srcdir/icp/lib.sh"
. "$srcdir/contract/lib.sh"
trap 'test -z "$replica_pid" || kill "$replica_pid" 2> /dev/null; rm -rf "$dir"' EXIT
replica small
run 0 --dump-plugin icp
for method in $(sed -n 's/^option.method.values=//p' "$dir/out" | tr '|' ' '); do
  kept 20 -o url="$url" -o root_key="$root_key" -o method="$method" --rounds 300 icp
done
