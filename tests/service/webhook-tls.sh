#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Certificates are verified.
. "$srcdir/service/webhook-lib.sh"
cases verified
