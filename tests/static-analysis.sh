#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What cppcheck finds in core, plugins, tools and examples, a finding a line, and a plain line of totals at the end.
#
#   static-analysis.sh SOURCE BUILD JOBS
#
# Not its search for leaks: it does not know that the cleanup attribute frees a variable. make check-asan and
# make check-valgrind look for them. Nor what it says across files, which it looks for with one job only: it does not
# see what a function fills through a pointer. A place that is right as it stands has a comment cppcheck-suppress with
# the reason.
set -eu
source=$1
build=$2
command -v cppcheck >/dev/null || { echo "static-analysis.sh: cppcheck is needed"; exit 1; }
found=$build/static-analysis.found
cd "$source"
status=0
cppcheck -j "$3" --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=2 \
  --suppress=memleak --suppress=resourceLeak --suppress=ctuuninitvar --suppress=ctunullpointer \
  --template='{file}:{line}: {severity}: {message} [{id}]' -DHAVE_CONFIG_H=1 \
  --library=tests/cppcheck.cfg \
  -Icore -Iplugins/lib -Itools/plugin-test -I"$build" core plugins tools examples 2>"$found" || status=$?
cat "$found"
if [ "$status" -ne 0 ] && [ ! -s "$found" ]; then
  echo "static-analysis.sh: cppcheck ended with $status"
  exit 1
fi
echo "$(find core plugins tools examples -name '*.c' | wc -l) files analysed, $(grep -c ': ' "$found" || :) findings"
test ! -s "$found"
