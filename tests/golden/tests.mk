# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += golden/golden
golden_golden_SOURCES = golden/golden.c
golden_golden_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
golden_golden_LDADD = ../plugins/lib/dcledger/libdcledger.la $(JANSSON_LIBS) $(NETTLE_LIBS) $(SQLITE_LIBS) $(ZLIB_LIBS)

check_PROGRAMS += golden/decoded
golden_decoded_SOURCES = golden/decoded.c golden/decoded.h golden/decoded-entries.c golden/decoded-state.c \
  golden/tables.c golden/tables.h
golden_decoded_LDADD = $(JANSSON_LIBS) $(NETTLE_LIBS) $(ZLIB_LIBS)

EXTRA_DIST += golden/lib.sh
golden_tests = golden/test-main-job.sh golden/test-corrupt.sh golden/test-decoders.sh golden/test-counts.sh \
  golden/test-odd.sh
EXTRA_DIST += $(golden_tests)
TESTS += $(golden_tests)
