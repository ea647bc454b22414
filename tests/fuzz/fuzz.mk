# SPDX-License-Identifier: Apache-2.0
# `make fuzz` builds each target with clang's libFuzzer and sanitizers and runs it for FUZZ_SECONDS. Inputs
# that it finds interesting are kept in fuzz/NAME.corpus in the build tree. A target is fuzz/fuzz-NAME.c
# and the sources that fuzz_NAME lists.
FUZZ_CC = clang
FUZZ_CFLAGS = -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
FUZZ_SECONDS = 30
FUZZ_FLAGS = -max_len=4096 -timeout=10 -rss_limit_mb=1024

fuzz_ledger = $(top_srcdir)/plugins/lib/dcledger
fuzz_candid_room = $(top_srcdir)/plugins/lib/ic/candid
fuzz_certificate_room = $(top_srcdir)/plugins/lib/ic/certificate
fuzz_principal_room = $(top_srcdir)/plugins/lib/ic/principal
fuzz_decoder = $(top_srcdir)/plugins/lib/decoder
fuzz_decoders = $(top_srcdir)/plugins/decoders
fuzz_targets = block borsh candid cbor certificate contract framer offering principal profile transfer
fuzz_block = $(fuzz_ledger)/block.c $(fuzz_ledger)/borsh.c $(fuzz_ledger)/inflate.c $(fuzz_ledger)/reason.c \
  $(NETTLE_LIBS) $(LIBDEFLATE_LIBS) $(ZLIB_LIBS)
fuzz_borsh = $(fuzz_ledger)/borsh.c
fuzz_candid = $(fuzz_candid_room)/*.c $(fuzz_principal)
fuzz_cbor = $(fuzz_candid_room)/arena.c $(fuzz_certificate_room)/cbor.c $(fuzz_candid_room)/error.c $(fuzz_certificate_room)/response.c $(CBOR_LIBS)
fuzz_certificate = $(fuzz_certificate_room)/bls.c $(fuzz_certificate_room)/canister_ranges.c $(fuzz_certificate_room)/certificate.c $(fuzz_candid_room)/hash.c \
  $(fuzz_certificate_room)/hash_tree.c $(fuzz_candid_room)/leb128.c $(fuzz_certificate_room)/query_signature.c $(fuzz_certificate_room)/request_status.c \
  $(fuzz_certificate_room)/verdict.c \
  $(fuzz_cbor) $(fuzz_principal) $(BLST_CPPFLAGS) $(BLST_LIBS) $(SODIUM_LIBS)
fuzz_framer = $(fuzz_ledger)/framer.c $(fuzz_block)
fuzz_principal = $(fuzz_principal_room)/*.c $(NETTLE_LIBS)

# The engine, as far as it takes to call a decoder.
fuzz_core = $(top_srcdir)/core
fuzz_engine = $(fuzz_core)/base/*.c $(fuzz_core)/data/*.c $(fuzz_core)/plugin/callback.c $(fuzz_core)/plugin/decoder-calls.c \
  $(fuzz_core)/plugin/plugin.c $(fuzz_core)/plugin/source-calls.c $(fuzz_core)/setup/tables.c $(NETTLE_LIBS) $(JANSSON_LIBS)

# What decoders share, of which each takes what it needs.
fuzz_payload = $(fuzz_engine) $(fuzz_decoder)/*.c $(fuzz_ledger)/account.c $(fuzz_ledger)/borsh.c $(fuzz_ledger)/ed25519ph.c \
  $(fuzz_principal) $(JANSSON_LIBS) $(SODIUM_LIBS)
fuzz_contract = $(fuzz_decoders)/contract/*.c $(fuzz_payload)
fuzz_offering = $(fuzz_decoders)/offering/*.c $(fuzz_payload) $(CSV_LIBS)
fuzz_profile = $(fuzz_decoders)/profile/*.c $(fuzz_payload)
fuzz_transfer = $(fuzz_decoders)/transfer/*.c $(fuzz_payload)

EXTRA_DIST += fuzz/fuzz.h fuzz/fuzz-decoder.h $(fuzz_targets:%=fuzz/fuzz-%.c)

fuzz: $(fuzz_targets:%=fuzz-run-%)

$(fuzz_targets:%=fuzz-run-%): fuzz-run-%: fuzz-build-%
	$(MKDIR_P) fuzz/$*.corpus
	fuzz/fuzz-$* $(FUZZ_FLAGS) -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 -artifact_prefix=fuzz/$*- fuzz/$*.corpus

$(fuzz_targets:%=fuzz-build-%): fuzz-build-%:
	$(MKDIR_P) fuzz
	$(FUZZ_CC) $(FUZZ_CFLAGS) -I$(top_builddir) $(AM_CPPFLAGS) $(NETTLE_CFLAGS) $(LIBDEFLATE_CFLAGS) \
	  $(ZLIB_CFLAGS) -o fuzz/fuzz-$* $(srcdir)/fuzz/fuzz-$*.c $(fuzz_$*)

clean-local: fuzz-clean
fuzz-clean:
	rm -rf $(fuzz_targets:%=fuzz/fuzz-%) $(fuzz_targets:%=fuzz/%.corpus)

.PHONY: fuzz fuzz-clean $(fuzz_targets:%=fuzz-run-%) $(fuzz_targets:%=fuzz-build-%)
