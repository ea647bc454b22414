# SPDX-License-Identifier: Apache-2.0
# Tests of certificates, node signatures and the HTTP agent.
if HAVE_CBOR
if HAVE_SODIUM

TESTS += unit/ic/test-cbor
check_PROGRAMS += unit/ic/test-cbor
unit_ic_test_cbor_SOURCES = unit/ic/test-cbor.c
unit_ic_test_cbor_LDADD = libsupport.la ../plugins/lib/ic/libic-certificate.la

TESTS += unit/ic/test-hash-tree
check_PROGRAMS += unit/ic/test-hash-tree
unit_ic_test_hash_tree_SOURCES = unit/ic/test-hash-tree.c unit/ic/lookups.c unit/ic/lookups.h
unit_ic_test_hash_tree_LDADD = libsupport.la ../plugins/lib/ic/libic-certificate.la

TESTS += unit/ic/test-bls
check_PROGRAMS += unit/ic/test-bls
unit_ic_test_bls_SOURCES = unit/ic/test-bls.c
unit_ic_test_bls_LDADD = libsupport.la ../plugins/lib/ic/libic-certificate.la

TESTS += unit/ic/test-certificate
check_PROGRAMS += unit/ic/test-certificate
unit_ic_test_certificate_SOURCES = unit/ic/test-certificate.c \
  unit/ic/expect.c unit/ic/expect.h unit/ic/lookups.c unit/ic/lookups.h
unit_ic_test_certificate_LDADD = libsupport.la ../plugins/lib/ic/libic-certificate.la

endif
endif
