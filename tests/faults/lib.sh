# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests here: runs with a fault of the C library (see shim.c).
. "$srcdir/engine/lib.sh"

shim=$builddir/faults/.libs/shim.so
test -e "$shim" || { echo 'the shim was not built'; exit 77; }
# Sanitizers and valgrind have a malloc of their own.
test -z "${DCPIPE_VALGRIND:-}" || { echo 'not under valgrind'; exit 77; }
! grep -Eqa '__(asan|tsan|msan)_init' "$top_builddir/core/dcpipe" || { echo 'not with sanitizers'; exit 77; }

# with_fault FAULT ARGUMENT...: runs the program itself with that fault; the exit status is in `status`, and the file $dir/struck is there
# if anything was made to fail.
with_fault ()
{
  fault_=$1
  shift
  rm -f "$dir/struck"
  status=0
  timeout -k 1 "${PATIENCE:-30}" env LD_PRELOAD="$shim" DCPIPE_FAULT="$fault_" DCPIPE_FAULT_MARK="$dir/struck" \
    "$top_builddir/core/dcpipe" "$@" > "$dir/out" 2> "$dir/err" || status=$?
}
