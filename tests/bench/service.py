# SPDX-License-Identifier: Apache-2.0
"""usage: service.py DCPIPE DIRECTORY RUNS: imports service.ini of the directory into an empty store, again and again, with
different numbers of status requests beside it. Of the runs of each kind the fastest counts."""
import glob
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

DCPIPE, DIRECTORY, RUNS = sys.argv[1], sys.argv[2], int(sys.argv[3])
STATUS = b"GET /api/sync/status HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Client(threading.Thread):
    """Asks for the status over one connection, `rate` times a second, or as often as it can for 0."""

    def __init__(self, address, rate):
        super().__init__(daemon=True)
        self.sock = socket.create_connection(address)
        self.rate, self.count, self.slowest, self.over = rate, 0, 0.0, False

    def ask(self):
        began = time.perf_counter()
        self.sock.sendall(STATUS)
        answer = self.sock.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        self.slowest = max(self.slowest, time.perf_counter() - began)
        self.count += 1

    def run(self):
        due = time.perf_counter()
        while not self.over:
            self.ask()
            if self.rate:
                due += 1 / self.rate
                time.sleep(max(0, due - time.perf_counter()))


def post(address):
    with socket.create_connection(address) as sock:
        sock.sendall(b"POST /api/sync/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        text = b""
        while part := sock.recv(65536):
            text += part
    return json.loads(text.split(b"\r\n\r\n", 1)[1])["data"]["stats"]


def once(rate):
    """(seconds, entries, requests answered, the longest wait in s, processor time in s) of one import; `rate` None: without requests."""
    for path in glob.glob(f"{DIRECTORY}/out*"):
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    with subprocess.Popen([DCPIPE, "-c", f"{DIRECTORY}/service.ini", "serve"], stderr=subprocess.PIPE, text=True) as process:
        found = None
        while not found:
            found = re.search(r"http://([\d.]+):(\d+)", process.stderr.readline())
        drain = threading.Thread(target=process.stderr.read, daemon=True)
        drain.start()
        address = found[1], int(found[2])
        client = Client(address, rate) if rate is not None else None
        began = time.perf_counter()
        if client:
            client.start()
        stats = post(address)
        seconds = time.perf_counter() - began
        count, slowest = (client.count, client.slowest) if client else (0, 0)
        if client:
            client.over = True
            client.join()
        process.terminate()
        _, process.returncode, usage = os.wait4(process.pid, 0)
    return seconds, stats["totalProcessed"], count, slowest, usage.ru_utime + usage.ru_stime


def main():
    kinds = {"alone": None, "steady": 100, "busy": 0}
    results = {name: [] for name in kinds}
    for _ in range(RUNS):
        for name, rate in kinds.items():
            results[name].append(once(rate))
    best = {name: (*min(found)[:4], min(run[4] for run in found)) for name, found in results.items()}
    print("the service, all entries into SQLite")
    seconds, entries, _, _, cpu = best["alone"]
    print(f"  alone: {seconds:.2f} s, {entries / seconds:.0f} entries/s, {cpu:.2f} s of processor time")
    for name in ("steady", "busy"):
        took, _, count, slowest, used = best[name]
        print(f"  with {count / took:.0f} status requests a second: {took:.2f} s ({(took / seconds - 1) * 100:+.1f}%), "
              f"{used:.2f} s of processor time ({(used / cpu - 1) * 100:+.1f}%); the slowest answer took {slowest * 1000:.1f} ms")


main()
