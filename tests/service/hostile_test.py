# SPDX-License-Identifier: Apache-2.0
"""Clients that mean harm, on sockets: each gets a plain refusal or is cut off, and the service goes on."""

import os
import re
import socket
import time

from serving import Service

HEAD = "Host: localhost\r\n"
QUICK = {"blocks": 20}


def connect(service, seconds=30):
    host, port = service.address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=seconds)


def drain(sock):
    """All that comes until the other side ends."""
    parts = []
    try:
        while part := sock.recv(65536):
            parts.append(part)
    except OSError:
        pass
    return b"".join(parts)


def raw(service, data, end=True):
    """What is answered to these bytes; "" if the connection was cut. `end`: nothing more will be sent."""
    with connect(service) as sock:
        try:
            sock.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))
            if end:
                sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return drain(sock).decode("latin-1")


def statuses(answer):
    return [int(code) for code in re.findall(r"HTTP/1\.[01] (\d{3}) ", answer)]


def refused(answer, allowed=(400,)):
    """No second request was found in it. (libmicrohttpd writes the head of its own refusals twice.)"""
    assert answer.count("\r\n\r\n") <= 2 and len(set(statuses(answer))) <= 1, answer[:600]
    assert not set(statuses(answer)) - set(allowed), answer[:600]


def one(service, target, method="POST", head=HEAD):
    return raw(service, f"{method} {target} HTTP/1.1\r\n{head}Connection: close\r\nContent-Length: 0\r\n\r\n")


def test_paths(service):
    """Labels and job numbers are text, never paths of files or parts of headers."""
    for target in (
        "/api/sync/import/..%2f..%2f..%2fetc%2fpasswd",
        "/api/sync/import/%2e%2e",
        "/api/sync/import/%0d%0aX-Hit:%201",
        "/api/sync/import/%00",
        "/api/sync/import/a%00b",
        "/api/sync/import/%ff%fe",
        "/api/sync/import/%c0%af",
        "/api/sync/import/%ed%a0%80",
        "/api/sync/import/%f4%90%80%80",
        "/api/sync/import/%",
        "/api/sync/import/%4",
        "/api/sync/import/%zz",
        "/api/sync/import/" + "A" * 9000,
        "/api/sync/import/" + "%41" * 3000,
        "/api/sync/import/%25s%25n%25s",
        "/api/sync/import/';DROP%20TABLE%20users--",
        "/api/sync/import/a/b",
        "/api/sync/import/",
        "/api/sync/import//",
        "/api/sync/./import",
        "/api/sync/../sync/import",
        "//api/sync/import",
        "/API/SYNC/IMPORT",
        "/api/sync/import\\Alpha",
        "/api/sync/import/\xff",
        "/api/sync/import/\u0000".replace("\0", ""),
    ):
        answer = one(service, target)
        assert statuses(answer) and statuses(answer)[0] in (400, 404, 414, 431), (target[:60], answer[:400])
        assert "X-Hit" not in answer.split("\r\n\r\n")[0]
    for target in (
        "/api/sync/jobs/-1",
        "/api/sync/jobs/+1",
        "/api/sync/jobs/1.0",
        "/api/sync/jobs/0x1",
        "/api/sync/jobs/%31%30%30%30",
        "/api/sync/jobs/99999999999999999999999999",
        "/api/sync/jobs/18446744073709551617",
        "/api/sync/jobs/%20",
        "/api/sync/jobs/1%20",
        "/api/sync/jobs/..%2fstatus",
        "/api/sync/jobs/1/2",
        "/page.html",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/../../etc/passwd",
        "/index.html",
    ):
        for method in ("GET", "DELETE"):
            answer = one(service, target, method)
            assert statuses(answer)[0] in (400, 404, 405), (target, answer[:400])


def test_heads(service):
    """What is no HTTP, or too much of it."""
    for text in (
        "\0" * 500,
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\x80" * 500,
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "\r\n" * 1000,
        "GET /healthz HTTP/1.1\r\n\r\n",
        "A" * 100000,
        "GET " + "A" * 100000,
        "get\0 /healthz HTTP/1.1\r\n" + HEAD + "\r\n",
        "GET /healthz HTTP/1.1\r\n" + HEAD + "X: " + "a" * 100000 + "\r\n\r\n",
        "GET /healthz HTTP/1.1\r\n" + HEAD + "".join(f"X-{i}: y\r\n" for i in range(20000)) + "\r\n",
        "GET /healthz?" + "q=1&" * 50000 + " HTTP/1.1\r\n" + HEAD + "\r\n",
        "GET /healthz HTTP/1.1\r\n" + HEAD + " folded\r\n no-colon\r\n\r\n",
    ):
        answer = raw(service, text)
        assert all(400 <= code < 506 for code in statuses(answer)), (text[:60], answer[:300])
    for method in ("TRACE", "CONNECT", "PUT", "PATCH", "OPTIONS", "PROPFIND", "get", "G" * 5000):
        answer = one(service, "/healthz", method)
        assert statuses(answer)[0] in (400, 405, 414, 431, 501), (method[:10], answer[:300])
        assert "X-Secret" not in answer
    answer = raw(service, f"GET /healthz?{'q' * 2000}=%ff HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n")
    assert statuses(answer) == [200]
    refused(raw(service, "OPTIONS * HTTP/1.1\r\n" + HEAD + "Connection: close\r\n\r\n"), (400, 404, 405))
    refused(
        raw(service, "GET http://evil.example/healthz HTTP/1.1\r\n" + HEAD + "Connection: close\r\n\r\n"),
        (400, 404),
    )


def test_smuggling(service):
    """One request in, one answer out: lengths that contradict each other are not taken."""
    post = "POST /api/sync/import HTTP/1.1\r\n" + HEAD + "Content-Type: application/json\r\n"
    hidden = "GET /healthz HTTP/1.1\r\n" + HEAD + "\r\n"
    for head in (
        "Content-Length: 3\r\nContent-Length: 0\r\n",
        "Content-Length: 0\r\nContent-Length: 70\r\n",
        "Content-Length: 0\r\ncontent-length: 0\r\n",
        "Content-Length : 70\r\n",
        "Content-Length\t: 70\r\n",
        "Content-Length: 0\r\nContent-Length : 70\r\n",
        "Content-Length: 0, 70\r\n",
        "Content-Length: 0\0 70\r\n",
        "Content-Length: \r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: chunked\0x\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "X\0: y\r\n",
        "X-A: b\0Content-Length: 70\r\n",
        "(x): y\r\n",
        "X-A: b\r\n Content-Length: 70\r\n",
        "Content-Length: 7\r\n 0\r\n",
        "Content-Length: 0\r\n\t\r\n",
        "Transfer-Encoding: chunked\r\n \r\n",
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +0\r\n",
        "Content-Length: 0x0\r\n",
        "Content-Length: 1e1\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
    ):
        refused(
            raw(service, post + head + "\r\n" + ("0\r\n\r\n" if "Transfer" in head else "") + hidden),
            (400, 413, 501),
        )
    for body in ("zz\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "1\r\nab\r\n0\r\n\r\n"):
        refused(raw(service, post + "Transfer-Encoding: chunked\r\n\r\n" + body), (400, 413))
    # Where this does not fit into its buffer, libmicrohttpd says 500.
    refused(raw(service, post + "Transfer-Encoding: chunked\r\n\r\n5;" + "x" * 70000), (400, 413, 500))
    chunk = "10000\r\n" + " " * 65536 + "\r\n"
    refused(raw(service, post + "Transfer-Encoding: chunked\r\n\r\n" + chunk * 3 + "0\r\n\r\n"), (413,))
    answer = raw(service, post + "Content-Length: 9000000000\r\nExpect: 100-continue\r\n\r\n", end=False)
    assert statuses(answer) == [413], answer[:300]


def test_pipelining(service):
    """Answers come in the order of the requests."""
    paths = ["/healthz", "/api/sync/jobs", "/nothing", "/readyz", "/api/sync/status"] * 8
    text = (
        "".join(f"GET {path} HTTP/1.1\r\n{HEAD}\r\n" for path in paths)
        + f"GET /healthz HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n"
    )
    with connect(service) as sock:
        sock.sendall(text.encode())
        answer = drain(sock).decode("latin-1")
    assert statuses(answer) == [404 if path == "/nothing" else 200 for path in paths] + [200], statuses(
        answer
    )
    post = f"POST /api/sync/import HTTP/1.1\r\n{HEAD}Content-Length: 0\r\n\r\n"
    with connect(service) as sock:
        sock.sendall((post * 3 + f"GET /healthz HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n").encode())
        assert statuses(drain(sock).decode("latin-1")) == [200] * 4


def test_pages_of_others(service):
    """A page in a browser on the same machine can neither start an import nor read anything."""
    jobs = len(service.get("/api/sync/jobs")["jobs"])
    for head in (
        "Origin: https://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://localhost.evil.example\r\n",
        "Origin: http://localhost:1\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Origin: http://localhost@evil.example\r\n",
        "Origin: \r\n",
    ):
        assert statuses(one(service, "/api/sync/import", head=HEAD + head)) == [403], head
    for host in (
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example.",
        "127.0.0.1@evil.example",
        "[evil.example]",
        "[::1.evil.example]",
        "2130706433.evil.example",
        "localhost, evil.example",
    ):
        for method, target in (("POST", "/api/sync/import"), ("GET", "/api/sync/overview"), ("GET", "/")):
            assert statuses(one(service, target, method, f"Host: {host}\r\n"))[0] in (400, 403), (
                host,
                target,
            )
    refused(one(service, "/healthz", "GET", HEAD + "Host: evil.example\r\n"), (400, 403))
    assert len(service.get("/api/sync/jobs")["jobs"]) == jobs
    answer = one(service, "/api/sync/overview", "GET", HEAD + "Origin: https://evil.example\r\n")
    assert "access-control" not in answer.lower(), answer[:800]
    assert (
        "x-content-type-options: nosniff" in answer.lower()
        and "cross-origin-resource-policy: same-origin" in answer.lower()
    ), answer[:800]


def test_slow(service):
    """Connections that send, or read, byte by byte are cut off, and others are served meanwhile."""
    begin = time.monotonic()
    slow = [connect(service) for _ in range(60)]
    live = set(slow)
    while live and time.monotonic() - begin < 40:
        for sock in list(live):
            try:
                sock.sendall(
                    b"G"
                    if sock is slow[0]
                    else b"GET /healthz HTTP/1.1\r\nX: y"[: 1 + int(time.monotonic() * 10) % 20]
                )
                sock.setblocking(False)
                if sock.recv(1000) is not None:
                    live.discard(sock)
            except BlockingIOError:
                pass
            except OSError:
                live.discard(sock)
        assert service.get("/api/sync/status") is not None
        time.sleep(0.2)
    assert not live, f"{len(live)} slow connections are still there"
    for sock in slow:
        sock.close()


def test_many(service):
    """More connections than are allowed, events that nobody reads, connections that are reset: all of it passes."""
    held = []
    for number in range(300):
        try:
            sock = connect(service)
            sock.sendall(
                f"GET /api/sync/{'events' if number % 2 else 'overview'} HTTP/1.1\r\n{HEAD}\r\n".encode()
            )
            held.append(sock)
        except OSError:
            break
    for sock in held:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()
    service.until(lambda: one(service, "/healthz", "GET").startswith("HTTP/1.1 200"), "an answer")


def memory(service):
    """Resident bytes and open descriptors."""
    with open(f"/proc/{service.process.pid}/status", encoding="utf-8") as file:
        resident = int(re.search(r"VmRSS:\s*(\d+)", file.read())[1]) * 1024
    return resident, len(os.listdir(f"/proc/{service.process.pid}/fd"))


def main():
    with Service(QUICK, service={"request_timeout": "3s", "max_connections": 100}) as service:
        one(service, "/api/sync/import")
        tests = (
            test_paths,
            test_heads,
            test_smuggling,
            test_pipelining,
            test_pages_of_others,
            test_slow,
            test_many,
        )
        before = memory(service)
        for test in tests:
            test(service)
            assert service.process.poll() is None, test.__name__
            assert statuses(one(service, "/healthz", "GET")) == [200], test.__name__
            print("ok", test.__name__, flush=True)
        service.until(lambda: memory(service)[1] <= before[1] + 2, "descriptors to be closed", 20)
        after = memory(service)
        print("resident and descriptors", before, after)
        assert after[0] < before[0] + (64 << 20)
        assert service.stop() == 0 or service.process.returncode == 143


if __name__ == "__main__":
    main()
