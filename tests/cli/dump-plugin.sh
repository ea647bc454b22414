#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --dump-plugin prints what a plugin is, its options, labels and tables, as KEY=VALUE lines.
. "$srcdir/cli/lib.sh"
trial_plugins
run 0 --dump-plugin trial_decoder
grep -Evq '^[a-zA-Z0-9_.]+=' "$dir/out" && die "a line is not KEY=VALUE"
for line in name=trial_decoder kind=decoder version=1 license=Apache-2.0 row_format=3 label=Alpha \
    'label.Alpha.aliases=AlphaOne AlphaTwo' label=Beta option.verdict.type=enum 'option.verdict.values=flag|reject|off' \
    option.verdict.default=flag option.verdict.changes_rows=yes 'option.verdict.help=what to do' \
    table.trials.kind=log table.trials.column.entry_index.key=2; do
  out "$line"
done
run 0 --dump-plugin trial_source
out "kind=source"
out "option.number.min=-5"
out "option.number.max=100"
run 0 --dump-plugin "$modules/trial_sink.so"
out "kind=sink"
