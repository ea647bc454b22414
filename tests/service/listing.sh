#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
. "$srcdir/service/python.sh"
