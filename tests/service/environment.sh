# SPDX-License-Identifier: Apache-2.0
# Sourced by tests that want what requirements.txt names, but would go without: sets `python` to the interpreter that has it
# (see openapi.sh), or else to the usual one.
python=${DCPIPE_SCHEMATHESIS:-$top_builddir/tests/service/schemathesis}/bin/python3
test -x "$python" || python=python3
