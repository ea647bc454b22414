#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A message reaches every hook that wants its type, whole, signed, and once; one that fails is tried again.
. "$srcdir/service/webhook-lib.sh"
cases delivered retried backoff retry_after poison expired
