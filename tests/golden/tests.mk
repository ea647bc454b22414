# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += golden/golden
golden_golden_SOURCES = golden/golden.c
golden_golden_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
golden_golden_LDADD = ../plugins/lib/ledger/libledger.la $(JANSSON_LIBS) $(NETTLE_LIBS) $(SQLITE_LIBS) $(ZLIB_LIBS)

EXTRA_DIST += golden/lib.sh
golden_tests = golden/test-main-job.sh golden/test-corrupt.sh
EXTRA_DIST += $(golden_tests)
TESTS += $(golden_tests)
