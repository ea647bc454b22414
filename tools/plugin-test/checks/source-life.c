/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "checks/source-life.h"

#include <inttypes.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "drivers/source-driver.h"
#include "harness/resources.h"
#include "harness/runner.h"
#include "harness/verdict.h"
#include "plugin/callback.h"
#include "plugin/instance.h"
#include "plugin/source-calls.h"
#include "setup/setup.h"

/* How much later than asked a call may return on a busy machine. */
#define TOLERANCE_MS 3000

/* How long the other side may take to answer. */
#define ANSWER_NS UINT64_C (60000000000)

/* Milliseconds from a time of monotonic_ns's. */
static uint64_t
ms_since (uint64_t from)
{
  return (monotonic_ns () - from) / 1000000;
}

/* Calls next until there is nothing more, each time with that deadline: the engine shows progress and looks
 * for signals in between. As a follower, since one that may end at the tip never waits. */
static void
keeps_deadlines (const void *context)
{
  struct instance *source = source_begin (context);
  int result = DCPIPE_OK;

  stop_set_following (true);
  for (unsigned i = 0; i < 200 && result != DCPIPE_TIP; i++) {
    unsigned ms = i % 2 ? 0 : 100;
    uint64_t from = monotonic_ns ();
    struct dcpipe_batch batch;

    runner_at ("next was called with a deadline in %u ms", ms);
    result = source_next (source, ms, &batch);
    EXPECT (ms_since (from) <= ms + TOLERANCE_MS,
            "next returned %" PRIu64 " ms after its call, the deadline was %u ms away", ms_since (from), ms);
    EXPECT (result != DCPIPE_FAIL && result != DCPIPE_DIVERGED, "next gives %s: %s", RESULT_NAME (result),
            failure ());
    batch_clear (&batch);
  }
  source_end (source);
}

/* ---- stopping ------------------------------------------------------------------------------------ */

static void *
stop_soon (void *argument)
{
  (void) argument;
  nanosleep (&(struct timespec){ .tv_nsec = 200000000 }, NULL);
  stop_request ();
  return NULL;
}

static void
stops_when_it_is_told (const void *context)
{
  struct instance *source;
  pthread_t thread;
  uint64_t from;
  bool stopped = false;

  stop_set_following (true);
  source = source_begin (context);
  EXPECT (pthread_create (&thread, NULL, stop_soon, NULL) == 0, "no thread for the test");
  from = monotonic_ns ();
  while (ms_since (from) < 1500 && !stopped) {
    struct dcpipe_batch batch;

    runner_at ("next was called while the run was to stop, with a deadline in a minute");
    source_next (source, 60000, &batch);
    batch_clear (&batch);
    stopped = stop_requested ();
  }
  EXPECT (ms_since (from) <= 1500 + TOLERANCE_MS,
          "next returned %" PRIu64 " ms after dcpipe_stop_fd had become readable", ms_since (from) - 200);
  pthread_join (thread, NULL);
  source_end (source);
}

/* ---- closing ------------------------------------------------------------------------------------- */

/* Frames and their memory belong to the batch, also after close. */
static void
frames_outlive_the_run (const void *context)
{
  struct instance *source = source_begin (context);
  struct reading reading;

  source_read (source, &reading, 500);
  source_call_close (source);
  runner_at ("frames were read after close");
  for (size_t i = 0; i < reading.count; i++) {
    const struct dcpipe_frame *frame = reading_frame (&reading, i);
    uint8_t digest[SHA256_SIZE];
    struct sha256_ctx sha;

    sha256_init (&sha);
    sha256_update (&sha, frame->bytes.size, frame->bytes.data);
    sha256_digest (&sha, SHA256_SIZE, digest);
    EXPECT (memcmp (digest, reading.frames[i].digest, SHA256_SIZE) == 0,
            "the bytes of the block at position %" PRIu64 " have changed since they were delivered",
            frame->position);
  }
  instance_free (source);
  reading_free (&reading);
}

static void
open_and_close (void *context)
{
  struct instance *source = context;
  struct reading reading;

  source_must_open (source);
  source_read (source, &reading, 20);
  source_call_close (source);
  reading_free (&reading);
}

static void
keeps_nothing_after_close (const void *context)
{
  struct instance *source = source_begin (context);

  source_call_close (source); /* before any block was asked for */
  runner_at ("it was opened, read and closed again and again");
  resources_expect_no_leak ("a run, opened and closed,", open_and_close, source);
  instance_free (source);
}

static void
probes (const void *context)
{
  struct instance *source = subject_instance (context);
  int result;

  if (!source_can_probe (source))
    verdict_skip ("it has no 'probe', which is optional");
  result = source_call_probe (source, monotonic_ns () + ANSWER_NS);
  EXPECT (result == DCPIPE_OK, "probe gives %s: %s", RESULT_NAME (result), failure ());
  instance_free (source);
}

static void
tells_its_tip (const void *context)
{
  struct instance *source = subject_instance (context);
  struct dcpipe_tip tip = { 0 };
  int result;

  if (!source_can_tell_tip (source))
    verdict_skip ("it has no 'tip', which is optional");
  result = source_call_tip (source, monotonic_ns () + ANSWER_NS, &tip);
  EXPECT (result == DCPIPE_OK, "tip gives %s: %s", RESULT_NAME (result), failure ());
  instance_free (source);
}

void
source_life_checks (const struct subject *subject)
{
  const char *group = "source";

  runner_check (group, "next returns by its deadline", keeps_deadlines, subject);
  runner_check (group, "next returns when the run is to stop", stops_when_it_is_told, subject);
  runner_check (group, "frames live on after close", frames_outlive_the_run, subject);
  runner_check (group, "keeps nothing after close", keeps_nothing_after_close, subject);
  runner_check (group, "probe asks the other side", probes, subject);
  runner_check (group, "tip says how far the ledger reaches", tells_its_tip, subject);
}
