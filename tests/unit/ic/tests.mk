# SPDX-License-Identifier: Apache-2.0
include $(srcdir)/unit/ic/protocol.mk

TESTS += unit/ic/test-principal
check_PROGRAMS += unit/ic/test-principal
unit_ic_test_principal_SOURCES = unit/ic/test-principal.c
unit_ic_test_principal_LDADD = libsupport.la ../plugins/lib/ic/libic-principal.la

TESTS += unit/ic/test-account
check_PROGRAMS += unit/ic/test-account
unit_ic_test_account_SOURCES = unit/ic/test-account.c
unit_ic_test_account_LDADD = libsupport.la ../plugins/lib/ic/libic-principal.la

TESTS += unit/ic/test-leb128
check_PROGRAMS += unit/ic/test-leb128
unit_ic_test_leb128_SOURCES = unit/ic/test-leb128.c
unit_ic_test_leb128_LDADD = libsupport.la ../plugins/lib/ic/libic-candid.la

TESTS += unit/ic/test-hash
check_PROGRAMS += unit/ic/test-hash
unit_ic_test_hash_SOURCES = unit/ic/test-hash.c unit/ic/requests.c unit/ic/requests.h
unit_ic_test_hash_LDADD = libsupport.la ../plugins/lib/ic/libic-candid.la

TESTS += unit/ic/test-candid
check_PROGRAMS += unit/ic/test-candid
unit_ic_test_candid_SOURCES = unit/ic/test-candid.c unit/ic/candid-json.c unit/ic/candid-json.h
unit_ic_test_candid_LDADD = libsupport.la ../plugins/lib/ic/libic-candid.la

TESTS += unit/ic/test-candid-types
check_PROGRAMS += unit/ic/test-candid-types
unit_ic_test_candid_types_SOURCES = unit/ic/test-candid-types.c
unit_ic_test_candid_types_LDADD = libsupport.la ../plugins/lib/ic/libic-candid.la

TESTS += unit/ic/test-number
check_PROGRAMS += unit/ic/test-number
unit_ic_test_number_SOURCES = unit/ic/test-number.c
unit_ic_test_number_LDADD = libsupport.la ../plugins/lib/ic/libic-candid.la

TESTS += unit/ic/test-icrc3-value
check_PROGRAMS += unit/ic/test-icrc3-value
unit_ic_test_icrc3_value_SOURCES = unit/ic/test-icrc3-value.c
unit_ic_test_icrc3_value_LDADD = libsupport.la ../plugins/lib/ic/libic-candid.la
