# SPDX-License-Identifier: Apache-2.0
# The libraries of core's rooms, those that use others first. `core` is where they lie. The engine needs neither libcurl nor
# libmicrohttpd.
CORE_ENGINE = \
  $(core)/libpipeline.a \
  $(core)/libsink.a \
  $(core)/libsetup.a \
  $(core)/libplugin.a \
  $(core)/libdata.a \
  $(core)/libconfig.a \
  $(core)/libbase.a

CORE_ROOMS = \
  $(core)/libcommands.a \
  $(core)/libservice.a \
  $(core)/libhttp.a \
  $(core)/libmetrics.a \
  $(core)/libjobs.a \
  $(core)/libwebhook.a \
  $(core)/libstate.a \
  $(CORE_ENGINE)

# All of them whole.
CORE_WHOLE = -Wl,--whole-archive,$(core)/libcommands.a,$(core)/libservice.a,$(core)/libhttp.a,$(core)/libmetrics.a,$(core)/libjobs.a,$(core)/libwebhook.a,$(core)/libstate.a,$(core)/libpipeline.a,$(core)/libsink.a,$(core)/libsetup.a,$(core)/libplugin.a,$(core)/libdata.a,$(core)/libconfig.a,$(core)/libbase.a,--no-whole-archive
