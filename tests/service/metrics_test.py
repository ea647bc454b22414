# SPDX-License-Identifier: Apache-2.0
"""/metrics: a parser that nobody here wrote takes it, its values are those of the tables, counters never fall, and
histograms add up. promtool is asked, too, where it is installed."""
import collections
import json
import os
import shutil
import subprocess
import threading
import time

from serving import BUILD, Service

try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    print("the Python package prometheus_client is not installed")
    raise SystemExit(77) from None

LEDGER = os.path.join(os.environ["srcdir"], "data/vectors/ledger/medium.ledger")
DECODERS = (("*", "entry", {}), ("ProvProfile", "profile", {}), ("NPProfile", "profile", {}),
            ("ProvOffering", "offering", {}), ("DCTokenTransfer", "transfer", {}))
ODD = 'we"ird\\name'


def read(service):
    """{name of a sample: {labels as sorted pairs: value}}, after all that the format demands."""
    status, headers, body = service.request("GET", "/metrics")
    assert status == 200, (status, body)
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers["Content-Type"]
    text = body.decode()
    assert text.endswith("\n")
    samples, names = collections.defaultdict(dict), []
    for family in text_string_to_metric_families(text):
        names.append(family.name)
        assert family.documentation and family.type != "unknown", family
        for sample in family.samples:
            key = tuple(sorted(sample.labels.items()))
            assert key not in samples[sample.name], ("twice", sample)
            samples[sample.name][key] = sample.value
        if family.type == "histogram":
            check_histogram(family)
    assert len(names) == len(set(names)), "a metric comes in two places"
    declared = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")]
    helped = [line.split()[2] for line in text.splitlines() if line.startswith("# HELP ")]
    assert declared == helped and len(set(declared)) == len(declared), (declared, helped)
    return samples, text


def check_histogram(family):
    rows = collections.defaultdict(list)
    for sample in family.samples:
        labels = dict(sample.labels)
        rows[labels.pop("le", None) and family.name + "_bucket" or sample.name, tuple(labels.items())].append(sample)
    for (name, labels), samples in rows.items():
        if not name.endswith("_bucket"):
            continue
        bounds = [float(sample.labels["le"]) for sample in samples]
        values = [sample.value for sample in samples]
        (count,), (total,) = rows[family.name + "_count", labels], rows[family.name + "_sum", labels]
        assert bounds == sorted(bounds) and bounds[-1] == float("inf"), bounds
        assert values == sorted(values) and values[-1] == count.value, (values, count)
        least = sum((after - before) * bound for before, after, bound in zip(values, values[1:], bounds))
        assert least <= total.value + 1e-6, (family.name, least, total.value)


def counters(samples):
    return {(name, key): value for name, rows in samples.items()
            if name.endswith(("_total", "_count", "_bucket")) for key, value in rows.items()}


def check_grown(before, after):
    before, after = counters(before), counters(after)
    for key, value in before.items():
        assert after.get(key, -1) >= value, (key, value, after.get(key))


def value(samples, name, **labels):
    return samples[name][tuple(sorted(labels.items()))]


def rows_of(service, table, sink):
    """The rows of a table, read from the store by another process."""
    out = subprocess.run([os.path.join(BUILD, "dcpipe"), "-c", service.ini, "dump", table, "--sink", sink],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def watch(service, stop, failures):
    """Reads metrics all the time, beside the imports."""
    reads, before = 0, None
    try:
        while not stop.is_set():
            samples, _ = read(service)
            if before:
                check_grown(before, samples)
            before, reads = samples, reads + 1
            time.sleep(0.01)
    except BaseException as failure:  # pylint: disable=broad-except
        failures.append(failure)
    print(f"read {reads} times beside imports")


def run_import(service, label=None):
    job = service.wait_job(service.start_import(label))
    assert job["state"] == "completed", job


def check_tables(service, samples, sink):
    tables = {dict(key)["table"] for key in samples["dcpipe_sink_rows_total"]}
    assert {"ledger_entries", "provider_profiles", "token_transfers", "failed_entries"} <= tables, tables
    for table in ("ledger_entries", "token_transfers", "failed_entries"):
        added, changed, removed = (value(samples, "dcpipe_sink_rows_total", sink=sink, table=table, kind=kind)
                                   for kind in ("added", "changed", "removed"))
        assert (added, changed, removed) == (len(rows_of(service, table, sink)), 0, 0), (sink, table, added)
    labels = collections.Counter(row["label"] for row in rows_of(service, "ledger_entries", sink))
    told = {dict(key)["label"]: count for key, count in samples["dcpipe_sink_label_entries_total"].items()
            if dict(key)["sink"] == sink}
    assert told == labels, (sink, told, labels)
    assert value(samples, "dcpipe_sink_failed_entries_total", sink=sink) == len(rows_of(service, "failed_entries", sink))


def check_end(service, samples):
    entries = len(rows_of(service, "ledger_entries", "main"))
    last = max(row["block_offset"] for row in rows_of(service, "ledger_entries", "main"))
    assert entries > 10000
    for sink in ("main", ODD):
        check_tables(service, samples, sink)
        assert value(samples, "dcpipe_sink_position_bytes", sink=sink) == last
        assert value(samples, "dcpipe_sink_lag_bytes", sink=sink) == 0
        assert value(samples, "dcpipe_sink_lag_seconds", sink=sink) == 0
        assert value(samples, "dcpipe_sink_readable", sink=sink) == 1
        commits = value(samples, "dcpipe_sink_commit_duration_seconds_count", sink=sink)
        assert commits > 10 and commits == value(samples, "dcpipe_sink_batch_duration_seconds_count", sink=sink)
        assert value(samples, "dcpipe_sink_batch_duration_seconds_sum", sink=sink) \
            >= value(samples, "dcpipe_sink_commit_duration_seconds_sum", sink=sink) * 0.99
        assert abs(value(samples, "dcpipe_sink_commit_timestamp_seconds", sink=sink) - time.time()) < 300
    assert value(samples, "dcpipe_height_bytes", height="tip") > last
    assert value(samples, "dcpipe_height_bytes", height="verified") == last
    assert value(samples, "dcpipe_memory_used_bytes") == 0 < value(samples, "dcpipe_memory_limit_bytes")
    assert abs(value(samples, "dcpipe_last_success_timestamp_seconds") - time.time()) < 300
    assert value(samples, "dcpipe_jobs_running") == value(samples, "dcpipe_jobs_queued") == 0
    assert 0 <= time.time() - value(samples, "process_start_time_seconds") < 600
    assert value(samples, "dcpipe_build_info", version="1.0.0", plugin_api="1.0") == 1
    return entries


def check_webhooks(service):
    """Each import was told of; nobody took the messages."""
    samples, _ = read(service)
    assert value(samples, "dcpipe_webhook_pending", webhook="ops") == 3
    for name in ("delivered_total", "given_up_total", "given_up_kept", "disabled"):
        assert value(samples, "dcpipe_webhook_" + name, webhook="ops") == 0, name
    service.until(lambda: value(read(service)[0], "dcpipe_webhook_failed_attempts_total", webhook="ops") > 3, "attempts")
    assert service.get("/api/sync/overview")["webhooks"][0]["pending"] == 3


def check_promtool(text):
    if shutil.which("promtool") is None:
        print("promtool is not installed: not asked")
        return
    result = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, check=False)
    assert result.returncode == 0 and not result.stdout, result.stdout.decode()
    print("promtool has nothing to say")


def check_documented(text):
    """doc/metrics.md names every metric with its type, and no other."""
    with open(os.path.join(os.environ["top_srcdir"], "doc/metrics.md"), encoding="utf-8") as file:
        rows = [line.split("|") for line in file if line.startswith("| `")]
    documented = {row[1].strip().strip("`").split("{")[0]: row[2].strip() for row in rows}
    told = dict(line.split()[2:4] for line in text.splitlines() if line.startswith("# TYPE "))
    assert documented == told, set(documented.items()) ^ set(told.items())


def check_lag():
    """An import that is cut off leaves a lag, one that ends leaves none; a label of the ledger is escaped; retries count."""
    source = {"blocks": 1000, "pace": "20ms", "extent": "yes", "label": ODD, "fault": "retry", "at": 600, "times": 2}
    with Service(source=source) as service:
        job = service.start_import()
        service.until(lambda: read(service)[0]["dcpipe_sink_lag_bytes"], "a commit")
        service.request("DELETE", f"/api/sync/jobs/{job}")
        assert service.wait_job(job)["state"] == "cancelled"
        samples, _ = read(service)
        position, block_time = (value(samples, "dcpipe_sink_" + name, sink="main")
                                for name in ("position_bytes", "block_timestamp_seconds"))
        lag = value(samples, "dcpipe_sink_lag_bytes", sink="main")
        assert lag == value(samples, "dcpipe_height_bytes", height="tip") - position > 0, (lag, position)
        age = time.time() - block_time
        assert age - 60 < value(samples, "dcpipe_sink_lag_seconds", sink="main") <= age + 1, (age, samples)
        assert not samples["dcpipe_last_success_timestamp_seconds"]
        run_import(service)
        samples, text = read(service)
        assert value(samples, "dcpipe_sink_lag_bytes", sink="main") == 0
        assert value(samples, "dcpipe_sink_lag_seconds", sink="main") == 0
        assert samples["dcpipe_last_success_timestamp_seconds"]
        results = [value(samples, "dcpipe_jobs_total", result=result) for result in ("completed", "failed", "cancelled")]
        assert results == [1, 0, 1], results
        assert value(samples, "dcpipe_source_retries_total") == 2
        assert value(samples, "dcpipe_sink_blocks_total", sink="main") == 1000
        assert value(samples, "dcpipe_sink_label_entries_total", sink="main", label=ODD) > 0, text
        check_promtool(text)


def main():
    check_lag()
    if not os.path.exists(LEDGER):
        print("there is no ledger to import")
        raise SystemExit(77)
    # Nothing listens at port 1.
    more = "[webhook ops]\nurl = http://127.0.0.1:1/\nsecret = whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nretry_first = 50ms\n"
    more += f"[sink {ODD}]\nplugin = jsonl\npath = out\n"
    failures, stop = [], threading.Event()
    with Service(source={"plugin": "ledger_file", "path": LEDGER}, decoders=DECODERS, more=more) as service:
        first, _ = read(service)
        assert "dcpipe_sink_lag_bytes" not in first and value(first, "dcpipe_jobs_total", result="completed") == 0
        watcher = threading.Thread(target=watch, args=(service, stop, failures))
        watcher.start()
        run_import(service, "ProvProfile")
        run_import(service)
        stop.set()
        watcher.join()
        assert not failures, failures
        samples, text = read(service)
        check_grown(first, samples)
        entries = check_end(service, samples)
        # The run of one label and that of all read the ledger once each.
        assert entries < value(samples, "dcpipe_entries_total") <= 2 * entries + 100
        run_import(service)
        again, text = read(service)
        check_grown(samples, again)
        for name in ("dcpipe_sink_rows_total", "dcpipe_sink_entries_total", "dcpipe_sink_label_entries_total"):
            assert {key: count for key, count in again[name].items() if dict(key).get("table") != "sync_status"} \
                == {key: count for key, count in samples[name].items() if dict(key).get("table") != "sync_status"}, name
        assert value(again, "dcpipe_jobs_total", result="completed") == 3
        check_webhooks(service)
        check_promtool(text)
        check_documented(text)
        status, headers, _ = service.request("HEAD", "/metrics")
        assert status == 200 and headers["Content-Type"].startswith("text/plain")
        assert service.request("POST", "/metrics")[0] == 405


main()
