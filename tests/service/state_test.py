# SPDX-License-Identifier: Apache-2.0
"""The service's own files on a disk that fails: what was accepted is run and told of, by this process or by the next."""
import base64
import http.server
import json
import os
import random
import subprocess
import threading
import time

from serving import BUILD, Service

SHIM = os.path.join(os.environ["builddir"], "faults/.libs/shim.so")
WORDS = {"ENOSPC": "No space left on device", "EDQUOT": "Disk quota exceeded", "EIO": "Input/output error",
         "EROFS": "Read-only file system", "EINTR": "Interrupted system call"}
SEED = int(os.environ.get("SEED") or time.time())
CHANCE = random.Random(SEED)
print(f"state: seed {SEED}")


class Receiver(http.server.ThreadingHTTPServer):
    """Takes messages; `told` has the jobs that were told of, and how they ended."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.told = set()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):  # pylint: disable=invalid-name
        job = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]["job"]
        self.server.told.add((job["id"], job["state"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class Faulty(Service):
    """A service with a webhook, which may be started with a fault of its state directory."""

    def __init__(self, receiver):
        secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
        super().__init__(source={"blocks": 20}, more=f"[webhook ops]\nurl = http://127.0.0.1:{receiver.server_address[1]}/\n"
                         f"secret = {secret}\nretry_first = 20ms\nretry_longest = 100ms\n")
        self.mark = os.path.join(self.path, "mark")
        self.counted = os.path.join(self.path, "counted")

    def start_with(self, fault):
        """False if it did not start, which it must have told."""
        shim = {"LD_PRELOAD": SHIM, "DCPIPE_FAULT": fault, "DCPIPE_FAULT_MARK": self.mark, "DCPIPE_FAULT_COUNT": self.counted}
        os.environ.update(shim)
        try:
            self.start()
            return True
        except AssertionError:
            assert self.process.wait(60) in (1, -9), (fault, self.process.returncode, self.log())
            return False
        finally:
            for key in shim:
                del os.environ[key]


def ask(service):
    """The number of the job, or None for one that was refused (or nobody answered)."""
    try:
        status, _, body = service.request("POST", "/api/sync/import", headers={"Prefer": "respond-async"})
    except OSError:
        return None
    answer = json.loads(body)
    if status == 202:
        return answer["data"]["job"]["id"]
    assert status == 503 and "jobs.json" in answer["details"], answer
    return None


def settle(service, job):
    """Waits for the job as long as is useful: for ever it may be that nothing can be written."""
    end = time.monotonic() + 2
    while time.monotonic() < end and service.process.poll() is None:
        try:
            if service.get(f"/api/sync/jobs/{job}")["job"]["state"] in ("completed", "failed"):
                return
            assert service.request("GET", "/healthz")[0] == 200
        except OSError:
            pass
        time.sleep(0.02)


def end(service):
    if service.process.poll() is None:
        try:
            status = service.stop()
        except subprocess.TimeoutExpired:
            raise AssertionError("it does not stop") from None
        assert status in (0, -9), status


def names_cause(service, error):
    """A fault that was told of names file and cause. What can do without the call need not tell."""
    lines = [line for line in service.log().splitlines() if ": error:" in line or ": warning:" in line]
    if error in WORDS:
        for line in lines:
            assert service.path in line or "/" not in line or "state" in line, line
            if "cannot be" in line:
                assert WORDS[error] in line, line


def check_after(service, receiver, job):
    """The next start, without a fault, has what was accepted before, runs and tells it; nothing is left over."""
    service.start()
    if job is not None:
        assert service.wait_job(job)["state"] == "completed", job
        service.until(lambda: (job, "completed") in receiver.told, f"a message of job {job}", 20)
    again = service.start_import()
    assert service.wait_job(again)["state"] == "completed"
    service.until(lambda: (again, "completed") in receiver.told, "the last message", 20)
    state = os.path.join(service.path, "state")
    hook = os.path.join(state, "webhooks/ops")
    service.until(lambda: os.listdir(os.path.join(hook, "pending")) == [], "the messages to leave the disk", 20)
    assert os.listdir(os.path.join(hook, "corrupt")) == os.listdir(os.path.join(hook, "given-up")) == []
    assert not [name for name in os.listdir(state) if name.endswith(".new")], os.listdir(state)
    result = subprocess.run([f"{BUILD}/dcpipe", "-c", service.ini, "--quiet", "verify"], capture_output=True, check=False)
    assert result.returncode == 0, result


def attempt(error, lasting, number):
    """False if there is no such call."""
    receiver = Receiver()
    service = Faulty(receiver)
    try:
        fault = f"{error} any {number} {0 if lasting else number} /state"
        what = fault
        job = None
        if service.start_with(fault):
            job = ask(service)
            if job is not None:
                settle(service, job)
            end(service)
        elif error not in ("kill",):
            assert WORDS.get(error, "state") in service.log(), (what, service.log())
        struck = os.path.exists(service.mark)
        if struck:
            with open(service.mark, encoding="utf-8") as file:
                what += ": " + file.read().strip()
            names_cause(service, error)
        check_after(service, receiver, job)
        return struck
    except BaseException:
        print("state:", what)
        print(service.log()[-4000:])
        raise
    finally:
        service.__exit__(None)
        receiver.shutdown()
        receiver.server_close()


def check_untold():
    """A job whose message cannot be written has not ended, also when the service is stopped just then."""
    receiver = Receiver()
    with Faulty(receiver) as service:
        end(service)
        assert service.start_with("ENOSPC open 1 0 /pending/msg_")
        job = service.start_import()
        service.until(lambda: "/pending/msg_" in service.log(), "the message to fail")
        assert service.get(f"/api/sync/jobs/{job}")["job"]["state"] == "running"
        assert service.stop() == 0
        check_after(service, receiver, job)
    receiver.shutdown()
    receiver.server_close()


def check_readiness():
    """While no import can be taken the service is not ready, and says why; it finds out by itself that it is again."""
    receiver = Receiver()
    with Faulty(receiver) as service:
        end(service)
        assert service.start_with("ENOSPC open 2 5 /jobs.json.new")
        assert service.request("GET", "/readyz")[0] == 200
        assert ask(service) is None
        status, _, body = service.request("GET", "/readyz")
        assert status == 503 and "No space left on device" in json.loads(body)["details"], body
        assert service.request("GET", "/healthz")[0] == 200 and service.get("/api/sync/overview")["ready"] is False
        service.until(lambda: service.request("GET", "/readyz")[0] == 200, "readiness", 30)
        assert service.get("/api/sync/overview")["ready"] is True
        assert service.wait_job(ask(service))["state"] == "completed"
    receiver.shutdown()
    receiver.server_close()


def count():
    """How many calls there are in a life without faults."""
    receiver = Receiver()
    with Faulty(receiver) as service:
        end(service)
        service.start_with("EIO any 1000000 0 /state")
        settle(service, ask(service))
        end(service)
        with open(service.counted, encoding="utf-8") as file:
            return int(file.read())


check_untold()
check_readiness()
CALLS = count()
assert CALLS > 20, CALLS
KINDS = [(error, lasting) for error in (*WORDS, "short", "kill") for lasting in (False, True)
         if (error, lasting) not in (("EINTR", True), ("kill", True))]
if os.environ.get("EVERY"):
    TRIED = sum(attempt(*kind, number) for kind in KINDS for number in range(1, CALLS + 5))
else:
    TRIED = 0
    while TRIED < int(os.environ.get("TRIES") or 5):
        TRIED += attempt(*CHANCE.choice(KINDS), CHANCE.randint(1, CALLS))
print(f"state: {TRIED} lives with a fault; a whole one makes {CALLS} calls")
assert TRIED > 0
