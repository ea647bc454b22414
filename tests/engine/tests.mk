# SPDX-License-Identifier: Apache-2.0
# The engine as a whole: the built program with the plugins of tests/plugins.
EXTRA_DIST += engine/lib.sh engine/third-party/tally.c engine/third-party/lines.c
engine_tests =
engine_tests += engine/changed-decoder.sh
engine_tests += engine/equal-sinks.sh
engine_tests += engine/failed-entries.sh
engine_tests += engine/follow.sh
engine_tests += engine/frontiers.sh
engine_tests += engine/ledger-changed.sh
engine_tests += engine/memory.sh
engine_tests += engine/plugin-ends.sh
engine_tests += engine/plugin-mistakes.sh
engine_tests += engine/plurals.sh
engine_tests += engine/signals.sh
engine_tests += engine/sink-faults.sh
engine_tests += engine/sink-lost.sh
engine_tests += engine/source-faults.sh
engine_tests += engine/source-tables.sh
engine_tests += engine/table-removed.sh
engine_tests += engine/third-party.sh
engine_tests += engine/two-processes.sh
engine_tests += engine/verify.sh
TESTS += $(engine_tests)
EXTRA_DIST += $(engine_tests)
