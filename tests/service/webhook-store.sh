#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Files that are damaged or foreign, a full disk, a second process.
. "$srcdir/service/webhook-lib.sh"
cases damaged full locked mistakes
