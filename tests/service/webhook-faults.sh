#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Receivers that hang, die, talk without end or are gone harm neither the sender nor other hooks.
. "$srcdir/service/webhook-lib.sh"
cases hanging dying endless gone
