#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The source icp keeps the contract, towards a replica.
. "$srcdir/icp/lib.sh"
. "$srcdir/contract/lib.sh"
trap 'test -z "$replica_pid" || kill "$replica_pid" 2> /dev/null; rm -rf "$dir"' EXIT
replica small
kept 26 -o url="$url" -o root_key="$root_key" --rounds 300 icp
