# SPDX-License-Identifier: Apache-2.0
# The engine alone, and all of core.
ENGINE_TEST_LIBS = $(CORE_ENGINE) $(CHECK_LIBS) $(INIH_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) $(PTHREAD_LIBS)
CORE_TEST_LIBS = $(CORE_ROOMS) $(CHECK_LIBS) $(INIH_LIBS) $(JANSSON_LIBS) $(NETTLE_LIBS) $(PTHREAD_LIBS)

TESTS += unit/core/test-ini
check_PROGRAMS += unit/core/test-ini
unit_core_test_ini_SOURCES = unit/core/test-ini.c
unit_core_test_ini_LDADD = $(ENGINE_TEST_LIBS)

TESTS += unit/core/test-inih
check_PROGRAMS += unit/core/test-inih
unit_core_test_inih_SOURCES = unit/core/test-inih.c
unit_core_test_inih_LDADD = $(ENGINE_TEST_LIBS)

TESTS += unit/core/test-log
check_PROGRAMS += unit/core/test-log
unit_core_test_log_SOURCES = unit/core/test-log.c
unit_core_test_log_LDADD = $(ENGINE_TEST_LIBS)

TESTS += unit/core/test-options
check_PROGRAMS += unit/core/test-options
unit_core_test_options_SOURCES = unit/core/test-options.c
unit_core_test_options_LDADD = $(ENGINE_TEST_LIBS)
