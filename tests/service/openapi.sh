#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The document of the HTTP interface against a live service. Needs what `make -C tests schemathesis` installs below the
# build directory, or another virtual environment in DCPIPE_SCHEMATHESIS.
environment=${DCPIPE_SCHEMATHESIS:-$top_builddir/tests/service/schemathesis}
python=$environment/bin/python3
if ! "$python" -c 'import schemathesis, jsonschema, yaml' 2> /dev/null; then
  echo "schemathesis is not installed in $environment: make -C tests schemathesis"
  exit 77
fi
. "$srcdir/service/python.sh"
