/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics as text: https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4. All samples
 * of a metric stand together, behind its HELP and TYPE. */
#include "config.h"

#include "service/metrics/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bytes/cleanup.h"
#include "dcpipe-plugin.h"
#include "service/jobs/jobs.h"
#include "service/metrics/labels.h"
#include "service/metrics/metrics.h"
#include "service/state/service.h"
#include "service/state/status-cache-json.h"
#include "service/webhook/webhook.h"

#define TEXT_OF(number) #number
#define API_VERSION(major, minor) TEXT_OF (major) "." TEXT_OF (minor)

static const char plugin_api[] = API_VERSION (DCPIPE_API_MAJOR, DCPIPE_API_MINOR);

static void
metric (FILE *out, const char *name, const char *type, const char *help)
{
  fprintf (out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value, as the format wants it. */
static void
put_value (FILE *out, const char *value)
{
  for (; *value != '\0'; value++)
    if (*value == '\\' || *value == '"')
      fprintf (out, "\\%c", *value);
    else if (*value == '\n')
      fputs ("\\n", out);
    else
      putc (*value, out);
}

/* A name and its labels, pairs of name and value, ended by NULL. */
static void
put_name (FILE *out, const char *name, const char *const *labels)
{
  fputs (name, out);
  for (size_t i = 0; labels[i] != NULL; i += 2) {
    fprintf (out, "%s%s=\"", i == 0 ? "{" : ",", labels[i]);
    put_value (out, labels[i + 1]);
    putc ('"', out);
  }
  fputs (labels[0] != NULL ? "} " : " ", out);
}

/* Names and values alternate; an array that ends with NULL spares a count that could be wrong. */
#define LABELS(...)                                                                                          \
  (const char *const[])                                                                                      \
  {                                                                                                          \
    __VA_ARGS__, NULL                                                                                        \
  }
#define NO_LABELS                                                                                            \
  (const char *const[])                                                                                      \
  {                                                                                                          \
    NULL                                                                                                     \
  }

static void
sample (FILE *out, const char *name, const char *const *labels, uint64_t value)
{
  put_name (out, name, labels);
  fprintf (out, "%" PRIu64 "\n", value);
}

/* `ns` in seconds. */
static void
sample_time (FILE *out, const char *name, const char *const *labels, uint64_t ns)
{
  put_name (out, name, labels);
  /* In decimal digits: a double has too few for the nanoseconds of our time. */
  fprintf (out, "%" PRIu64 ".%09" PRIu64 "\n", ns / 1000000000, ns % 1000000000);
}

static void
single (FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
  metric (out, name, type, help);
  sample (out, name, NO_LABELS, value);
}

/* ---- the source --------------------------------------------------------------------------------- */

static void
put_source (FILE *out, const struct status_cache *cache)
{
  const struct source_totals *totals = &cache->source;

  single (out, "dcpipe_source_bytes_total", "counter", "Bytes of the ledger that the source delivered.",
          totals->fetched_bytes);
  single (out, "dcpipe_source_retries_total", "counter",
          "Attempts of the source that failed and were repeated.", totals->retries);
  single (out, "dcpipe_blocks_total", "counter",
          "Blocks whose hash and link to the block before were verified.", totals->blocks);
  single (out, "dcpipe_entries_total", "counter", "Entries in those blocks.", totals->entries);
  single (out, "dcpipe_bytes_total", "counter", "Bytes of those blocks, inflated.", totals->bytes);
}

static void
put_heights (FILE *out, const struct status_cache *cache)
{
  static const char name[] = "dcpipe_height_bytes";

  metric (out, name, "gauge",
          "Positions in the ledger: of the end that the source told of (tip), behind the newest block "
          "fetched, of the "
          "newest block verified.");
  /* What is not known yet is left out: a 0 would look like a ledger that was lost. */
  if (cache->tip > 0)
    sample (out, name, LABELS ("height", "tip"), cache->tip);
  if (cache->fetched > 0)
    sample (out, name, LABELS ("height", "fetched"), cache->fetched);
  if (cache->verified > 0)
    sample (out, name, LABELS ("height", "verified"), cache->verified);
  metric (out, "dcpipe_tip_timestamp_seconds", "gauge", "When the source told of its end last.");
  if (cache->tip_ns > 0)
    sample_time (out, "dcpipe_tip_timestamp_seconds", NO_LABELS, cache->tip_ns);
}

/* ---- sinks -------------------------------------------------------------------------------------- */

#define TOTAL(member) offsetof (struct sink_totals, member)

static const struct {
  const char *name, *help;
  size_t offset;
} sink_counters[] = {
  { "dcpipe_sink_blocks_total", "Blocks committed to the sink.", TOTAL (blocks) },
  { "dcpipe_sink_entries_total", "Entries committed to the sink.", TOTAL (entries) },
  { "dcpipe_sink_failed_entries_total", "Rows committed to the sink's failed_entries.", TOTAL (failed) },
  { "dcpipe_sink_retries_total", "Faults of the sink after which a batch was repeated.", TOTAL (retries) },
};

static void
put_sink_counters (FILE *out, const struct status_cache *cache)
{
  for (size_t i = 0; i < sizeof sink_counters / sizeof *sink_counters; i++) {
    metric (out, sink_counters[i].name, "counter", sink_counters[i].help);
    for (size_t sink = 0; sink < cache->sinks_count; sink++) {
      const struct sink_view *view = &cache->sinks[sink];
      uint64_t value;

      memcpy (&value, (const char *) &view->totals + sink_counters[i].offset, sizeof value);
      sample (out, sink_counters[i].name, LABELS ("sink", view->sink->name), value);
    }
  }
}

/* Every table from the start, also with 0: a rate over a series that only appears with its first row would
 * miss that row. */
static void
put_rows (FILE *out, const struct status_cache *cache)
{
  static const char name[] = "dcpipe_sink_rows_total";

  metric (out, name, "counter", "Rows committed to the sink, by table and by what became of them.");
  for (size_t sink = 0; sink < cache->sinks_count; sink++)
    for (size_t i = 0; i < cache->tables->count; i++) {
      const char *table = cache->tables->items[i].name, *of = cache->sinks[sink].sink->name;
      const struct table_changes *changes = &cache->sinks[sink].changes[i];

      sample (out, name, LABELS ("sink", of, "table", table, "kind", "added"), changes->added);
      sample (out, name, LABELS ("sink", of, "table", table, "kind", "changed"), changes->changed);
      sample (out, name, LABELS ("sink", of, "table", table, "kind", "removed"), changes->removed);
    }
}

static void
put_labels (FILE *out, const struct status_cache *cache)
{
  static const char name[] = "dcpipe_sink_label_entries_total";

  metric (out, name, "counter",
          "Entries that decoders were applied to since the sink was filled first, by label.");
  for (size_t sink = 0; sink < cache->sinks_count; sink++) {
    struct label_metrics labels;

    label_metrics_make (&labels, &cache->sinks[sink].checkpoint);
    for (size_t i = 0; i < labels.count; i++)
      sample (out, name, LABELS ("sink", cache->sinks[sink].sink->name, "label", labels.items[i].name),
              labels.items[i].entries);
  }
}

/* How far a sink is behind the tip; false if that is not known. */
/* The tip is the end of the ledger, and a sink stands at the beginning of its last block; so one that has all
 * would seem to be a block behind. What was verified up to the tip tells. */
static bool
lag (const struct status_cache *cache, const struct point *at, uint64_t *bytes, uint64_t *ns)
{
  uint64_t now = realtime_ns ();

  if (cache->tip == 0 || at == NULL)
    return false;
  *bytes = *ns = 0;
  if (cache->at_tip && at->position >= cache->verified)
    return true;
  *bytes = cache->tip > at->position ? cache->tip - at->position : 0;
  *ns = now > at->time_ns ? now - at->time_ns : 0;
  return true;
}

enum sink_gauge {
  SINK_POSITION,
  SINK_BLOCK_TIME,
  SINK_LAG_BYTES,
  SINK_LAG_TIME,
  SINK_COMMITTED,
  SINK_READABLE
};

static const struct {
  const char *name, *help;
} sink_gauges[] = {
  [SINK_POSITION] = { "dcpipe_sink_position_bytes",
                      "Position of the last block that all decoders of the sink were applied to." },
  [SINK_BLOCK_TIME] = { "dcpipe_sink_block_timestamp_seconds", "Time of that block." },
  [SINK_LAG_BYTES] = { "dcpipe_sink_lag_bytes", "From that block to the tip; 0 if it is the last one." },
  [SINK_LAG_TIME] = { "dcpipe_sink_lag_seconds", "Age of that block; 0 if it is the last one." },
  [SINK_COMMITTED] = { "dcpipe_sink_commit_timestamp_seconds", "When the sink was committed to last." },
  [SINK_READABLE] = { "dcpipe_sink_readable", "1 if the sink could be read when that was tried last." },
};

/* What is not known yet has no sample at all: a 0 would be a position, a time or a lag that nobody
 * measured. */
static void
put_sink_gauge (FILE *out, const struct status_cache *cache, const struct sink_view *view,
                enum sink_gauge gauge)
{
  const struct point *at = status_cache_committed_point (cache->setup, &view->checkpoint);
  const char *name = sink_gauges[gauge].name, *const labels[] = { "sink", view->sink->name, NULL };
  uint64_t bytes, ns;

  if (gauge == SINK_READABLE)
    sample (out, name, labels, view->error == NULL);
  else if (gauge == SINK_COMMITTED && view->synced_ns > 0)
    sample_time (out, name, labels, view->synced_ns);
  else if (gauge == SINK_POSITION && at != NULL)
    sample (out, name, labels, at->position);
  else if (gauge == SINK_BLOCK_TIME && at != NULL)
    sample_time (out, name, labels, at->time_ns);
  else if (gauge == SINK_LAG_BYTES && lag (cache, at, &bytes, &ns))
    sample (out, name, labels, bytes);
  else if (gauge == SINK_LAG_TIME && lag (cache, at, &bytes, &ns))
    sample_time (out, name, labels, ns);
}

static void
put_sinks (FILE *out, const struct status_cache *cache)
{
  put_sink_counters (out, cache);
  put_rows (out, cache);
  put_labels (out, cache);
  for (size_t gauge = 0; gauge < sizeof sink_gauges / sizeof *sink_gauges; gauge++) {
    metric (out, sink_gauges[gauge].name, "gauge", sink_gauges[gauge].help);
    for (size_t sink = 0; sink < cache->sinks_count; sink++)
      put_sink_gauge (out, cache, &cache->sinks[sink], (enum sink_gauge) gauge);
  }
}

/* ---- the pipeline ------------------------------------------------------------------------------- */

/* Buckets are cumulative in this format, classes are not. The count is their sum, so that both agree even if
 * a commit was added in between. */
static void
put_histogram (FILE *out, const char *name, const char *sink, const struct histogram_counts *counts)
{
  char bound[32], bucket[64], sum[64], count[64];
  uint64_t so_far = 0;

  snprintf (bucket, sizeof bucket, "%s_bucket", name);
  snprintf (sum, sizeof sum, "%s_sum", name);
  snprintf (count, sizeof count, "%s_count", name);
  for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
    so_far += counts->classes[i];
    if (i < HISTOGRAM_BOUNDS)
      snprintf (bound, sizeof bound, "%g", (double) histogram_bounds[i] / 1e9);
    sample (out, bucket, LABELS ("sink", sink, "le", i < HISTOGRAM_BOUNDS ? bound : "+Inf"), so_far);
  }
  sample_time (out, sum, LABELS ("sink", sink), counts->sum);
  sample (out, count, LABELS ("sink", sink), so_far);
}

static void
put_pipeline (FILE *out, struct metrics *metrics, const struct setup *setup)
{
  static const char commit[] = "dcpipe_sink_commit_duration_seconds",
                    batch[] = "dcpipe_sink_batch_duration_seconds";

  LOCK_SCOPE (&metrics->mutex);
  metric (out, commit, "histogram", "How long commits took.");
  for (size_t i = 0; i < metrics->sinks_count; i++)
    put_histogram (out, commit, setup->sinks[i]->name, &metrics->sinks[i].commit);
  metric (out, batch, "histogram",
          "How long batches took, from their first block's arrival to the end of the commit.");
  for (size_t i = 0; i < metrics->sinks_count; i++)
    put_histogram (out, batch, setup->sinks[i]->name, &metrics->sinks[i].batch);
  metric (out, "dcpipe_sink_queue_length", "gauge", "Parcels of blocks that wait for the sink.");
  for (size_t i = 0; i < metrics->sinks_count; i++)
    sample (out, "dcpipe_sink_queue_length", LABELS ("sink", setup->sinks[i]->name), metrics->sinks[i].queue);
  single (out, "dcpipe_work_queue_length", "gauge", "Parcels of blocks that wait to be unpacked and decoded.",
          metrics->queue);
  single (out, "dcpipe_memory_used_bytes", "gauge", "Bytes in flight between the source and the sinks.",
          metrics->memory);
  single (out, "dcpipe_memory_limit_bytes", "gauge", "Bytes that may be in flight: the option memory.",
          setup->pipeline.memory);
}

/* ---- imports ------------------------------------------------------------------------------------ */

static void
put_jobs (FILE *out, struct service *service)
{
  static const char total[] = "dcpipe_jobs_total", last[] = "dcpipe_last_success_timestamp_seconds";
  struct jobs_counts counts = jobs_count (service->jobs);
  uint64_t success = counts.completed_ns;

  metric (out, total, "counter", "Imports that have ended, by result.");
  for (int state = JOB_COMPLETED; state <= JOB_CANCELLED; state++)
    sample (out, total, LABELS ("result", job_state_name (state)), counts.ended[state]);
  single (out, "dcpipe_jobs_queued", "gauge", "Imports that wait.", counts.queued);
  single (out, "dcpipe_jobs_running", "gauge", "Imports that run.", counts.running);
  /* The history survives a restart but knows only jobs that ended; of one that follows, and does not end, the
   * metrics tell. */
  {
    LOCK_SCOPE (&service->metrics->mutex);
    if (service->metrics->success_ns > success)
      success = service->metrics->success_ns;
  }
  metric (out, last, "gauge",
          "When an import of everything ended well, or found all sinks at the tip, last.");
  if (success > 0)
    sample_time (out, last, NO_LABELS, success);
}

static const struct {
  const char *key, *name, *type, *help;
} webhook_metrics[] = {
  { "pending", "dcpipe_webhook_pending", "gauge", "Messages that are not delivered yet." },
  { "delivered", "dcpipe_webhook_delivered_total", "counter", "Messages that were delivered." },
  { "failedAttempts", "dcpipe_webhook_failed_attempts_total", "counter", "Attempts to deliver that failed." },
  { "givenUp", "dcpipe_webhook_given_up_total", "counter", "Messages that were given up." },
  { "failed", "dcpipe_webhook_given_up_kept", "gauge", "Messages that were given up and are kept on disk." },
  { "disabled", "dcpipe_webhook_disabled", "gauge",
    "1 if the receiver answered 410 and is sent nothing more." },
};

/* The status that the API shows is the one account of a hook; there are few of them, and it is asked every
 * few seconds at the most. */
static void
put_webhooks (FILE *out, struct service *service)
{
  json_t *hooks = webhooks_status (service->webhooks), *hook;
  size_t number;

  for (size_t i = 0; i < sizeof webhook_metrics / sizeof *webhook_metrics; i++) {
    metric (out, webhook_metrics[i].name, webhook_metrics[i].type, webhook_metrics[i].help);
    json_array_foreach (hooks, number, hook) {
      const json_t *value = json_object_get (hook, webhook_metrics[i].key);

      sample (out, webhook_metrics[i].name,
              LABELS ("webhook", json_string_value (json_object_get (hook, "name"))),
              json_is_true (value) ? 1 : (uint64_t) json_integer_value (value));
    }
  }
  json_decref (hooks);
}

/* ---- all ---------------------------------------------------------------------------------------- */

static void
put_process (FILE *out, const struct service *service)
{
  metric (out, "dcpipe_build_info", "gauge", "Versions of the program and of its interface for plugins.");
  sample (out, "dcpipe_build_info", LABELS ("version", PACKAGE_VERSION, "plugin_api", plugin_api), 1);
  metric (out, "process_start_time_seconds", "gauge", "When the service started.");
  sample_time (out, "process_start_time_seconds", NO_LABELS, service->started_ns);
}

char *
metrics_text (struct service *service)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream (&text, &size);

  if (out == NULL)
    return NULL;
  put_process (out, service);
  /* The locks are taken one after the other and never two at once, so figures of one answer may be of moments
   * that differ by an instant. */
  {
    LOCK_SCOPE (&service->status->mutex);
    put_source (out, service->status);
    put_heights (out, service->status);
    put_sinks (out, service->status);
  }
  put_pipeline (out, service->metrics, service->setup);
  put_jobs (out, service);
  put_webhooks (out, service);
  /* Not ||: the stream is closed in either case. */
  if (ferror (out) | fclose (out)) {
    free (text);
    return NULL;
  }
  return text;
}
