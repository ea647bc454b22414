#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The status page in headless Chromium.
. "$srcdir/service/python.sh"
