# SPDX-License-Identifier: Apache-2.0
# Some kills in every `make check`; make check-kill for 200.
TESTS += kill/some-kills.sh
EXTRA_DIST += kill/some-kills.sh
check_PROGRAMS += kill/kill
kill_kill_SOURCES = kill/kill.c
kill_kill_LDADD =

check_LTLIBRARIES += kill/fold.la
kill_fold_la_SOURCES = kill/fold.c
kill_fold_la_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden
kill_fold_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere -Wl,--version-script=$(top_srcdir)/plugins/plugin.syms

KILLS = 200
.PHONY: check-kill
check-kill: kill/kill kill/fold.la
	$(AM_TESTS_ENVIRONMENT) ./kill/kill $(KILLS) $(SEED)
