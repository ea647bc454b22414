#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A sink that fails for good ends the run and is named; the other one keeps all that it committed, and the run after that
# brings both to the tip.
. "$srcdir/engine/lib.sh"

# lost NAME STATUS LINE...
lost ()
{
  name_=$1 expected_=$2
  shift 2
  {
    printf 'max_retries = 1\n[sink good]\nplugin = %s\npath = %s.good\n[sink bad]\nplugin = %s\npath = %s.bad\n' \
      "$first" "$name_" "$faulty/flaky.so" "$name_"
    printf '%s\n' "$@"
  } | conf "$name_"
  run "$expected_" -c "$dir/$name_.ini"
  grep -q 'error: sink bad: .*the disk hums$' "$dir/err" || die "the sink is not named"
  test "$(grep -c 'error: .*the disk hums' "$dir/err")" = 1 || die "the failure is not told once"
  run 0 -c "$dir/$name_.ini" status
  sed -e '/^call = /d' -e '/^kind = /d' "$dir/$name_.ini" > "$dir/whole.ini"
  mv "$dir/whole.ini" "$dir/$name_.ini"
  run 0 -c "$dir/$name_.ini"
  expect_tables "$name_" good
  expect_tables "$name_" bad
}

lost applying 1 'call = apply' 'kind = fail' 'at = 20'
lost committing 1 'call = commit' 'kind = fail' 'at = 2'
lost looking 1 'call = get' 'kind = fail' 'at = 50'
lost busy 75 'call = apply' 'kind = retry' 'at = 10' 'times = 1000'
lost busy-commit 75 'call = commit' 'kind = retry' 'at = 2' 'times = 1000'
