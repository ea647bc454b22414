# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests that hold plugins to the contract.
. "$srcdir/cli/lib.sh"
broken=$builddir/contract/.libs
vectors=${DCPIPE_VECTORS:-$srcdir/data/vectors}/ledger

# hold STATUS ARGUMENT...: runs dcpipe-plugin-test.
hold ()
{
  expected=$1
  shift
  status=0
  TMPDIR=$dir "$top_builddir/dcpipe-plugin-test" "$@" > "$dir/out" 2> "$dir/err" || status=$?
  test "$status" = "$expected" || {
    grep -A1 '^not ok' "$dir/out" >&2 || :
    : > "$dir/out"
    die "dcpipe-plugin-test $*: exit status $status instead of $expected"
  }
}

# kept ARGUMENT...: it keeps the contract, as far as it was tested: at least so many checks passed.
kept ()
{
  least=$1
  shift
  hold 0 "$@"
  passed=$(sed -n 's/^# .* checks*: \([0-9]*\) passed, 0 failed.*/\1/p' "$dir/out")
  test "${passed:-0}" -ge "$least" || die "$*: only $passed checks passed"
  test -z "${V:-}" || { grep '^# ' "$dir/out"; grep SKIP "$dir/out" || :; }
}

# caught WORDS PATTERN ARGUMENT...: the check whose line has the words fails, for a reason like the pattern.
caught ()
{
  words=$1
  pattern=$2
  shift 2
  hold 1 --timeout 30 --only "$words" "$@"
  grep -q "^not ok [0-9]* - .*$words" "$dir/out" || die "$*: '$words' is not what failed"
  grep -q "^# .*$pattern" "$dir/out" || die "$*: the reason is not '$pattern'"
}
