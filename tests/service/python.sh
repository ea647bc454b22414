# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests that are written in Python: runs the one of the same name.
command -v python3 > /dev/null || { echo "python3 is not installed"; exit 77; }
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
exec "${python:-python3}" "$srcdir/service/$(basename "$0" .sh)_test.py"
