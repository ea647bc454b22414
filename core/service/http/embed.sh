#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: embed.sh SYMBOL FILE ...
# Prints a C source that holds the files as arrays of bytes. Runs where the program is built, on any POSIX system.
set -eu
LC_ALL=C
export LC_ALL

printf '/* SPDX-License-Identifier: Apache-2.0 */\n/* Made by embed.sh. */\n'
printf '#include "config.h"\n\n#include "service/http/asset-data.h"\n'
while [ $# -gt 0 ]; do
  test -s "$2" || { echo "embed.sh: $2 is empty or absent" >&2; exit 1; }
  printf '\nconst uint8_t %s[] = {\n' "$1"
  od -An -v -tu1 "$2" | sed -e 's/  */,/g' -e 's/^,//' -e 's/,*$/,/'
  printf '};\nconst size_t %s_size = sizeof %s;\n' "$1" "$1"
  shift 2
done
