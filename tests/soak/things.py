# SPDX-License-Identifier: Apache-2.0
"""What a soak is made of: a ledger that grows in a file and at a replica, services, a receiver of webhooks, and measures."""
import base64
import http.client
import http.server
import json
import os
import re
import signal
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["srcdir"], "service"))
from serving import BUILD, Service  # pylint: disable=wrong-import-position

DCPIPE = os.path.join(BUILD, "dcpipe")
TESTS = os.environ["builddir"]


class Failed(Exception):
    """Something is not as it must be."""


def check(condition, *what):
    if not condition:
        raise Failed(" ".join(str(part) for part in what))


# ---- the ledger ----------------------------------------------------------------------------------------


def generate(path, entries, seed):
    subprocess.run([os.path.join(TESTS, "bench/generate-ledger"), "--entries", str(entries), "--seed", str(seed), "--sign", path],
                   check=True, stderr=subprocess.DEVNULL)


class GrowingFile:
    """Part of a ledger file, which grows block by block, some of them in two pieces as a slow writer leaves them."""

    def __init__(self, whole, path):
        with open(whole, "rb") as file:
            self.data = file.read()
        position = struct.unpack_from("<Q", self.data, 32)[0]
        self.ends = []
        while size := struct.unpack_from("<I", self.data, position + 8)[0]:
            position += size
            self.ends.append(position)
        self.file = open(path, "wb")  # pylint: disable=consider-using-with
        self.blocks = 0
        self.written = 0

    def write(self, end):
        self.file.seek(self.written)
        self.file.write(self.data[self.written:end])
        self.file.flush()
        self.written = end
        os.ftruncate(self.file.fileno(), end + 65536)

    def grow(self, blocks, torn=None):
        """`torn`: called between the halves of the last block."""
        blocks = min(blocks, len(self.ends))
        if blocks <= self.blocks:
            return
        if torn and blocks - self.blocks > 1:
            self.write((self.ends[blocks - 2] + self.ends[blocks - 1]) // 2)
            torn()
        self.write(self.ends[blocks - 1])
        self.blocks = blocks


class Replica:
    """dcpipe-replica; it ends with us."""

    def __init__(self, ledger, blocks):
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [os.path.join(TESTS, "dcpipe-replica"), "--ledger", ledger, "--blocks", str(blocks), "--chunk", "40000", "--until-eof"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.facts = {}
        while "generation" not in self.facts:
            line = self.process.stdout.readline()
            check(line, "the replica did not start")
            key, value = line.rstrip().split("=", 1)
            self.facts[key] = value

    def control(self, what, body):
        connection = http.client.HTTPConnection(self.facts["url"].split("//")[1], timeout=60)
        connection.request("POST", "/control/" + what, str(body))
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        check(answer.status == 200, "the replica refuses", what, body, text)

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


# ---- webhooks ------------------------------------------------------------------------------------------


class Receiver(http.server.ThreadingHTTPServer):
    """Takes some messages and fails to take others; knows what it was told of."""
    daemon_threads = True

    def __init__(self, chance):
        super().__init__(("127.0.0.1", 0), Handler)
        self.chance, self.calm, self.told, self.lock = chance, False, set(), threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def section(self, name):
        secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
        return (f"[webhook {name}]\nurl = http://127.0.0.1:{self.server_address[1]}/{name}\nsecret = {secret}\n"
                "retry_first = 50ms\nretry_longest = 1s\ntimeout = 2s\n")

    def handle_error(self, request, client_address):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):  # pylint: disable=invalid-name
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            chance = 99 if self.server.calm else self.server.chance.randrange(100)
            if chance >= 30:
                self.server.told.add((self.path[1:], body["data"]["job"]["id"]))
        if chance < 5:
            time.sleep(3)
        self.send_response(500 if chance < 30 else 204)
        self.end_headers()

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


# ---- services ------------------------------------------------------------------------------------------


class Pipeline(Service):
    """An INI file in the soak's directory, which commands and a service may run."""

    def __init__(self, directory, name, text):  # pylint: disable=super-init-not-called
        self.name = name
        self.path = os.path.join(directory, name)
        os.mkdir(self.path)
        self.ini = os.path.join(self.path, name + ".ini")
        with open(self.ini, "w", encoding="utf-8") as file:
            file.write(text)
        self.sinks = re.findall(r"^\[sink (\w+)\]$", text, re.M)
        self.process = self.address = self.token = None

    def run(self, *arguments, allowed=(0, 3), seconds=600):
        """The output of a command, which must end with one of these statuses."""
        result = subprocess.run([DCPIPE, "-c", self.ini, *arguments], capture_output=True, text=True, check=False, timeout=seconds,
                                stdin=subprocess.DEVNULL)
        check(result.returncode in allowed and (result.returncode != 65 or "growing.ledger: block at" in result.stderr),
              self.name, arguments, "ended with", result.returncode, result.stderr[-2000:])
        return result.stdout

    def begin(self, *arguments):
        with open(os.path.join(self.path, "err"), "ab") as err:
            return subprocess.Popen([DCPIPE, "-c", self.ini, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err)

    def digests(self):
        """For each sink what it holds, decoder by decoder: (decoder, position, entries, failed, digest)."""
        return {sink["sink"]: [(name, decoder["at"]["position"], decoder["entries"], decoder["failed"], decoder["digest"])
                               for name, decoder in sorted(sink["checkpoint"]["decoders"].items())]
                for sink in json.loads(self.run("status", "--json"))}

    def dump(self, sink, table):
        return self.run("dump", table, "--sink", sink)


# ---- measures ------------------------------------------------------------------------------------------


class Measures:
    """Memory of its own and descriptors of a process that lives long."""

    def __init__(self, pid):
        self.pid, self.samples, self.began = pid, [], time.monotonic()
        self.files = self.descriptors()

    def descriptors(self):
        try:
            return len(os.listdir(f"/proc/{self.pid}/fd"))
        except OSError as error:
            raise Failed(f"process {self.pid} is gone") from error

    def take(self):
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as file:
            memory = int(re.search(r"^RssAnon:\s+(\d+)", file.read(), re.M)[1])
        self.samples.append((time.monotonic() - self.began, memory))

    def part(self, begin, end):
        """The median of the memory in a part of the time."""
        last = self.samples[-1][0]
        memory = sorted(sample[1] for sample in self.samples if begin <= sample[0] / last <= end)
        return memory[len(memory) // 2]

    def judge(self):
        """The last third against the second one, since the first fills caches. Descriptors come and go with clients and runs: there
        must come a moment with about as many as in the beginning, when the service followed already."""
        memory = self.part(1 / 3, 2 / 3), self.part(2 / 3, 1)
        end = time.monotonic() + 30
        while (files := self.descriptors()) > self.files + 2 and time.monotonic() < end:
            time.sleep(0.2)
        text = f"{memory[0]} KiB of memory, then {memory[1]}; {self.files} descriptors, then {files}"
        check(memory[1] < memory[0] * 1.15 + 4096, "memory grows:", text)
        check(files <= self.files + 2, "descriptors grow:", text)
        return text


def children(pid):
    """Processes that a process has begun, zombies included."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    if int(file.read().rsplit(")", 1)[1].split()[1]) == pid:
                        found.append(int(name))
            except (OSError, IndexError):
                pass
    return found


def stop_and_continue(process, seconds):
    process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    process.send_signal(signal.SIGCONT)
