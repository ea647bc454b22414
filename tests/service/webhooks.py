# SPDX-License-Identifier: Apache-2.0
"""Webhooks against receivers on loopback. usage: webhooks.py DRIVER CASE..."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import random
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

KEY = bytes(range(32))
OLD_KEY = bytes(range(40, 72))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
OLD_SECRET = "whsec_" + base64.b64encode(OLD_KEY).decode()
PATIENCE = 30  # seconds: for what must come, on a machine under load
driver_path = sys.argv[1]


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def check(condition, *what):
    if not condition:
        raise Failed(" ".join(str(part) for part in what))


def wait_for(condition, *what):
    end = time.monotonic() + PATIENCE
    while not condition():
        check(time.monotonic() < end, "waited in vain for", *what)
        time.sleep(0.01)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = {
            "path": self.path, "headers": self.headers, "at": time.monotonic(), "time": time.time(),
            "body": self.rfile.read(int(self.headers["Content-Length"])),
        }
        with self.server.lock:
            number = len(self.server.requests)
            self.server.requests.append(request)
        self.server.answer(self, number, request)

    def do_GET(self):
        with self.server.lock:
            self.server.strays.append(self.path)
        self.reply(404)

    def reply(self, status, headers=(), body=b""):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Receiver(http.server.ThreadingHTTPServer):
    """answer(handler, number of the request, request) replies; a list of statuses does for most cases: the last one goes on."""
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answer, port=0, tls=None):
        super().__init__(("127.0.0.1", port), Handler)
        if not callable(answer):
            statuses = list(answer)
            answer = lambda handler, number, request: handler.reply(statuses[min(number, len(statuses) - 1)])
        self.answer, self.requests, self.strays, self.lock = answer, [], [], threading.Lock()
        self.port = self.server_address[1]
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.url = "%s://127.0.0.1:%d/hook?token=hidden" % ("http" if tls is None else "https", self.port)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def close(self):
        self.shutdown()
        self.server_close()


class Driver:
    """A running webhook-driver. hooks: {name: {key: value}}; url and secret have defaults."""

    def __init__(self, directory, hooks, limit=None, wait=True):
        self.directory = directory
        ini = os.path.join(directory, "x.ini")
        with open(ini, "w") as file:
            for name, keys in hooks.items():
                file.write("[webhook %s]\n" % name)
                for key, value in dict({"secret": SECRET, "retry_first": "50ms", "retry_longest": "200ms"}, **keys).items():
                    file.write("%s = %s\n" % (key, value))
        environment = dict(os.environ, NO_PROXY="*", no_proxy="*")
        self.log = open(os.path.join(directory, "log"), "ab")
        self.process = subprocess.Popen(
            [driver_path, ini, os.path.join(directory, "state")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log, env=environment, text=True, bufsize=1,
            preexec_fn=None if limit is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        if wait:
            self.status()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def send(self, data, kind="import.completed"):
        answer = self.ask("send %s %s" % (kind, json.dumps(data)))
        check(answer == "sent", "the driver answered", answer)

    def status(self, name=None):
        line = self.ask("status")
        check(line, "the driver has ended:", self.text())
        hooks = {hook["name"]: hook for hook in json.loads(line)}
        return hooks if name is None else hooks[name]

    def stop(self):
        self.process.stdin.close()
        check(self.process.wait(PATIENCE) == 0, "the driver's exit status is", self.process.returncode)
        self.process.stdout.close()
        self.log.close()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.log):
            try:
                stream.close()
            except BrokenPipeError:
                pass

    def text(self):
        with open(os.path.join(self.directory, "log")) as file:
            return file.read()

    def files(self, folder, hook="ops"):
        return sorted(os.listdir(os.path.join(self.directory, "state", "webhooks", hook, folder)))


def signature(request, key):
    signed = "%s.%s." % (request["headers"]["webhook-id"], request["headers"]["webhook-timestamp"])
    digest = hmac.new(key, signed.encode() + request["body"], hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def check_request(request):
    headers = request["headers"]
    check(headers["webhook-signature"] == signature(request, KEY), "the signature is", headers["webhook-signature"])
    check(abs(int(headers["webhook-timestamp"]) - request["time"]) < PATIENCE, "the timestamp is", headers["webhook-timestamp"])
    check(headers["Content-Type"] == "application/json" and headers["Expect"] is None, headers)
    check(len(headers["webhook-id"]) == 36 and headers["webhook-id"].startswith("msg_"), headers["webhook-id"])
    body = json.loads(request["body"])
    check(sorted(body) == ["data", "timestamp", "type"], body)
    return body


def ids(receiver):
    return [request["headers"]["webhook-id"] for request in receiver.requests]


# ---- delivery ----------------------------------------------------------------------------------------


def delivered(directory):
    """Every hook that wants the type gets the message once, with the same id; nothing is left."""
    receivers = [Receiver([200]), Receiver([204]), Receiver([200])]
    hooks = {"ops": {"url": receivers[0].url}, "chat": {"url": receivers[1].url, "events": "import.failed import.completed"},
             "alarm": {"url": receivers[2].url, "events": "ledger.diverged"}}
    driver = Driver(directory, hooks)
    data = {"job": "7", "text": "a \u00e4 \u0000 \"quoted\"", "stats": {"totalProcessed": 2**53 + 1, "errors": []}, "none": None}
    driver.send(data)
    driver.send({"position": 8388608}, "ledger.diverged")
    wait_for(lambda: [len(r.requests) for r in receivers] == [2, 1, 1], "four requests")
    for receiver in receivers:
        for request in receiver.requests:
            check_request(request)
    body = check_request(receivers[1].requests[0])
    check(body["type"] == "import.completed" and body["data"] == data, body)
    check(receivers[0].requests[0]["body"] == receivers[1].requests[0]["body"], "bodies differ")
    check(ids(receivers[1])[0] in ids(receivers[0]), "one event has two ids")
    check(check_request(receivers[2].requests[0])["type"] == "ledger.diverged", "another type")
    check(receivers[0].requests[0]["path"] == "/hook?token=hidden", receivers[0].requests[0]["path"])
    wait_for(lambda: driver.status("ops")["delivered"] == 2, "the status")
    status = driver.status("chat")
    check(status["pending"] == 0 and status["lastError"] is None and status["nextAttemptAt"] is None, status)
    check(status["url"] == "http://127.0.0.1:%d" % receivers[1].port, status)
    check(driver.files("pending") == driver.files("given-up") == driver.files("corrupt") == [], "files are left")
    driver.stop()


def retried(directory):
    """The same id and body each time, and a new signature for a new time."""
    receiver = Receiver([500, 404, 301, 200])
    driver = Driver(directory, {"ops": {"url": receiver.url, "retry_first": "1500ms", "retry_longest": "1500ms"}})
    driver.send({"n": 1})
    wait_for(lambda: driver.status("ops")["failedAttempts"] >= 1, "a failed attempt")
    status = driver.status("ops")
    check(status["pending"] == 1 and status["nextAttemptAt"] is not None, status)
    check("status " in status["lastError"] and "hidden" not in status["lastError"], status)
    stored = json.load(open(os.path.join(directory, "state/webhooks/ops/pending", driver.files("pending")[0])))
    check(stored["attempts"] >= 1 and "status" in stored["last_error"] and stored["body"]["data"] == {"n": 1}, stored)
    wait_for(lambda: driver.status("ops")["delivered"] == 1, "the delivery")
    for request in receiver.requests:
        check_request(request)
    check(len(set(ids(receiver))) == 1 and len(receiver.requests) == 4, ids(receiver))
    check(len({request["body"] for request in receiver.requests}) == 1, "bodies differ")
    times = [int(request["headers"]["webhook-timestamp"]) for request in receiver.requests]
    check(times == sorted(times) and times[0] < times[-1], "timestamps", times)
    check(driver.files("pending") == [], "a file is left")
    driver.stop()


def backoff(directory):
    """Waits double from retry_first to retry_longest; each is between its half and its whole."""
    receiver = Receiver([500])
    driver = Driver(directory, {"ops": {"url": receiver.url, "retry_first": "100ms", "retry_longest": "800ms"}})
    driver.send({})
    wait_for(lambda: len(receiver.requests) >= 6, "six attempts")
    arrivals = [request["at"] for request in receiver.requests]
    for number, least in enumerate([0.05, 0.1, 0.2, 0.4, 0.4]):
        pause = arrivals[number + 1] - arrivals[number]
        check(pause >= least, "pause", number, "is", pause, "and should be at least", least)
    driver.stop()


def retry_after(directory):
    """A receiver that names a pause gets it, for all messages."""
    def answer(handler, number, request):
        handler.reply(*((429, [("Retry-After", "2")]) if number == 0 else (200,)))
    receiver = Receiver(answer)
    driver = Driver(directory, {"ops": {"url": receiver.url, "retry_first": "10ms", "retry_longest": "10ms"}})
    driver.send({"n": 1})
    wait_for(lambda: driver.status("ops")["failedAttempts"] == 1, "the first attempt")
    driver.send({"n": 2})
    wait_for(lambda: driver.status("ops")["delivered"] == 2, "both deliveries")
    pause = receiver.requests[1]["at"] - receiver.requests[0]["at"]
    check(pause >= 1.9, "the pause was", pause)
    driver.stop()


def poison(directory):
    """A message that the receiver cannot take does not stop others."""
    def answer(handler, number, request):
        handler.reply(400 if b"poison" in request["body"] else 200, body=b"no\x1b[31m thanks\n" + b"x" * 1000)
    receiver = Receiver(answer)
    driver = Driver(directory, {"ops": {"url": receiver.url, "retry_longest": "50ms"}})
    driver.send({"poison": True})
    for number in range(20):
        driver.send({"n": number})
    wait_for(lambda: driver.status("ops")["delivered"] == 20, "the others")
    status = driver.status("ops")
    check(status["pending"] == 1, status)
    wait_for(lambda: (driver.status("ops")["lastError"] or "").startswith(
        "http://127.0.0.1:%d answered with status 400: no [31m thanks x" % receiver.port), "the receiver's words")
    check(len(driver.status("ops")["lastError"]) < 250, "the excerpt is long")
    driver.stop()


def expired(directory):
    """What cannot be delivered is given up in time, kept, shown, and not tried after a restart unless it is put back."""
    receiver = Receiver([503])
    hooks = {"ops": {"url": receiver.url, "give_up_after": "1s"}}
    driver = Driver(directory, hooks)
    driver.send({"n": 1}, "import.failed")
    wait_for(lambda: driver.status("ops")["givenUp"] == 1, "the end")
    status = driver.status("ops")
    check(status["pending"] == 0 and status["failed"] == 1, status)
    files = driver.files("given-up")
    stored = json.load(open(os.path.join(directory, "state/webhooks/ops/given-up", files[0])))
    check(stored["attempts"] >= 2 and "503" in stored["last_error"], stored)
    check("is given up after %d attempts" % stored["attempts"] in driver.text(), driver.text())
    check(receiver.requests[-1]["at"] - receiver.requests[0]["at"] > 0.5, "it was given up too early")
    driver.stop()
    tried = len(receiver.requests)
    driver = Driver(directory, hooks)
    check(driver.status("ops")["failed"] == 1 and driver.status("ops")["pending"] == 0, driver.status("ops"))
    driver.stop()
    check(len(receiver.requests) == tried, "it was tried again")
    os.rename(os.path.join(directory, "state/webhooks/ops/given-up", files[0]),
              os.path.join(directory, "state/webhooks/ops/pending", files[0]))
    receiver.answer = lambda handler, number, request: handler.reply(200)
    driver = Driver(directory, hooks)
    wait_for(lambda: driver.status("ops")["delivered"] == 1, "the message that was put back")
    driver.stop()


# ---- faults ------------------------------------------------------------------------------------------


def hanging(directory):
    """A receiver that does not answer, or not to the end, delays no other hook."""
    release = threading.Event()

    def hang(handler, number, request):
        if number == 0:
            release.wait(PATIENCE)
        elif number == 1:  # a status without its headers
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-")
            handler.wfile.flush()
            release.wait(PATIENCE)
        handler.reply(200)
    slow, quick = Receiver(hang), Receiver([200])
    driver = Driver(directory, {"slow": {"url": slow.url, "timeout": "3s"}, "quick": {"url": quick.url}})
    driver.send({"n": 1})
    driver.send({"n": 2})
    wait_for(lambda: driver.status("quick")["delivered"] == 2, "the quick one")
    check(driver.status("slow")["pending"] == 2, "the slow one was quick")
    wait_for(lambda: driver.status("slow")["failedAttempts"] >= 1, "a time-out")
    wait_for(lambda: "timed out" in driver.text() or "Timeout" in driver.text(), "the reason")
    wait_for(lambda: len(slow.requests) >= 2, "another attempt")
    release.set()
    wait_for(lambda: driver.status("slow")["delivered"] == 2, "the slow one")
    driver.stop()


def dying(directory):
    """A receiver that dies in the middle, and is away for a while."""
    def die(handler, number, request):
        handler.wfile.write(b"HTTP/1.1 2")
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True
    receiver = Receiver(die)
    port, url = receiver.port, receiver.url
    driver = Driver(directory, {"ops": {"url": url}})
    driver.send({"n": 1})
    wait_for(lambda: len(receiver.requests) >= 2, "two attempts")
    receiver.close()
    wait_for(lambda: "onnect" in (driver.status("ops")["lastError"] or ""), "a refused connection")
    receiver = Receiver([200], port)
    wait_for(lambda: driver.status("ops")["delivered"] == 1, "the delivery")
    check_request(receiver.requests[0])
    driver.stop()


def endless(directory):
    """Answers without end: only their beginning is read; what was said first counts."""
    def pour(handler, status, text):
        handler.wfile.write(b"HTTP/1.1 %d X\r\n" % status + text)
        try:
            for _ in range(1 << 20):
                handler.wfile.write(b"X-Y: " + b"z" * 4096 + b"\r\n")
        except OSError:
            pass
        handler.close_connection = True
    good = Receiver(lambda handler, number, request: pour(handler, 200, b"\r\n"))
    bad = Receiver(lambda handler, number, request: pour(handler, 500, b"\r\n"))
    headers = Receiver(lambda handler, number, request: pour(handler, 100 if number == 0 else 500, b""))
    driver = Driver(directory, {"good": {"url": good.url}, "bad": {"url": bad.url}, "headers": {"url": headers.url}})
    driver.send({"n": 1})
    wait_for(lambda: driver.status("good")["delivered"] == 1, "the delivery")
    wait_for(lambda: driver.status("bad")["failedAttempts"] >= 2, "failures")
    wait_for(lambda: driver.status("headers")["failedAttempts"] >= 2, "failures by headers")
    check("status 500" in driver.text(), driver.text())
    driver.stop()


def gone(directory):
    """410 ends it for a hook until the next start; what is meant for it is kept."""
    receiver, other = Receiver([410]), Receiver([200])
    hooks = {"ops": {"url": receiver.url}, "other": {"url": other.url}}
    driver = Driver(directory, hooks)
    driver.send({"n": 1})
    wait_for(lambda: driver.status("ops")["disabled"], "the end of the hook")
    driver.send({"n": 2})
    wait_for(lambda: driver.status("other")["delivered"] == 2, "the other hook")
    status = driver.status("ops")
    check(status["pending"] == 2 and status["nextAttemptAt"] is None and len(receiver.requests) == 1, status)
    check("it is sent nothing until the next start, and 1 message is kept for then" in driver.text(), driver.text())
    driver.stop()
    receiver.answer = lambda handler, number, request: handler.reply(200)
    driver = Driver(directory, hooks)
    wait_for(lambda: driver.status("ops")["delivered"] == 2, "both messages")
    check(not driver.status("ops")["disabled"], "it is still disabled")
    driver.stop()


def redirected(directory):
    """The same place with another path is followed, another place is not, and neither is a circle or a 303."""
    other = Receiver([200])

    def answer(handler, number, request):
        target = {"/good": (308, "/better"), "/better": (301, receiver.url.split("/hook")[0] + "/hook/x"), "/hook/x": (200, None),
                  "/other": (307, other.url), "/host": (302, "http://localhost:%d/hook/x" % receiver.port), "/see": (303, "/hook/x"),
                  "/scheme": (307, "https://127.0.0.1:%d/hook/x" % receiver.port), "/file": (307, "file:///etc/passwd"),
                  "/circle": (307, "/circle")}[request["path"]]
        handler.reply(target[0], [("Location", target[1])] if target[1] else [])
    receiver = Receiver(answer)
    base = "http://127.0.0.1:%d/" % receiver.port
    names = ["good", "other", "host", "see", "scheme", "file", "circle"]
    driver = Driver(directory, {name: {"url": base + name, "retry_first": "1h", "retry_longest": "1h"} for name in names})
    driver.send({"n": 1})
    wait_for(lambda: all(s["failedAttempts"] + s["delivered"] == 1 for s in driver.status().values()), "all attempts")
    status = driver.status()
    check([name for name in names if status[name]["delivered"] == 1] == ["good"], status)
    check(other.requests == [] and receiver.strays == [], "a request went elsewhere")
    paths = [request["path"] for request in receiver.requests]
    check(paths.count("/hook/x") == 1 and paths.count("/circle") == 6, paths)
    for request in receiver.requests:
        check_request(request)
    check("redirects are followed on the same scheme, host and port only" in status["other"]["lastError"], status["other"])
    check("hidden" not in driver.text(), "a path is in the log")
    check("more than 5 times" in status["circle"]["lastError"], status["circle"])
    driver.stop()


# ---- restarts ----------------------------------------------------------------------------------------


def restarted(directory):
    """What was not delivered is sent by the next start, under its id; attempts and waits go on where they were."""
    receiver = Receiver([500])
    hooks = {"ops": {"url": receiver.url, "retry_first": "1h", "retry_longest": "1h"}}
    driver = Driver(directory, hooks)
    for number in range(3):
        driver.send({"n": number})
    wait_for(lambda: driver.status("ops")["failedAttempts"] == 1, "an attempt")
    files = driver.files("pending")
    check(len(files) == 3, files)
    driver.stop()
    check(driver.files("pending") == files, "files changed")
    tried = ids(receiver)
    receiver.answer = lambda handler, number, request: handler.reply(200)
    driver = Driver(directory, hooks)
    wait_for(lambda: driver.status("ops")["delivered"] == 2, "those that were never tried")
    check(driver.status("ops")["pending"] == 1 and driver.files("pending") == [tried[0] + ".json"], "its wait was forgotten")
    check(sorted(ids(receiver)) == [name[:-5] for name in files], ids(receiver))
    driver.stop()
    path = os.path.join(directory, "state/webhooks/ops/pending", tried[0] + ".json")
    stored = json.load(open(path))
    check(stored["attempts"] == 1, stored)
    stored["next_attempt_at"] = stored["created_at"]
    json.dump(stored, open(path, "w"))
    driver = Driver(directory, hooks)
    wait_for(lambda: driver.status("ops")["delivered"] == 1, "the last one")
    driver.stop()


def killed(directory):
    """kill -9 at any moment: every message that was taken arrives."""
    chance = random.Random(7)
    receiver = Receiver(lambda handler, number, request: handler.reply(chance.choice([200, 200, 500])))
    hooks = {"ops": {"url": receiver.url, "retry_first": "10ms", "retry_longest": "20ms"}}
    taken, number = [], 0
    for round_ in range(25):
        driver = Driver(directory, hooks)
        killer = threading.Timer(chance.random() * 0.2, driver.process.kill)
        killer.start()
        try:
            while driver.ask("send import.completed {\"n\": %d}" % number) == "sent":
                taken.append(number)
                number += 1
        except OSError:
            pass
        killer.join()
        number += 1
        driver.kill()
    check(len(taken) > 50, "only", len(taken), "messages were taken")
    driver = Driver(directory, hooks)
    wait_for(lambda: driver.status("ops")["pending"] == 0, "all deliveries")
    check(driver.files("pending") == [] and driver.files("corrupt") == [], "files are left")
    got, names = set(), {}
    for request in receiver.requests:
        n = check_request(request)["data"]["n"]
        got.add(n)
        names.setdefault(n, set()).add(request["headers"]["webhook-id"])
    check(not set(taken) - got, "lost:", sorted(set(taken) - got))
    check(all(len(some) == 1 for some in names.values()), "a message has two ids")
    driver.stop()
    print("killed: %d messages taken in 25 lives, %d requests, none lost" % (len(taken), len(receiver.requests)))


# ---- the store ---------------------------------------------------------------------------------------


def damaged(directory):
    """Files that cannot be messages are set aside and named; half-written ones are removed; all else is left alone."""
    receiver = Receiver([500])
    hooks = {"ops": {"url": receiver.url, "retry_first": "1h", "retry_longest": "1h"}}
    driver = Driver(directory, hooks)
    for number in range(4):
        driver.send({"n": number})
    wait_for(lambda: driver.status("ops")["failedAttempts"] == 1, "an attempt")
    driver.stop()
    pending = os.path.join(directory, "state/webhooks/ops/pending")
    untried = [name for name in sorted(os.listdir(pending)) if json.load(open(os.path.join(pending, name)))["attempts"] == 0]
    cut, other = untried[0], untried[1]
    text = open(os.path.join(pending, cut)).read()
    open(os.path.join(pending, cut), "w").write(text[:len(text) // 2])
    fields = json.load(open(os.path.join(pending, other)))
    fields["id"] = "msg_" + "0" * 32
    json.dump(fields, open(os.path.join(pending, other), "w"))
    empty = "msg_" + "1" * 32 + ".json"
    open(os.path.join(pending, empty), "w").close()
    open(os.path.join(pending, "msg_" + "2" * 32 + ".part"), "w").write("{")
    open(os.path.join(pending, "notes.txt"), "w").write("mine")
    os.mkdir(os.path.join(directory, "state/webhooks/former"))
    receiver.answer = lambda handler, number, request: handler.reply(200)
    driver = Driver(directory, hooks)
    wait_for(lambda: driver.status("ops")["delivered"] == 1, "the one that is whole")
    check(driver.files("corrupt") == sorted([cut, other, empty]), driver.files("corrupt"))
    check(len(driver.files("pending")) == 2 and "notes.txt" in driver.files("pending"), driver.files("pending"))
    for name in (cut, other, empty):
        check("pending/%s is no message that can be sent, and was moved to" % name in driver.text(), driver.text())
    check("notes.txt is not named like a message" in driver.text(), driver.text())
    check("former holds messages of a webhook that is not configured" in driver.text(), driver.text())
    driver.stop()


def full(directory):
    """A file that cannot be written: webhooks_send says so, nothing is sent, and nothing is left."""
    receiver = Receiver([200])
    driver = Driver(directory, {"ops": {"url": receiver.url}, "too": {"url": receiver.url}}, limit=400)
    answer = driver.ask("send import.completed " + json.dumps({"text": "x" * 500}))
    check(answer.startswith("refused ") and "cannot be written: File too large" in answer, answer)
    check(driver.files("pending") == driver.files("pending", "too") == [], "files are left")
    driver.send({"n": 1})
    wait_for(lambda: driver.status("ops")["delivered"] == 1 and driver.status("too")["delivered"] == 1, "a small one")
    check(len(receiver.requests) == 2, "the large one was sent")
    driver.stop()


def locked(directory):
    """A second process does not send the same messages."""
    receiver = Receiver([200])
    driver = Driver(directory, {"ops": {"url": receiver.url}})
    second = Driver(directory, {"ops": {"url": receiver.url}}, wait=False)
    check(second.process.wait(PATIENCE) == 1, "the second one's status is", second.process.returncode)
    check("webhooks.lock is locked by process %d" % driver.process.pid in driver.text(), driver.text())
    driver.stop()


def mistakes(directory):
    """What the sections may say."""
    short = "whsec_" + base64.b64encode(b"x" * 23).decode()
    hooks = {"a": {"url": "ftp://example.org/"}, "b/c": {"url": "https://example.org"}, "d": {"url": "https://"},
             "e": {"url": "http://x", "secret": "whsec_!!"}, "f": {"url": "http://x", "secret": short},
             "g": {"url": "http://x", "secret": "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, "h": {},
             "i": {"url": "http://x", "events": "import.complete"}, "j": {"url": "http://x", "retry_first": "2h"},
             "k": {"url": "http://x", "old_secret": "x"}}
    driver = Driver(directory, hooks, wait=False)
    check(driver.process.wait(PATIENCE) == 78, "the status is", driver.process.returncode)
    lines = driver.text()
    for part in ("url: expected an http or https URL", "[webhook b/c]: the name of a webhook", "url: expected a URL like",
                 "is not the base64 of 24 to 64 bytes", "the secret has 23 bytes", "secret: expected whsec_",
                 "[webhook h] needs", "did you mean 'import.completed'?", "retry_longest is less than retry_first",
                 "old_secret: expected whsec_"):
        check(part in lines, "no '%s' in" % part, lines)
    check("MfKQ9" not in lines, "a secret is in the log")


# ---- others' word ------------------------------------------------------------------------------------


def reference(directory):
    try:
        import standardwebhooks
    except ImportError:
        raise Skipped("the Python package standardwebhooks is not there")
    receiver = Receiver([500, 200])
    driver = Driver(directory, {"ops": {"url": receiver.url, "old_secret": OLD_SECRET}})
    for number in range(20):
        driver.send({"n": number, "text": "\u00e4\u4e16\U0001f600 " * number, "nested": {"a": [1.5, None, True]}})
    wait_for(lambda: driver.status("ops")["delivered"] == 20, "the deliveries")
    for request in receiver.requests:
        headers = {name.lower(): value for name, value in request["headers"].items()}
        for secret in (SECRET, OLD_SECRET):
            body = standardwebhooks.Webhook(secret).verify(request["body"], headers)
            check(body["type"] == "import.completed", body)
        try:
            standardwebhooks.Webhook(SECRET).verify(request["body"] + b" ", headers)
        except standardwebhooks.WebhookVerificationError:
            continue
        raise Failed("a changed body is good, too")
    driver.stop()
    print("reference: %d requests verified by standardwebhooks" % len(receiver.requests))


def verified(directory):
    if shutil.which("openssl") is None:
        raise Skipped("openssl is not there")

    def certificate(name, names):
        key, cert = (os.path.join(directory, name + suffix) for suffix in (".key", ".pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                        "2", "-subj", "/CN=" + name, "-addext", "subjectAltName=" + names, "-keyout", key, "-out", cert],
                       check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context, cert
    context, cert = certificate("good", "IP:127.0.0.1")
    elsewhere, elsewhere_cert = certificate("elsewhere", "DNS:example.org")
    good, wrong = Receiver([200], tls=context), Receiver([200], tls=elsewhere)
    slow = {"retry_first": "1h", "retry_longest": "1h"}
    driver = Driver(directory, {"good": {"url": good.url, "ca_file": cert}, "unknown": dict(slow, url=good.url),
                                "wrong": dict(slow, url=wrong.url, ca_file=elsewhere_cert)})
    driver.send({"n": 1})
    wait_for(lambda: all(s["failedAttempts"] + s["delivered"] == 1 for s in driver.status().values()), "all attempts")
    status = driver.status()
    check([status[name]["delivered"] for name in ("good", "unknown", "wrong")] == [1, 0, 0], status)
    check("certificate" in status["unknown"]["lastError"].lower(), status["unknown"])
    check(len(good.requests) == 1 and wrong.requests == [], "a message went to a stranger")
    driver.stop()


def main():
    skipped = 0
    for name in sys.argv[2:]:
        directory = tempfile.mkdtemp(prefix="dcpipe-webhooks-")
        try:
            globals()[name](directory)
            print("%s: good" % name)
        except Skipped as reason:
            print("%s: skipped: %s" % (name, reason))
            skipped += 1
        except Exception as reason:
            print("%s: %s: %s" % (name, type(reason).__name__, reason))
            log = os.path.join(directory, "log")
            print("".join("  " + line for line in open(log, errors="replace")) if os.path.exists(log) else "  no log")
            return 1
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    return 77 if skipped == len(sys.argv) - 2 else 0


status = main()
sys.stdout.flush()
os._exit(status)  # receivers' threads may still hang
