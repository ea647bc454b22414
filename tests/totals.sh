#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sums the results that automake's test driver left below DIR into one plain line.
find "$1" -name '*.trs' -exec sed -n 's/^:test-result: *\([A-Z]*\).*/\1/p' {} + | awk '
  { n[$1]++ }
  END { printf "%d passed, %d failed, %d skipped\n", n["PASS"] + n["XFAIL"], n["FAIL"] + n["XPASS"] + n["ERROR"], n["SKIP"] }'
