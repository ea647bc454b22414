# SPDX-License-Identifier: Apache-2.0
if HAVE_SODIUM
if HAVE_CSV
TESTS += unit/decoders/test-sheet
check_PROGRAMS += unit/decoders/test-sheet
unit_decoders_test_sheet_SOURCES = unit/decoders/test-sheet.c
unit_decoders_test_sheet_LDADD = ../plugins/decoders/offering/libsheet.la $(CHECK_LIBS)
endif

if HAVE_SQLITE
TESTS += unit/decoders/test-folding
check_PROGRAMS += unit/decoders/test-folding
unit_decoders_test_folding_SOURCES = unit/decoders/test-folding.c unit/decoders/scene.c unit/decoders/scene.h
unit_decoders_test_folding_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
unit_decoders_test_folding_LDADD = libledgersupport.la libsign.la $(SQLITE_LIBS)
endif
endif
