# SPDX-License-Identifier: Apache-2.0
CORE_TEST_LIBS = ../core/libcore.a $(CHECK_LIBS) $(INIH_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) $(CURL_LIBS) $(PTHREAD_LIBS)

TESTS += unit/core/test-inifile
check_PROGRAMS += unit/core/test-inifile
unit_core_test_inifile_SOURCES = unit/core/test-inifile.c
unit_core_test_inifile_LDADD = $(CORE_TEST_LIBS)

TESTS += unit/core/test-log
check_PROGRAMS += unit/core/test-log
unit_core_test_log_SOURCES = unit/core/test-log.c
unit_core_test_log_LDADD = $(CORE_TEST_LIBS)

TESTS += unit/core/test-options
check_PROGRAMS += unit/core/test-options
unit_core_test_options_SOURCES = unit/core/test-options.c
unit_core_test_options_LDADD = $(CORE_TEST_LIBS)
