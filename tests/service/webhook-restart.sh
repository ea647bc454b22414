#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Neither a stop nor kill -9 loses a message that was taken.
. "$srcdir/service/webhook-lib.sh"
cases restarted killed
