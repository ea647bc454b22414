#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The signatures are good by the reference library of Standard Webhooks.
. "$srcdir/service/webhook-lib.sh"
cases reference
