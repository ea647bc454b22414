# SPDX-License-Identifier: Apache-2.0
include $(srcdir)/unit/plugins/icp.mk

TESTS += unit/plugins/test-ledger-file
check_PROGRAMS += unit/plugins/test-ledger-file
unit_plugins_test_ledger_file_SOURCES = unit/plugins/test-ledger-file.c support/source-host.c support/source-host.h
unit_plugins_test_ledger_file_LDADD = libledgersupport.la $(CORE_TEST_LIBS)
unit_plugins_test_ledger_file_LDFLAGS = -export-dynamic
