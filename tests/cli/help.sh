#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --help lists commands, options and exit statuses, and wins over mistakes in the rest.
. "$srcdir/cli/lib.sh"
run 0 --help
for word in sync status verify dump reset; do
  grep -Eq "^  $word " "$dir/out" || die "no command $word"
done
for word in config follow label check online plugin-path list-plugins dump-plugin dump-config log-format quiet verbose \
    version help json sink decoder yes all-columns dump-section; do
  grep -Eq -- "--$word( |$)" "$dir/out" || die "no option --$word"
done
sed -n 's/^ *X (\([A-Z_]*\), \([0-9]*\), "\(.*\)").*/\2  \3/p' "$top_srcdir/core/base/exit-status.h" > "$dir/statuses"
test "$(wc -l < "$dir/statuses")" -ge 9 || die "status.h is not read"
while read -r line; do
  grep -Fq -e "$line" "$dir/out" || die "no exit status '$line'"
done < "$dir/statuses"
awk 'length > 80 { print; bad = 1 } END { exit bad }' "$dir/out" || die "lines of more than 80 columns"
run 0 -h nonsense --check
