# SPDX-License-Identifier: Apache-2.0
# Programs that measure, or that make what is measured. They need nothing to be installed.
check_PROGRAMS += bench/read-ledger
bench_read_ledger_SOURCES = bench/read-ledger.c
bench_read_ledger_LDADD = libledgersupport.la

if HAVE_SODIUM
check_PROGRAMS += bench/generate-ledger
bench_generate_ledger_SOURCES = bench/economy.c bench/economy.h bench/generate-ledger.c bench/payloads.c
bench_generate_ledger_LDADD = libledgersupport.la libsign.la $(NETTLE_LIBS)
endif
