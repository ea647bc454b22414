# SPDX-License-Identifier: Apache-2.0
# A long run of everything at once: see soak.py. SOAK_SECONDS=600, SOAK_SEED=N.
EXTRA_DIST += soak/soak.sh soak/soak.py soak/things.py
if HAVE_REPLICA
if HAVE_SODIUM
soak: bench/generate-ledger dcpipe-replica
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/soak/soak.sh
else
soak:
	@echo "SKIP: without libsodium no ledger can be made"
endif
else
soak:
	@echo "SKIP: dcpipe-replica was not built; ./configure says what it needs"
endif
