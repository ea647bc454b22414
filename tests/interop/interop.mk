# SPDX-License-Identifier: Apache-2.0
# Agents that were written elsewhere, against the replica. They come from npm and cargo, so this is no part of
# `make check`; what cannot be fetched is skipped.
EXTRA_DIST += interop/run.sh interop/javascript/client.mjs interop/javascript/package.json \
  interop/javascript/package-lock.json interop/rust/Cargo.toml interop/rust/Cargo.lock.in interop/rust/src/main.rs
if HAVE_REPLICA
interop: dcpipe-replica
	@for agent in javascript rust; do \
	  rc=0; $(SHELL) $(srcdir)/interop/run.sh $$agent ./dcpipe-replica || rc=$$?; \
	  case $$rc in 0) echo "PASS: $$agent";; 77) ;; *) echo "FAIL: $$agent"; exit 1;; esac; \
	done
else
interop:
	@echo "SKIP: dcpipe-replica was not built; ./configure says what it needs"
endif
.PHONY: interop
