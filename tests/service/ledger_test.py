# SPDX-License-Identifier: Apache-2.0
"""A canister's ledger that grows, imported over REST by a service that is killed again and again: the tables end as those of
a plain run, every import that was accepted is run, and its webhook arrives."""
import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import random
import re
import signal
import subprocess
import threading
import time

from serving import BUILD, Service

VECTORS = os.path.join(os.environ.get("DCPIPE_VECTORS") or os.environ["srcdir"] + "/data/vectors", "ledger")
LEDGER = os.path.join(VECTORS, "medium.ledger")
REPLICA = os.path.join(os.environ["builddir"], "dcpipe-replica")
KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
KILLS = 4


def need(*paths):
    for path in paths:
        if not os.path.exists(path):
            print(f"there is no {path}")
            raise SystemExit(77)


def decoders():
    """Those of conf/sync.ini that were built."""
    with open(os.environ["top_srcdir"] + "/conf/sync.ini", encoding="utf-8") as file:
        found = re.findall(r"^\[decoder (\S+)\].*\nplugin = (\S+)", file.read(), re.M)
    return tuple((label, plugin, {}) for label, plugin in found if os.path.exists(f"{BUILD}/uninstalled/decoders/{plugin}.so"))


def tables(service):
    """All tables of all decoders, as they are dumped."""
    text = {}
    for plugin in sorted({plugin for _, plugin, _ in decoders()}):
        about = subprocess.run([f"{BUILD}/dcpipe", "--dump-plugin", plugin], capture_output=True, check=True, text=True).stdout
        for table in re.findall(r"^table\.(\w+)\.kind=", about, re.M):
            text[table] = subprocess.run([f"{BUILD}/dcpipe", "-c", service.ini, "dump", table], capture_output=True,
                                         check=True).stdout
    return text


class Replica:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([REPLICA, "--ledger", LEDGER, "--until-eof", *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.about = {}
        while "generation" not in self.about:
            line = self.process.stdout.readline()
            assert line, "the replica did not start"
            name, _, value = line.strip().partition("=")
            self.about[name] = value

    def blocks(self):
        connection = http.client.HTTPConnection(self.about["url"].removeprefix("http://"), timeout=60)
        connection.request("GET", "/control/stats")
        return int(re.search(r"^blocks=(\d+)", connection.getresponse().read().decode(), re.M)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(60)


class Receiver(http.server.ThreadingHTTPServer):
    """Takes webhooks, one in three of them only at another attempt."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = 0
        self.jobs = {}
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, client_address):
        """The service was killed meanwhile."""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = f'{self.headers["webhook-id"]}.{self.headers["webhook-timestamp"]}.'.encode() + body
        digest = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        good = self.headers["webhook-signature"] == "v1," + digest
        message = json.loads(body)
        with self.server.lock:
            self.server.requests += 1
            good = good and self.server.requests % 3 != 0
            if good:
                self.server.jobs.setdefault(message["data"]["job"]["id"], []).append(message)
        self.send_response(204 if good else 503)
        self.end_headers()

    def log_message(self, *_):
        pass


def differences(found, expected):
    """Of the lines of two texts, the first few."""
    found, expected = found.splitlines(), expected.splitlines()
    return len(found), len(expected), [(a, b) for a, b in zip(found, expected) if a != b][:3]


def check_source():
    need(REPLICA, LEDGER, f"{BUILD}/uninstalled/sources/icp.so", f"{BUILD}/uninstalled/sources/ledger_file.so")


def plain():
    """The tables of an undisturbed run, and how many blocks there are."""
    with Service(source={"plugin": "ledger_file", "path": LEDGER}, decoders=decoders()) as service:
        assert service.request("POST", "/api/sync/import")[0] == 200
        return tables(service), service.get("/api/sync/overview")["sinks"][0]["committed"]["blocks"]


def import_killed(service, accepted):
    """Asks for an import, or two, and kills the service somewhere after that; now and then it gets time to end one."""
    for path in ("/api/sync/import", "/api/sync/import/ProvProfile")[:random.randint(1, 2)]:
        status, _, body = service.request("POST", path, headers={"Prefer": "respond-async"})
        assert status == 202 or b"queued already" in body, (status, body)
        if status == 202:
            accepted.append(json.loads(body)["data"]["job"]["id"])
    if random.random() < 0.2:
        service.wait_job(accepted[-1])
    time.sleep(random.random() * 0.3)
    service.stop(signal.SIGKILL)
    service.start()


def check_jobs(service, receiver, accepted):
    service.until(lambda: set(accepted) <= set(receiver.jobs), "a webhook for each import")
    for job in accepted:
        message = receiver.jobs[job][-1]
        assert message["type"] == "import.completed", message
        assert message["data"]["job"]["state"] == "completed" and message["data"]["job"]["stats"], message
        assert message["data"]["sinks"][0]["name"] == "main", message
    service.until(lambda: service.get("/api/sync/overview")["webhooks"][0]["pending"] == 0, "nothing to be pending")


def main():
    random.seed(os.environ.get("SEED", "1"))
    expected, all_blocks = plain()
    assert sum(len(text) for text in expected.values()) > 100000 and len(expected) > 10, {n: len(t) for n, t in expected.items()}
    receiver, accepted = Receiver(), []
    hook = f"[webhook test]\nurl = http://127.0.0.1:{receiver.server_address[1]}/\nsecret = {SECRET}\n" \
        "retry_first = 50ms\nretry_longest = 200ms\n"
    with Replica("--blocks", "20", "--grow", "15/100") as replica:
        source = {"plugin": "icp", "url": replica.about["url"], "root_key": replica.about["root_key"]}
        with Service(source=source, decoders=decoders(), more=hook) as service:
            kills = 0
            while kills < KILLS or replica.blocks() < all_blocks:
                import_killed(service, accepted)
                kills += 1
                assert kills < 200, "the ledger does not end"
            status, _, body = service.request("POST", "/api/sync/import")
            assert status == 200, body
            check_jobs(service, receiver, accepted)
            found = tables(service)
            for name, text in expected.items():
                assert found[name] == text, (f"the table {name} is another one", differences(found[name], text))
            print(f"{len(accepted)} imports, {kills} kills, {all_blocks} blocks, {receiver.requests} webhooks")


check_source()
main()
