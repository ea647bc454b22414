# SPDX-License-Identifier: Apache-2.0
# What every plugin's Makefile.am includes. For the decoder NAME, in plugins/decoders/NAME/Makefile.am:
#
#     include $(top_srcdir)/plugins/plugin.mk
#     decoders_LTLIBRARIES = NAME.la
#     NAME_la_SOURCES = NAME.c
#     NAME_la_LDFLAGS = $(PLUGIN_LDFLAGS)
#     NAME_la_LIBADD = ../../lib/ledger/libSOMETHING.la
#
# (sources_LTLIBRARIES and sinks_LTLIBRARIES for the other kinds), and a line for the folder in SUBDIRS of
# the top Makefile.am and in AC_CONFIG_FILES of configure.ac. `make` then links the plugin into
# $(top_builddir)/uninstalled, where ./dcpipe of the build tree finds it.
sourcesdir = $(plugindir)/sources
decodersdir = $(plugindir)/decoders
sinksdir = $(plugindir)/sinks

AM_CPPFLAGS = -I$(top_srcdir)/core -I$(top_srcdir)/plugins/lib
AM_CFLAGS = $(WARN_CFLAGS) $(HARDENING_CFLAGS) $(PTHREAD_CFLAGS) -fvisibility=hidden

# A module exports dcpipe_plugin and nothing else, and takes what it calls from the program that loads it.
PLUGIN_LDFLAGS = $(HARDENING_LDFLAGS) -module -avoid-version -shared -Wl,--version-script=$(top_srcdir)/plugins/plugin.syms

all-local: uninstalled-plugins

.PHONY: uninstalled-plugins
uninstalled-plugins: $(sources_LTLIBRARIES) $(decoders_LTLIBRARIES) $(sinks_LTLIBRARIES)
	@$(MKDIR_P) $(top_builddir)/uninstalled/sources $(top_builddir)/uninstalled/decoders $(top_builddir)/uninstalled/sinks
	@link () { \
	  kind=$$1; shift; \
	  for la in "$$@"; do \
	    so=$$(echo "$$la" | $(SED) 's/\.la$$/.so/'); \
	    to="$(top_builddir)/uninstalled/$$kind/$$so"; \
	    test "$$to" -ef "$(abs_builddir)/.libs/$$so" && continue; \
	    rm -f "$$to"; \
	    $(LN_S) "$(abs_builddir)/.libs/$$so" "$$to" || exit 1; \
	  done; \
	}; \
	link sources $(sources_LTLIBRARIES) && link decoders $(decoders_LTLIBRARIES) && link sinks $(sinks_LTLIBRARIES)

# dlopen has no use for libtool's .la files, so they are not left behind.
install-data-hook:
	cd "$(DESTDIR)$(plugindir)" && rm -f $(sources_LTLIBRARIES:%=sources/%) \
	  $(decoders_LTLIBRARIES:%=decoders/%) $(sinks_LTLIBRARIES:%=sinks/%)

uninstall-hook:
	for so in $(sources_LTLIBRARIES:%.la=sources/%.so) $(decoders_LTLIBRARIES:%.la=decoders/%.so) \
	    $(sinks_LTLIBRARIES:%.la=sinks/%.so); do rm -f "$(DESTDIR)$(plugindir)/$$so"; done
	@cd "$(DESTDIR)$(plugindir)" 2>/dev/null && rmdir sources decoders sinks "$(DESTDIR)$(plugindir)" 2>/dev/null || :
