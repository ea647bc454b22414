# SPDX-License-Identifier: Apache-2.0
check_LTLIBRARIES += libledgersupport.la
libledgersupport_la_SOURCES = \
  support/borsh-writer.c support/borsh-writer.h \
  support/ledger-reader.c support/ledger-reader.h \
  support/ledger-writer.c support/ledger-writer.h \
  support/run.h
libledgersupport_la_LIBADD = ../plugins/lib/dcledger/libdcledger.la libsupport.la $(NETTLE_LIBS) $(ZLIB_LIBS)

ledger_tests = \
  unit/dcledger/test-block \
  unit/dcledger/test-borsh \
  unit/dcledger/test-framer \
  unit/dcledger/test-golden-blocks \
  unit/dcledger/test-golden-corrupt
check_PROGRAMS += $(ledger_tests)
TESTS += $(ledger_tests)

unit_dcledger_test_block_SOURCES = unit/dcledger/test-block.c
unit_dcledger_test_block_LDADD = libledgersupport.la $(ZLIB_LIBS) $(PTHREAD_LIBS)
unit_dcledger_test_borsh_SOURCES = unit/dcledger/test-borsh.c
unit_dcledger_test_borsh_LDADD = libledgersupport.la
unit_dcledger_test_framer_SOURCES = unit/dcledger/test-framer.c
unit_dcledger_test_framer_LDADD = libledgersupport.la
unit_dcledger_test_golden_blocks_SOURCES = unit/dcledger/test-golden-blocks.c
unit_dcledger_test_golden_blocks_LDADD = libledgersupport.la $(NETTLE_LIBS)
unit_dcledger_test_golden_corrupt_SOURCES = unit/dcledger/test-golden-corrupt.c
unit_dcledger_test_golden_corrupt_LDADD = libledgersupport.la

if HAVE_SODIUM
check_LTLIBRARIES += libsign.la
libsign_la_SOURCES = support/ed25519ph-sign.c support/ed25519ph-sign.h
libsign_la_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
libsign_la_LIBADD = $(SODIUM_LIBS)

signature_tests = unit/dcledger/test-economy unit/dcledger/test-ed25519ph unit/dcledger/test-writer
check_PROGRAMS += $(signature_tests)
TESTS += $(signature_tests)
unit_dcledger_test_economy_SOURCES = unit/dcledger/test-economy.c bench/economy.c bench/payloads.c
unit_dcledger_test_economy_LDADD = libledgersupport.la libsign.la ../plugins/lib/dcledger/libdcledger-sig.la $(NETTLE_LIBS)
unit_dcledger_test_ed25519ph_SOURCES = unit/dcledger/test-ed25519ph.c
unit_dcledger_test_ed25519ph_LDADD = libsupport.la ../plugins/lib/dcledger/libdcledger-sig.la
unit_dcledger_test_writer_SOURCES = unit/dcledger/test-writer.c
unit_dcledger_test_writer_LDADD = libledgersupport.la libsign.la ../plugins/lib/dcledger/libdcledger-sig.la
endif
