#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
. "$srcdir/service/environment.sh"
. "$srcdir/service/python.sh"
