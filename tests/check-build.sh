#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check-build.sh DIR MAKE CONFIGURE-ARGUMENT...: builds the distribution of this build tree once more, in DIR, configured as
# the arguments say, and runs all tests there. What is in DIR already is brought up to date. For check-asan and its like.
set -eu
dir=$1 make=$2
shift 2
unset MAKEFLAGS MFLAGS MAKELEVEL TESTS

mkdir -p "$dir/source" "$dir/build"
# A source tree that was configured in place cannot be built elsewhere, so its files are copied.
$make -s distdir distdir="$dir/source.new" > /dev/null
chmod -R u+w "$dir/source.new"
# Files that are the same keep their times, so that not all is built again.
(cd "$dir/source.new" && find . -type f) | while read -r file; do
  mkdir -p "$dir/source/$(dirname "$file")"
  cmp -s "$dir/source.new/$file" "$dir/source/$file" || cp -p "$dir/source.new/$file" "$dir/source/$file"
done
rm -rf "$dir/source.new"

cd "$dir/build"
test -e config.status || ../source/configure -q "$@"
$make -s -j "${JOBS:-2}"
$make check
