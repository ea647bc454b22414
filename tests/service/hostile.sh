#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Clients that mean harm.
. "$srcdir/service/python.sh"
