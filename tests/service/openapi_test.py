# SPDX-License-Identifier: Apache-2.0
"""doc/openapi.yaml and a live service: every operation and status by hand, then what schemathesis comes up with."""

import http.client
import os
import re
import subprocess
import sys
import tempfile

import yaml
from contract import Contract
from serving import PLUGINS, Service

TOKEN = "a-token-of-the-tests-0123456789"
# Longer, and with another seed, it comes up with other requests.
SECONDS = int(os.environ.get("DCPIPE_SCHEMATHESIS_SECONDS", "60"))
SEED = os.environ.get("DCPIPE_SCHEMATHESIS_SEED", "1")
QUICK = {"blocks": 40, "entries": 3}
SLOW = {"blocks": 4000, "pace": "50ms", "batch": 1}
DECODERS = [
    ("*", "entry", {}),
    ("*", f"{PLUGINS}/stumble.so", {}),
    ("Alpha", f"{PLUGINS}/fold.so", {}),
    ("Beta", f"{PLUGINS}/fold.so", {}),
]


class Client:
    """Requests whose answers are held to the document."""

    def __init__(self, contract, service):
        self.contract, self.service = contract, service

    def __call__(self, expected, method, path, body=None, headers=None, **options):
        status, answered, text = self.service.request(method, path, body, headers, **options)
        self.contract.check(method, path, status, answered, text)
        assert status == expected, (method, path, status, text)
        return text


def test_document(contract):
    document = contract.document
    with open(os.path.join(os.environ["top_srcdir"], "configure.ac"), encoding="utf-8") as file:
        assert document["info"]["version"] in re.search(r"AC_INIT.*", file.read())[0]
    examples = []

    def walk(node):
        if isinstance(node, dict):
            if "schema" in node and "example" in node:
                contract.validate(node["schema"], node["example"], "an example")
                examples.append(node)
            node = list(node.values())
        for value in node if isinstance(node, list) else []:
            walk(value)

    walk(document)
    assert len(examples) > 10


def test_reading(contract, service):
    ask = Client(contract, service)
    for path in ("/", "/api/openapi.yaml"):
        text = ask(200, "GET", path)
        status, headers, empty = service.request("HEAD", path)
        assert status == 200 and empty == b"" and int(headers["Content-Length"]) == len(text)
        ask(304, "GET", path, headers={"If-None-Match": headers["ETag"]})
        ask(200, "GET", path, headers={"If-None-Match": '"another"'})
    with open(os.path.join(os.environ["top_srcdir"], "doc/openapi.yaml"), "rb") as file:
        assert text == file.read()
    for path in (
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/sync/status",
        "/api/sync/overview",
        "/api/sync/jobs",
    ):
        ask(200, "GET", path)
        ask(200, "HEAD", path)


def test_imports(contract, service):
    ask = Client(contract, service)
    ask(200, "POST", "/api/sync/import", {"batchSize": 7})
    ask(200, "POST", "/api/sync/import/Alpha")
    ask(202, "POST", "/api/sync/import", headers={"Prefer": "respond-async"})
    ask(202, "POST", "/api/sync/import/Beta", headers={"Prefer": 'foo, respond-async; x="y"'})
    ask(404, "POST", "/api/sync/import/Nobody")
    for path in ("/api/sync/import", "/api/sync/import/Alpha"):
        for body in (
            {"batchSize": 0},
            {"batchSize": 10**9},
            {"batchSize": "1"},
            {"batchSize": 1.5},
            {"batchSize": None},
            {"batchsize": 1},
            [],
            1,
            None,
            "x",
        ):
            ask(400, "POST", path, b"null" if body is None else body, {"Content-Type": "application/json"})
        for body in (
            b"{",
            b"{}{}",
            b'{"batchSize":1,"batchSize":2}',
            b"\xff\xfe",
            b'{"a":"\\ud800"}',
            b"[" * 60000,
        ):
            ask(400, "POST", path, body, {"Content-Type": "application/json"})
        ask(413, "POST", path, b" " * 65537, {"Content-Type": "application/json"})
        ask(415, "POST", path, b"{}", {"Content-Type": "text/plain"})
        ask(400, "POST", path, b"batchSize=1", {"Content-Type": "application/x-www-form-urlencoded"})
        ask(200, "POST", path, b"{}", {"Content-Type": "application/x-www-form-urlencoded"})
    for path in ("/api/sync/status", "/api/sync/overview", "/api/sync/jobs"):
        text = ask(200, "GET", path)
    assert b"completed" in text
    ask(200, "GET", "/api/sync/jobs/" + service.start_import())
    ask(404, "GET", "/api/sync/jobs/999999999")
    ask(404, "DELETE", "/api/sync/jobs/999999999")


def test_access(contract, service):
    """The token, and pages of others."""
    ask = Client(contract, service)
    private = [
        ("GET", path)
        for path in (
            "/metrics",
            "/api/sync/status",
            "/api/sync/overview",
            "/api/sync/jobs",
            "/api/sync/jobs/1",
            "/api/sync/events",
        )
    ]
    private += [
        ("POST", "/api/sync/import"),
        ("POST", "/api/sync/import/Alpha"),
        ("DELETE", "/api/sync/jobs/1"),
    ]
    for method, path in private:
        ask(401, method, path, token=False)
        for wrong in (
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Basic eDp5",
            "Bearer " + TOKEN + "x",
            TOKEN,
            "Bearer " + TOKEN[:-1],
        ):
            ask(401, method, path, headers={"Authorization": wrong})
        if method != "GET":
            ask(403, method, path, headers={"Origin": "https://evil.example"})
            ask(403, method, path, headers={"Origin": "null"})
            ask(403, method, path, headers={"Sec-Fetch-Site": "cross-site"})
    for path in ("/", "/healthz", "/readyz", "/api/openapi.yaml"):
        ask(200, "GET", path, token=False)


def test_rebinding(contract, service):
    """Without a token, a name that is not the service's own."""
    ask = Client(contract, service)
    port = service.address.rsplit(":", 1)[1]
    for path in (
        "/",
        "/metrics",
        "/healthz",
        "/readyz",
        "/api/openapi.yaml",
        "/api/sync/status",
        "/api/sync/overview",
        "/api/sync/jobs",
        "/api/sync/jobs/1",
        "/api/sync/events",
    ):
        ask(403, "GET", path, headers={"Host": "evil.example:" + port})
    for host in ("localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port):
        ask(200, "GET", "/healthz", headers={"Host": host})


def read_events(service, job, wanted):
    """Events until all kinds that are wanted have come: [(name, data)]."""
    connection = http.client.HTTPConnection(service.address, timeout=60)
    connection.request("GET", "/api/sync/events", headers={"Authorization": "Bearer " + TOKEN})
    answer = connection.getresponse()
    kind = answer.headers["Content-Type"].split(";")[0]
    assert (answer.status, kind) == (200, "text/event-stream")
    events, names = [], set()
    while not wanted <= names:
        lines = []
        while line := answer.readline().strip():
            lines.append(line)
        fields = dict(line.split(b": ", 1) for line in lines if not line.startswith(b":"))
        if b"data" in fields:
            assert fields.keys() == {b"id", b"event", b"data"}, lines
            names.add(fields[b"event"].decode())
            events.append((fields[b"event"].decode(), yaml.safe_load(fields[b"data"])))
    connection.close()
    assert any(data.get("job") == job for name, data in events if name == "progress")
    return events


def test_slow(contract, service):
    """What is answered while an import runs."""
    ask = Client(contract, service)
    job = service.start_import()
    service.until(lambda: service.get(f"/api/sync/jobs/{job}")["job"]["progress"], "progress")
    for name, data in read_events(service, job, {"status", "job", "progress"}):
        contract.validate_as({"status": "StatusEvent", "job": "Job", "progress": "JobProgress"}[name], data)
    contract.seen.add(("getEvents", "200"))
    ask(200, "GET", "/api/sync/overview")
    ask(409, "POST", "/api/sync/import", headers={"Prefer": "wait=1"})
    ask(409, "POST", "/api/sync/import/Alpha", headers={"Prefer": "wait=0"})
    queued = service.start_import("Beta")
    ask(200, "DELETE", "/api/sync/jobs/" + queued)
    ask(202, "DELETE", "/api/sync/jobs/" + job)
    assert service.wait_job(job)["state"] == "cancelled"
    ask(409, "DELETE", "/api/sync/jobs/" + job)
    ask(200, "GET", "/api/sync/jobs")


def test_failing(contract, service):
    ask = Client(contract, service)
    ask(500, "POST", "/api/sync/import")
    assert b"fail" in ask(200, "GET", "/api/sync/jobs")
    ask(200, "GET", "/api/sync/status")
    ask(200, "GET", "/api/sync/overview")


def test_schemathesis(contract, service):
    """Here the token is a must, so that leaving it out is tried as well."""
    document = {**contract.document, "security": [{"bearer": []}]}
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "openapi.yaml")
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump(document, file)
        program = os.path.join(os.path.dirname(sys.executable), "schemathesis")
        # The stream of events does not end, so it cannot be tried that way. And DELETE cancels a job, which is still there
        # afterwards.
        subprocess.run(
            [
                program,
                "run",
                path,
                "--url",
                service.url,
                "-H",
                "Authorization: Bearer " + TOKEN,
                "--exclude-path",
                "/api/sync/events",
                "--checks",
                "all",
                "--exclude-checks",
                "use_after_free",
                "--max-time",
                str(SECONDS),
                "--seed",
                SEED,
                "-n",
                "60",
                "--request-timeout",
                "60",
                "--no-shrink",
                "--continue-on-failure",
                "--warnings",
                "off",
            ],
            check=True,
            cwd=directory,
            env={**os.environ, "NO_COLOR": "1", "SCHEMATHESIS_HOOKS": ""},
        )
    assert service.process.poll() is None
    assert TOKEN not in service.log()


# What needs a full disk, a loss of memory or an end just then.
RARE = {"500", "503", "400"}


def main():
    contract = Contract()
    test_document(contract)
    with Service(QUICK, DECODERS, {"token": TOKEN}) as service:
        for test in (test_reading, test_imports, test_access):
            test(contract, service)
            print("ok", test.__name__, flush=True)
    with Service(SLOW, DECODERS, {"token": TOKEN}) as service:
        test_slow(contract, service)
        print("ok test_slow", flush=True)
    with Service(QUICK) as service:
        test_rebinding(contract, service)
        print("ok test_rebinding", flush=True)
    with Service({**QUICK, "fault": "diverged", "at": 20, "times": 1000000}) as service:
        test_failing(contract, service)
        print("ok test_failing", flush=True)
    unseen = {pair for pair in contract.unseen() if pair[1] not in RARE}
    print("not seen:", sorted(unseen))
    with Service(QUICK, DECODERS, {"token": TOKEN}) as service:
        test_schemathesis(contract, service)
    assert not unseen


if __name__ == "__main__":
    main()
