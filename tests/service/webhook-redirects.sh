#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Redirects are followed on the same scheme, host and port only, and not for ever.
. "$srcdir/service/webhook-lib.sh"
cases redirected
