# SPDX-License-Identifier: Apache-2.0
"""A service under test: its configuration, its process, requests to it."""
import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.parse

BUILD = os.environ["top_builddir"]
PLUGINS = os.path.join(BUILD, "tests/plugins/.libs")


def first_sink():
    """Name of a sink plugin that was built."""
    for name in ("sqlite", "jsonl"):
        if os.path.exists(os.path.join(BUILD, "uninstalled/sinks", name + ".so")):
            return name
    raise SystemExit(77)


class Service:
    """`dcpipe serve` with a made-up ledger. Use it in a `with`.

    `source`: options of tests/plugins/made.c; `decoders`: (label, plugin, options); `service`: options of [service];
    `more`: further sections."""

    def __init__(self, source=(), decoders=(("*", "entry", {}),), service=(), more=""):
        self.directory = tempfile.TemporaryDirectory(prefix="dcpipe-service-")
        self.path = self.directory.name
        sections = [("pipeline", {"workers": 2, "flush_interval": "20ms", "commit_size": "4k", "batch_size": 10}),
                    ("source", {"plugin": f"{PLUGINS}/made.so", **dict(source)}),
                    ("sink main", {"plugin": first_sink(), "path": "store"}),
                    ("service", {"listen": "127.0.0.1:0", "state": "state", **dict(service)})]
        sections += [(f"decoder {label}", {"plugin": plugin, **options}) for label, plugin, options in decoders]
        self.ini = os.path.join(self.path, "serve.ini")
        with open(self.ini, "w", encoding="utf-8") as file:
            for name, options in sections:
                file.write(f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in options.items()))
            file.write(more)
        self.token = dict(service).get("token")
        self.process = None
        self.address = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__(None)
            raise
        return self

    def __exit__(self, kind, *_):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if kind:
            print(self.log()[-6000:])
        self.directory.cleanup()

    def start(self):
        self.err = open(os.path.join(self.path, "err"), "ab")  # pylint: disable=consider-using-with
        begin = self.err.tell()
        self.process = subprocess.Popen([os.path.join(BUILD, "dcpipe"), "-c", self.ini, "serve"],
                                        stdin=subprocess.DEVNULL, stdout=self.err, stderr=self.err)
        self.err.close()
        end = time.monotonic() + 60
        while True:
            found = re.search(r"http://([\w.\[\]:]+:\d+)", self.log()[begin:])
            if found:
                self.address = found[1]
                return
            if self.process.poll() is not None and self.process.returncode == 78 and "lacks" in self.log():
                raise SystemExit(77)
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the service did not start: {self.log()}")
            time.sleep(0.02)

    def stop(self, number=signal.SIGTERM):
        """Its exit status."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def log(self):
        with open(os.path.join(self.path, "err"), encoding="utf-8", errors="replace") as file:
            return file.read()

    @property
    def url(self):
        return "http://" + self.address

    def request(self, method, path, body=None, headers=None, token=True):
        """(status, headers, bytes). A body that is no bytes is sent as JSON."""
        headers = dict(headers or {})
        if self.token and token:
            headers.setdefault("Authorization", "Bearer " + self.token)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(self.address, timeout=120)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, path):
        """`data` of an answer that must be 200."""
        status, _, body = self.request("GET", path)
        assert status == 200, (path, status, body)
        return json.loads(body)["data"]

    def start_import(self, label=None):
        """The job's number."""
        path = "/api/sync/import" + ("/" + urllib.parse.quote(label, safe="") if label else "")
        status, _, body = self.request("POST", path, headers={"Prefer": "respond-async"})
        assert status == 202, (status, body)
        return json.loads(body)["data"]["job"]["id"]

    def until(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while not (value := condition()):
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s for {what}")
            time.sleep(0.05)
        return value

    def wait_job(self, job, seconds=120):
        """The job when it has ended."""
        def ended():
            found = self.get(f"/api/sync/jobs/{job}")["job"]
            return found if found["state"] not in ("queued", "running") else None
        return self.until(ended, f"job {job} to end", seconds)
