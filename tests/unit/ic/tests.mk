# SPDX-License-Identifier: Apache-2.0
TESTS += unit/ic/test-principal
check_PROGRAMS += unit/ic/test-principal
unit_ic_test_principal_SOURCES = unit/ic/test-principal.c
unit_ic_test_principal_LDADD = libsupport.la ../plugins/lib/ic/libic-principal.la

TESTS += unit/ic/test-account
check_PROGRAMS += unit/ic/test-account
unit_ic_test_account_SOURCES = unit/ic/test-account.c
unit_ic_test_account_LDADD = libsupport.la ../plugins/lib/ic/libic-principal.la
