# SPDX-License-Identifier: Apache-2.0
check_LTLIBRARIES += libledgersupport.la
libledgersupport_la_SOURCES = \
  support/borsh-writer.c support/borsh-writer.h \
  support/ledger-reader.c support/ledger-reader.h \
  support/ledger-writer.c support/ledger-writer.h \
  support/run.h
libledgersupport_la_LIBADD = ../plugins/lib/ledger/libledger.la libsupport.la $(NETTLE_LIBS) $(ZLIB_LIBS)

ledger_tests = \
  unit/ledger/test-block \
  unit/ledger/test-borsh \
  unit/ledger/test-framer \
  unit/ledger/test-golden-blocks \
  unit/ledger/test-golden-corrupt
check_PROGRAMS += $(ledger_tests)
TESTS += $(ledger_tests)

unit_ledger_test_block_SOURCES = unit/ledger/test-block.c
unit_ledger_test_block_LDADD = libledgersupport.la $(ZLIB_LIBS) $(PTHREAD_LIBS)
unit_ledger_test_borsh_SOURCES = unit/ledger/test-borsh.c
unit_ledger_test_borsh_LDADD = libledgersupport.la
unit_ledger_test_framer_SOURCES = unit/ledger/test-framer.c
unit_ledger_test_framer_LDADD = libledgersupport.la
unit_ledger_test_golden_blocks_SOURCES = unit/ledger/test-golden-blocks.c
unit_ledger_test_golden_blocks_LDADD = libledgersupport.la $(NETTLE_LIBS)
unit_ledger_test_golden_corrupt_SOURCES = unit/ledger/test-golden-corrupt.c
unit_ledger_test_golden_corrupt_LDADD = libledgersupport.la

if HAVE_SODIUM
check_LTLIBRARIES += libsign.la
libsign_la_SOURCES = support/ed25519ph-sign.c support/ed25519ph-sign.h
libsign_la_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
libsign_la_LIBADD = $(SODIUM_LIBS)

signature_tests = unit/ledger/test-economy unit/ledger/test-ed25519ph unit/ledger/test-writer
check_PROGRAMS += $(signature_tests)
TESTS += $(signature_tests)
unit_ledger_test_economy_SOURCES = unit/ledger/test-economy.c bench/economy.c bench/payloads.c
unit_ledger_test_economy_LDADD = libledgersupport.la libsign.la ../plugins/lib/ledger/libledger-sig.la $(NETTLE_LIBS)
unit_ledger_test_ed25519ph_SOURCES = unit/ledger/test-ed25519ph.c
unit_ledger_test_ed25519ph_LDADD = libsupport.la ../plugins/lib/ledger/libledger-sig.la
unit_ledger_test_writer_SOURCES = unit/ledger/test-writer.c
unit_ledger_test_writer_LDADD = libledgersupport.la libsign.la ../plugins/lib/ledger/libledger-sig.la
endif
