# SPDX-License-Identifier: Apache-2.0
"""Clients that are slow, many, or speak no HTTP: they are cut off, and others are served meanwhile."""
import json
import resource
import socket
import threading
import time

from serving import Service


def connect(service):
    host, port = service.address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=60)


def answers(service):
    began = time.monotonic()
    assert service.get("/healthz")["status"] == "ready"
    return time.monotonic() - began


def trickle(sock, data, pause):
    """Sends byte by byte until the other side ends; the time that took."""
    began = time.monotonic()
    sock.settimeout(pause)
    for i in range(100000):
        try:
            sock.sendall(data[i % len(data):i % len(data) + 1])
            if sock.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return time.monotonic() - began


def check_slow(service):
    """The request must have come in time, however often something comes: head and body alike."""
    took = []
    def head():
        with connect(service) as sock:
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
            took.append(trickle(sock, b"X-Slow: 1\r\n", 0.1))
    def body():
        with connect(service) as sock:
            sock.sendall(b"POST /api/sync/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n")
            took.append(trickle(sock, b" ", 0.1))
    def nothing():
        with connect(service) as sock:
            began = time.monotonic()
            assert sock.recv(1) == b""
            took.append(time.monotonic() - began)
    threads = [threading.Thread(target=target) for target in (head, body, nothing) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert answers(service) < 10
        time.sleep(0.1)
    assert len(took) == 12 and all(1 < time_ < 20 for time_ in took), took


def check_many(service):
    """500 connections at once, half of them with a request, and all of them served."""
    sockets = [connect(service) for _ in range(500)]
    for sock in sockets[::2]:
        sock.sendall(b"GET /api/sync/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answers(service) < 20
    for sock in sockets[::2]:
        head = sock.recv(65536).decode()
        assert head.startswith("HTTP/1.1 200 "), head
    for sock in sockets[1::2]:
        sock.sendall(b"GET /api/sync/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        text = b""
        while part := sock.recv(65536):
            text += part
        assert json.loads(text.split(b"\r\n\r\n")[1])["success"] is True
    for sock in sockets:
        sock.close()


def check_full(service, most):
    """Beyond max_connections nobody gets in, and when they have gone everybody does."""
    sockets = [connect(service) for _ in range(most + 20)]
    time.sleep(0.2)
    for sock in sockets:
        sock.close()
    service.until(lambda: try_answers(service), "room")


def try_answers(service):
    try:
        return answers(service) < 20
    except (ConnectionError, OSError):
        return False


def check_garbage(service):
    for data in (b"\0" * 100, b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n",
                 b"GET /healthz HTTP/1.1\r\n" + b"X: " + b"y" * 100000 + b"\r\n\r\n",
                 b"POST /api/sync/import HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                 b"POST /api/sync/import HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
                 b"POST /api/sync/import HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                 b"GET " + b"/" * 60000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"):
        with connect(service) as sock:
            text = b""
            try:
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                while part := sock.recv(65536):
                    text += part
            except OSError:
                pass
            assert not text or text.split()[1][:1] in (b"4", b"5"), (data[:40], text[:200])
        answers(service)
    assert service.get("/api/sync/jobs") == {"jobs": []}, "none of that began an import"


soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(2000, hard), hard))
with Service(source={"blocks": 20}, service={"request_timeout": "2s"}) as one:
    check_garbage(one)
    check_slow(one)
with Service(source={"blocks": 20}) as one:
    check_many(one)
with Service(source={"blocks": 20}, service={"max_connections": 30}) as one:
    check_full(one, 30)
