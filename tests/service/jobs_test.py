# SPDX-License-Identifier: Apache-2.0
"""Jobs: asynchronous ones, the queue, cancelling, waiting for a turn, events, and another process that writes."""
import json
import os
import socket
import subprocess
import threading
import time

from serving import BUILD, Service

SLOW = {"blocks": 400, "pace": "50ms", "batch": 2}
JOB = ["id", "scope", "trigger", "state", "batchSize", "createdAt", "startedAt", "endedAt", "exitStatus", "error", "stats",
       "progress"]


def post(service, path="/api/sync/import", **headers):
    status, headers, body = service.request("POST", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    return status, headers, json.loads(body)


def running(service, job):
    service.until(lambda: service.get(f"/api/sync/jobs/{job}")["job"]["state"] == "running", f"job {job} to run")
    service.until(lambda: (service.get(f"/api/sync/jobs/{job}")["job"]["progress"] or {"sinks": [{"blocks": 0}]})
                  ["sinks"][0]["blocks"] > 0, f"job {job} to commit")


def cancel(service, job):
    status, _, body = service.request("DELETE", f"/api/sync/jobs/{job}")
    return status, json.loads(body)


def edit(service, old, new):
    with open(service.ini, encoding="utf-8") as file:
        text = file.read()
    with open(service.ini, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))


def stored(service):
    dump = subprocess.run([f"{BUILD}/dcpipe", "-c", service.ini, "dump", "ledger_entries"], capture_output=True, check=True)
    return [json.loads(line) for line in dump.stdout.splitlines()]


def check_cancel(service):
    status, headers, body = post(service, Prefer="respond-async")
    assert status == 202 and headers["Preference-Applied"] == "respond-async", (status, headers)
    job = body["data"]["job"]
    assert list(job) == JOB and job["state"] in ("queued", "running") and job["stats"] is None, job
    assert headers["Location"] == "/api/sync/jobs/" + job["id"]
    running(service, job["id"])
    status, body = cancel(service, job["id"])
    assert status == 202 and body["data"]["job"]["state"] == "running", (status, body)
    job = service.wait_job(job["id"])
    assert job["state"] == "cancelled" and job["error"] is None and job["exitStatus"] == 0, job
    rows = stored(service)
    assert 0 < len(rows) < 2000 and len(rows) % 5 == 0, "whole blocks, and not all of them"
    assert job["stats"]["ledgerEntriesCreated"] == len(rows), (job["stats"], len(rows))
    status, body = cancel(service, job["id"])
    assert status == 409 and body["error"] == "the job is over", (status, body)
    for unknown in ("999", "x", "0", "-1", "1e3", "99999999999999999999999999", "%31x", "a" * 5000):
        assert service.request("DELETE", "/api/sync/jobs/" + unknown)[0] in (404, 400), unknown
    assert cancel(service, "999")[0] == 404 and service.request("GET", "/api/sync/jobs/999")[0] == 404


def check_turns(service):
    """Who waits is told when his turn does not come, and his job is gone; others wait on."""
    first = service.start_import()
    running(service, first)
    began = time.monotonic()
    status, headers, body = post(service, Prefer="wait=1")
    assert status == 409 and time.monotonic() - began >= 1 and body["error"] == "another import is running", (status, body)
    late = service.get(headers["Location"])["job"]
    assert late["state"] == "cancelled" and late["startedAt"] is None, late
    assert post(service, Prefer="foo, wait=0;x=y")[0] == 409
    results = []
    threads = [threading.Thread(target=lambda: results.append(post(service))) for _ in range(8)]
    for thread in threads:
        thread.start()
    service.until(lambda: sum(job["state"] == "queued" for job in service.get("/api/sync/jobs")["jobs"]) == 8, "8 to wait")
    queued = next(job["id"] for job in service.get("/api/sync/jobs")["jobs"] if job["state"] == "queued")
    status, body = cancel(service, queued)
    assert status == 200 and body["data"]["job"]["state"] == "cancelled", (status, body)
    cancel(service, first)
    for thread in threads[1:]:
        service.until(lambda: len(results) >= 1, "the one that was cancelled to hear of it")
    assert results[0][0] == 409 and results[0][2]["error"] == "import cancelled", results[0]
    return threads, results


def check_queue(service, threads, results):
    """The queue has an end. Then everything is cancelled, and everybody hears of it."""
    answers = [post(service, Prefer="respond-async") for _ in range(40)]
    full = [answer for answer in answers if answer[0] == 409]
    assert full and all(answer[2]["error"] == "too many imports" for answer in full), answers[-1]
    def drop_all():
        jobs = [job for job in service.get("/api/sync/jobs")["jobs"] if job["state"] in ("queued", "running")]
        for job in jobs:
            cancel(service, job["id"])
        return not jobs
    service.until(drop_all, "all jobs to end")
    for thread in threads:
        thread.join(60)
    assert len(results) == 8 and all(result[0] == 409 for result in results), [result[0] for result in results]


def check_never_two(service):
    """Concurrent callers each get an answer; their imports ran one after the other."""
    results = []
    threads = [threading.Thread(target=lambda: results.append(post(service))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert [result[0] for result in results] == [200] * 6, [result[0] for result in results]
    assert sum(result[2]["data"]["stats"]["ledgerEntriesCreated"] for result in results) == 500, "each entry is new once"
    jobs = [job for job in service.get("/api/sync/jobs")["jobs"] if job["state"] == "completed"]
    times = sorted((job["startedAt"], job["endedAt"]) for job in jobs)
    assert len(times) == 6 and all(a[1] <= b[0] for a, b in zip(times, times[1:])), times
    assert len(stored(service)) == 500


def check_forgotten(service):
    jobs = service.get("/api/sync/jobs")["jobs"]
    numbers = [int(job["id"]) for job in jobs]
    assert len(jobs) == 100 and numbers == sorted(numbers, reverse=True), numbers
    assert service.request("GET", "/api/sync/jobs/1")[0] == 404


def read_events(service, until, last=None):
    """Events as (id, type, data), until one satisfies the condition."""
    host, port = service.address.rsplit(":", 1)
    found = []
    with socket.create_connection((host, int(port)), timeout=60) as sock, sock.makefile("rb") as stream:
        more = f"Last-Event-ID: {last}\r\n" if last else ""
        sock.sendall(f"GET /api/sync/events HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode())
        event = {}
        for line in stream:
            name, _, value = line.decode().strip().partition(": ")
            if name in ("id", "event", "data"):
                event[name] = value
            elif not name and "data" in event:
                found.append((int(event["id"]), event["event"], json.loads(event["data"])))
                event = {}
                if until(found[-1]):
                    return found
    raise AssertionError("the stream ended")


def check_events(service):
    job = service.start_import()
    running(service, job)
    found = read_events(service, lambda event: event[1] == "progress" and event[2]["progress"]["percent"] not in (None, 0))
    assert [event[1] for event in found[:2]] == ["status", "job"], found[:2]
    assert list(found[0][2]) == ["heights", "sinks"] and found[1][2]["id"] == job, found[:2]
    progress = found[-1][2]
    assert progress["job"] == job and progress["progress"]["entries"] > 0, progress
    last = found[-1][0]
    cancel(service, job)
    service.wait_job(job)
    found = read_events(service, lambda event: event[1] == "job" and event[2]["state"] == "cancelled", last)
    assert found[0][0] == last + 1, "none was missed"
    assert [event[0] for event in found] == list(range(last + 1, last + 1 + len(found))), found


def check_history(service):
    """Old jobs are forgotten, and numbers are not used again. Who does not read events is cut off, and nobody is kept
    waiting."""
    host, port = service.address.rsplit(":", 1)
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.connect((host, int(port)))
        sock.settimeout(60)
        sock.sendall(b"GET /api/sync/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for _ in range(200):
            assert post(service)[0] == 200
        size = 0
        while part := sock.recv(65536):
            size += len(part)
        assert size < 1000000, size
    check_forgotten(service)


def check_other_writer():
    """A sink that another process writes is not written twice: the job is tried again, and fails for now, and says why, when
    the attempts are used up; later it goes well."""
    service = Service(source={**SLOW, "blocks": 60})
    edit(service, "[pipeline]", "[pipeline]\nmax_retries = 0")
    with service, subprocess.Popen([f"{BUILD}/dcpipe", "-c", service.ini], stderr=subprocess.DEVNULL) as other:
        service.until(lambda: os.path.exists(os.path.join(service.path, "store.lock")), "the other to begin")
        status, _, body = post(service)
        assert status == 503 and body["error"] == "import failed" and "locked" in body["details"], (status, body)
        job = service.get("/api/sync/jobs")["jobs"][0]
        assert job["state"] == "failed" and job["exitStatus"] == 75 and "locked" in job["error"], job
        assert "locked" in job["stats"]["errors"][-1], job
        other.wait(60)
        assert post(service)[0] == 200 and len(stored(service)) == 300


def check_failures():
    """What ends an import is told, and stands in the status."""
    for fault, status, exit_status in (("diverged", 500, 65), ("fail", 500, 1), ("retry", 503, 75)):
        service = Service(source={"fault": fault, "at": 50, "times": 1000000})
        edit(service, "[pipeline]", "[pipeline]\nmax_retries = 0")
        with service:
            code, headers, body = post(service)
            assert code == status and body["error"] == "import failed", (fault, code, body)
            assert (headers["Retry-After"] is not None) == (code == 503), headers
            job = service.get("/api/sync/jobs/1")["job"]
            assert job["state"] == "failed" and job["exitStatus"] == exit_status, job
            assert job["error"] == body["details"] == job["stats"]["errors"][-1], job
            scope = service.get("/api/sync/status")["statuses"][0]
            assert scope["syncErrors"] == 1 and scope["lastError"] and scope["totalRecordsSynced"] == 245, scope


with Service(source=SLOW) as one:
    check_cancel(one)
    check_events(one)
    check_queue(one, *check_turns(one))
with Service() as one:
    check_never_two(one)
    check_history(one)
check_other_writer()
check_failures()
