#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# systemd finds no fault with the units, and little that the services may do without need.
. "$srcdir/cli/lib.sh"
command -v systemd-analyze > /dev/null || { echo "skipped: there is no systemd-analyze"; exit 77; }
mkdir "$dir/units"
for unit in "$top_builddir"/conf/systemd/*.service "$top_srcdir"/conf/systemd/*.timer; do
  instance=$(basename "$unit" | sed 's/@/@x/')
  # The program is not installed yet.
  sed "s|^\(ExecStart[a-zA-Z]*=\)[^ ]*/dcpipe |\1$top_builddir/dcpipe |" "$unit" > "$dir/units/$instance"
done
test "$(ls "$dir/units" | wc -l)" -eq 4 || die "not all units are there"
for unit in "$dir"/units/*.service; do
  grep -q "^ExecStart=$top_builddir/dcpipe -c " "$unit" || die "$unit does not start dcpipe"
  line=$(systemd-analyze security --offline=true --threshold=20 "$unit" 2> "$dir/err") || die "$unit: ${line##*
}"
  case $line in
    *'Overall exposure level'*) ;;
    *) echo "skipped: this systemd-analyze does not look at files"; exit 77 ;;
  esac
done
SYSTEMD_UNIT_PATH=$dir/units: systemd-analyze verify --man=no "$dir"/units/* > "$dir/out" 2>&1 || die "systemd-analyze verify fails"
grep -F "$dir" "$dir/out" > "$dir/err" && die "systemd-analyze verify finds faults"
# Where they are run as root they would change the system, so only the syntax is looked at.
systemd-sysusers --dry-run "$top_srcdir/conf/sysusers.d/dcpipe.conf" > "$dir/out" 2>&1 || die "the sysusers snippet is refused"
exit 0
