# SPDX-License-Identifier: Apache-2.0
# Sourced by webhook-*.sh: cases CASE... runs those of webhooks.py, one after another.
cases ()
{
  . "$srcdir/service/environment.sh"
  if ! command -v "$python" > /dev/null; then
    echo "python3 is not there: skipped"
    exit 77
  fi
  exec timeout 300 "$python" -B "$srcdir/service/webhooks.py" "$builddir/service/webhook-driver" "$@"
}
