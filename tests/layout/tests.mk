# SPDX-License-Identifier: Apache-2.0
# The layout of core, the libraries and the plugins: see doc/architecture.md.
layout_tests = layout/layout.sh layout/paths.sh layout/red.sh
TESTS += $(layout_tests)
EXTRA_DIST += $(layout_tests) layout/layout.awk layout/rooms
