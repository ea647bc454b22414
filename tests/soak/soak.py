# SPDX-License-Identifier: Apache-2.0
"""A soak: for SOAK_SECONDS a ledger grows, in a file and at a replica that has faults, and is followed by services and commands that
are killed, stopped, reset and asked at random moments. In the end every store must hold what the ledger gives, everybody must have
been told of every import, and nothing may have grown but the stores. SOAK_SEED=N has the same moments in the same order.

    steady     serve, never killed: REST, label imports, events, webhooks; its memory and descriptors are measured
    harassed   serve from the replica: kill -9, SIGTERM, SIGSTOP
    commands   runs, label runs, --follow, kill -9, resets, verify
    follower   --follow from the replica, SIGTERM and kill -9
    readers    status and dump of every store, beside all that"""
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback

from things import Failed, GrowingFile, Measures, Pipeline, Receiver, Replica, check, children, generate, stop_and_continue

SECONDS = int(os.environ.get("SOAK_SECONDS") or 600)
SEED = int(os.environ.get("SOAK_SEED") or time.time())
LABELS = ("DCTokenTransfer", "RepChange", "ProvProfile", "ProvCheckIn", "ContractSignReply", "ProvRegister")
FAULTS = ("kind=close", "kind=cut,size=3000", "kind=status,status=503,retry_after=1", "kind=status,status=429", "kind=garbage",
          "kind=slow,ms=3000,size=2000", "kind=hang,ms=4000", "kind=truncate,size=500", "kind=reject,code=2", "kind=flip",
          "kind=bad-signature", "kind=no-signature", "kind=stale-signature")
TORN = (0, 3, 65)  # of a run that does not follow: the last block may be half there
TORN_BLOCK = "growing.ledger: block at"
NAMES = re.compile(r"store\.\w+(-wal|-shm|\.lock)?|err|\w+\.ini|state")


class Soak:
    """All of it. Threads end when `over` is set; the first fault sets it, too."""

    def __init__(self, directory):
        self.directory, self.over, self.faults = directory, threading.Event(), []
        self.counts, self.counts_lock = {}, threading.Lock()
        ledger = os.path.join(directory, "whole.ledger")
        generate(ledger, max(3000, SECONDS * 60), SEED % 1000)
        self.file = GrowingFile(ledger, os.path.join(directory, "growing.ledger"))
        self.total = len(self.file.ends)
        self.file.grow(self.total // 20)
        self.replica = Replica(ledger, self.total // 20)
        self.receiver = Receiver(self.chance("receiver"))
        self.make_pipelines()

    @staticmethod
    def chance(name):
        return random.Random(f"{SEED}/{name}")

    def count(self, what):
        with self.counts_lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    # ---- pipelines

    def make_pipelines(self):
        file = f"[source]\nplugin = ledger_file\npath = {self.directory}/growing.ledger\nsettle_time = 10s\n"
        facts = self.replica.facts
        net = (f"[source]\nplugin = icp\nurl = {facts['url']}\ncanister_id = {facts['canister_id']}\nroot_key = {facts['root_key']}\n"
               "timeout = 2s\nprefetch = 3\n")
        service = "[service]\nlisten = 127.0.0.1:0\nstate = state\nrequest_timeout = 5s\n"
        self.steady = self.pipeline("steady", file, ("sqlite", "lmdb"),
                                    service + "[schedule]\nfollow = yes\n" + self.receiver.section("steady"))
        self.harassed = self.pipeline("harassed", net, ("sqlite", "lmdb"),
                                      service + "[schedule]\ninterval = 2s\n" + self.receiver.section("harassed"))
        self.commands = self.pipeline("commands", file, ("sqlite", "jsonl", "lmdb"))
        self.follower = self.pipeline("follower", net, ("jsonl", "sqlite"))
        self.pipelines = (self.steady, self.harassed, self.commands, self.follower)

    def pipeline(self, name, source, sinks, more=""):
        with open(os.path.join(os.environ["top_srcdir"], "conf/sync.ini"), encoding="utf-8") as sync:
            decoders = re.search(r"^\[decoder.*?(?=^\[sink)", sync.read(), re.M | re.S)[0]
        built = [sink for sink in sinks if os.path.exists(os.path.join(os.environ["top_builddir"], f"uninstalled/sinks/{sink}.so"))]
        check(built, "no sink was built")
        text = ("[pipeline]\nworkers = 2\nflush_interval = 200ms\npoll_interval = 200ms\nbatch_size = 20\nmax_retries = 1000\n"
                "retry_delay = 20ms\nmax_retry_delay = 500ms\n" + source + decoders
                + "".join(f"[sink {sink}]\nplugin = {sink}\npath = store.{sink}\n" for sink in built) + more)
        return Pipeline(self.directory, name, text)

    # ---- actors

    def grow(self, chance):
        began = time.monotonic()
        while not self.over.wait(chance.uniform(0.05, 1)):
            part = 0.05 + 0.95 * min(1, (time.monotonic() - began) / (SECONDS * 0.95))
            torn = (lambda: time.sleep(chance.uniform(0, 0.8))) if chance.random() < 0.2 else None
            self.file.grow(int(self.total * part), torn)
            self.replica.control("reveal", int(self.total * part))

    def trouble(self, chance):
        while not self.over.wait(chance.uniform(0.2, 4)):
            self.replica.control("fault", f"{chance.choice(FAULTS)},on=query,count={chance.randrange(1, 4)},after={chance.randrange(6)}")
            self.count("network faults")

    def ask(self, service, chance):
        """One request, of a kind that chance picks."""
        kind = chance.randrange(10)
        if kind < 5:
            path = chance.choice(("/api/sync/status", "/api/sync/jobs", "/metrics", "/healthz", "/readyz", "/", "/api/openapi.yaml"))
            status, _, body = service.request("GET", path)
            check(status == 200, service.name, path, status, body[:300])
        elif kind < 7:
            label = chance.choice((None, *LABELS))
            job = service.start_import(label)
            self.count(f"{service.name}: imports asked for")
            return job
        elif kind == 7:
            status, _, body = service.request("POST", "/api/sync/import", {"batchSize": chance.randrange(1, 500)}, {"Prefer": "wait=1"})
            check(status in (200, 409) or TORN_BLOCK in body.decode(), service.name, "import", status, body[:300])
        elif kind == 8:
            job = service.start_import(chance.choice(LABELS))
            status, _, body = service.request("DELETE", f"/api/sync/jobs/{job}")
            check(status in (200, 202, 409), service.name, "cancel", status, body[:300])
        else:
            self.be_rude(service, chance)
        return None

    @staticmethod
    def be_rude(service, chance):
        """Reads events for a moment, or says half of a request, and goes away."""
        host, port = service.address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=10) as sock:
            sock.sendall(chance.choice((b"GET /api/sync/events HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /metr", b"\0\0\0",
                                        b"POST /api/sync/import HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")))
            time.sleep(chance.uniform(0, 1))

    def use_steady(self, chance):
        self.steady.until(lambda: self.steady.get("/api/sync/status")["statuses"], "the first import")
        measures = Measures(self.steady.process.pid)
        jobs, due = [], 0
        while not self.over.wait(chance.uniform(0, 0.6)):
            job = self.ask(self.steady, chance)
            self.count("requests")
            if job:
                jobs.append(job)
            if time.monotonic() > due:
                measures.take()
                check(not children(measures.pid), "the service has begun processes")
                due = time.monotonic() + max(1, SECONDS / 200)
        known = {job["id"] for job in self.steady.get("/api/sync/jobs")["jobs"]}
        for job in known.intersection(jobs):
            self.steady.wait_job(job)
        print("steady:", measures.judge())
        self.steady_jobs = jobs

    def harass(self, chance):
        self.harassed_jobs = []
        while not self.over.wait(chance.uniform(0.1, 4)):
            try:
                job = self.ask(self.harassed, chance)
            except OSError:
                job = None
            if job:
                self.harassed_jobs.append(job)
            kind = chance.randrange(8)
            if kind < 3:
                self.harassed.stop(signal.SIGKILL)
                self.count("harassed: killed")
            elif kind == 3:
                status = self.harassed.stop()
                check(status == 0, "the service ended with", status)
                self.count("harassed: terminated")
            elif kind == 4:
                stop_and_continue(self.harassed.process, chance.uniform(0, 3))
                self.count("harassed: stopped for a while")
            if self.harassed.process.poll() is not None:
                check(self.harassed.process.returncode in (0, -9), "the service ended with", self.harassed.process.returncode)
                self.over.wait(chance.uniform(0, 0.5))
                self.harassed.start()

    def interrupt(self, pipeline, process, chance, seconds):
        """Lets it run for a time, and then ends it by SIGTERM or SIGKILL."""
        self.over.wait(chance.uniform(0, seconds))
        number = chance.choice((signal.SIGTERM, signal.SIGKILL))
        process.send_signal(number)
        status = process.wait(120)
        allowed = (*TORN, 143, -9) if number == signal.SIGKILL else (*TORN, 143, -15)
        check(status in allowed, pipeline.name, "ended with", status, "after signal", number)
        self.count(f"{pipeline.name}: {'killed' if number == signal.SIGKILL else 'terminated'}")

    def command(self, chance):
        pipeline = self.commands
        while not self.over.wait(chance.uniform(0, 0.5)):
            kind = chance.randrange(12)
            if kind < 3:
                self.interrupt(pipeline, pipeline.begin("--follow"), chance, 5)
            elif kind < 5:
                self.interrupt(pipeline, pipeline.begin(), chance, 0.5)
            elif kind < 8:
                pipeline.run("--label", chance.choice(LABELS), allowed=TORN)
                self.count("commands: label runs")
            elif kind < 10:
                pipeline.run(allowed=TORN)
                self.count("commands: whole runs")
            elif kind == 10:
                decoder = chance.choice(((), ("--decoder", chance.choice(("entry", "transfer", "reputation", "profile")))))
                pipeline.run("reset", "--yes", "--sink", chance.choice(pipeline.sinks), *decoder)
                self.count("commands: resets")
            else:
                pipeline.run(allowed=TORN)
                pipeline.run("verify", allowed=(0,))
                self.count("commands: verified")

    def follow(self, chance):
        while not self.over.wait(chance.uniform(0, 1)):
            self.interrupt(self.follower, self.follower.begin("--follow"), chance, 15)

    def read(self, chance):
        tables = ("ledger_entries", "token_balances", "sync_status", "reputations", "contract_signatures", "failed_entries", "users")
        while not self.over.wait(chance.uniform(0, 0.5)):
            pipeline = chance.choice(self.pipelines)
            if chance.random() < 0.3:
                pipeline.run("status", "--json", allowed=(0,))
            else:  # 1: it was reset, or nothing is there yet
                text = pipeline.run("dump", chance.choice(tables), "--sink", chance.choice(pipeline.sinks), allowed=(0, 1))
                for line in text.splitlines()[-1:]:
                    json.loads(line)
            self.count("reads")

    # ---- life

    def act(self, name, actor):
        try:
            actor(self.chance(name))
        except BaseException:  # pylint: disable=broad-exception-caught
            self.faults.append(f"{name}: {traceback.format_exc()}")
            self.over.set()

    def live(self):
        self.steady.start()
        self.harassed.start()
        actors = {"growth": self.grow, "trouble": self.trouble, "steady": self.use_steady, "harassed": self.harass,
                  "commands": self.command, "follower": self.follow, "reader": self.read, "another reader": self.read}
        threads = [threading.Thread(target=self.act, args=actor) for actor in actors.items()]
        for thread in threads:
            thread.start()
        end = time.monotonic() + SECONDS
        while not self.over.wait(max(0, min(60, end - time.monotonic()))) and time.monotonic() < end:
            print(f"soak: {int(SECONDS - (end - time.monotonic()))} s,", ", ".join(f"{n} {what}" for what, n in sorted(self.counts.items())),
                  flush=True)
        self.over.set()
        for thread in threads:
            thread.join()
        if self.faults:
            raise Failed("\n".join(self.faults))

    # ---- the end

    def settle(self):
        """Everything comes to the tip."""
        self.file.grow(self.total)
        self.replica.control("clear", "")
        self.replica.control("reveal", self.total)
        self.receiver.calm = True
        for service, jobs in ((self.steady, self.steady_jobs), (self.harassed, self.harassed_jobs)):
            known = {job["id"]: job["state"] for job in service.get("/api/sync/jobs")["jobs"]}
            check(all(int(job) in range(1, max(map(int, known)) + 1) for job in jobs), service.name, "has lost jobs")
            last = service.start_import()
            check(service.wait_job(last, 300)["state"] == "completed", service.name, "does not come to the tip")
            service.until(lambda s=service, j=last: (s.name, j) in self.receiver.told, "the last message", 60)
            service.until(lambda s=service: self.pending(s) == [], "all messages to be delivered", 120)
            wanted = [job for job in jobs if service.get(f"/api/sync/jobs/{job}")["job"]["state"] in ("completed", "failed")] \
                if len(known) < 90 else []
            untold = [job for job in wanted if (service.name, job) not in self.receiver.told]
            check(not untold, service.name, "told nobody of jobs", untold)
            check(service.stop() == 0, service.name, "does not end well")
        for pipeline in (self.commands, self.follower):
            pipeline.run()

    @staticmethod
    def pending(service):
        hook = os.path.join(service.path, "state/webhooks", service.name)
        check(os.listdir(os.path.join(hook, "corrupt")) == [], service.name, "has corrupt messages")
        return os.listdir(os.path.join(hook, "pending"))

    def compare(self):
        """Every store holds the same, and what the ledger gives."""
        found = {(pipeline.name, sink): digests for pipeline in self.pipelines for sink, digests in pipeline.digests().items()}
        expected = found[self.commands.name, self.commands.sinks[0]]
        check(len(expected) == 11 and all(int(part[1]) > 0 for part in expected), expected)
        for store, digests in found.items():
            check(digests == expected, store, "holds", digests, "and not", expected)
        for pipeline in self.pipelines:
            pipeline.run("verify", allowed=(0,))
        hashes = {}
        for table in ("ledger_entries", "token_balances", "reputations", "contract_signatures", "provider_offerings", "users"):
            for pipeline in self.pipelines:
                for sink in pipeline.sinks:
                    text = pipeline.dump(sink, table)
                    check(text, table, "is empty")
                    hashes.setdefault(table, set()).add(hashlib.sha256(text.encode()).hexdigest())
            check(len(hashes[table]) == 1, "stores differ in", table)
        return len(found), sum(int(part[2]) for part in expected if part[0] == "entry")

    def look_for_litter(self):
        left = os.listdir(os.environ["TMPDIR"])
        check(left == [], "left in TMPDIR:", left)
        for pipeline in self.pipelines:
            odd = [name for name in os.listdir(pipeline.path) if not NAMES.fullmatch(name)]
            for directory, _, files in os.walk(pipeline.path):
                odd += [os.path.join(directory, name) for name in files if re.search(r"\.(new|part)$|-try-|^try\.", name)]
            check(odd == [], "left by", pipeline.name, odd)

    def look_at_logs(self):
        """Errors that nothing here explains."""
        for pipeline in self.pipelines:
            odd = {re.sub(r"\d+", "N", line) for line in pipeline.log().splitlines() if ": error: " in line and TORN_BLOCK not in line}
            check(not odd, pipeline.name, "tells of", *sorted(odd)[:20])

    def close(self):
        for pipeline in self.pipelines:
            if pipeline.process and pipeline.process.poll() is None:
                pipeline.process.kill()
                pipeline.process.wait()
        self.replica.close()


def main():
    directory = tempfile.mkdtemp(prefix="dcpipe-soak-")
    os.environ["TMPDIR"] = os.path.join(directory, "tmp")
    os.mkdir(os.environ["TMPDIR"])
    print(f"soak: seed {SEED}, {SECONDS} s, in {directory}", flush=True)
    soak = Soak(directory)
    try:
        soak.live()
        soak.settle()
        stores, entries = soak.compare()
        soak.look_for_litter()
        soak.look_at_logs()
        print("soak:", ", ".join(f"{n} {what}" for what, n in sorted(soak.counts.items())))
        print(f"soak: {stores} stores hold the same {entries} entries, as the ledger gives them")
    except Failed as fault:
        print(f"soak: seed {SEED}: {fault}\nsoak: see {directory}")
        return 1
    finally:
        soak.close()
    shutil.rmtree(directory)
    return 0


sys.exit(main())
