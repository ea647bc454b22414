# SPDX-License-Identifier: Apache-2.0
TESTS += unit/bytes/test-grow
check_PROGRAMS += unit/bytes/test-grow
unit_bytes_test_grow_SOURCES = unit/bytes/test-grow.c support/run.h
unit_bytes_test_grow_LDADD = $(CHECK_LIBS)

TESTS += unit/bytes/test-hex
check_PROGRAMS += unit/bytes/test-hex
unit_bytes_test_hex_SOURCES = unit/bytes/test-hex.c support/run.h
unit_bytes_test_hex_LDADD = $(CHECK_LIBS)

TESTS += unit/bytes/test-utf8
check_PROGRAMS += unit/bytes/test-utf8
unit_bytes_test_utf8_SOURCES = unit/bytes/test-utf8.c support/run.h
unit_bytes_test_utf8_LDADD = $(CHECK_LIBS)
