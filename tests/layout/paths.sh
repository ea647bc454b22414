#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every file and folder that the texts for contributors name is there.
set -eu
here=${srcdir:-$(dirname "$0")/..}
top=$here/..
missing=0 named=0
for text in doc/architecture.md CONTRIBUTING.md; do
  for path in $(grep -oE '`(core|plugins|tests|tools|doc|conf)/[A-Za-z0-9_./-]+`' "$top/$text" | tr -d '`' | sort -u); do
    named=$((named + 1))
    case $path in */NAME/*) continue ;; esac
    test -e "$top/$path" || { echo "$text names $path, which is not there"; missing=$((missing + 1)); }
  done
done
# The tests in the table of rooms are named from tests/ on, without their programs' ending.
for path in $(sed -n '/^| room of/,/^$/p' "$top/doc/architecture.md" | awk -F'|' '{ print $5 }' | grep -oE '`[a-z/]+/[A-Za-z0-9_./*-]*`' | tr -d '`' | sort -u); do
  named=$((named + 1))
  case $path in tests/) continue ;; esac
  found=no
  for file in "$here"/$path "$here"/$path.c; do test ! -e "$file" || found=yes; done
  test "$found" = yes || { echo "doc/architecture.md names the test $path, which is not there"; missing=$((missing + 1)); }
done
echo "$named paths, $missing missing"
test "$named" -gt 20 && test "$missing" -eq 0
