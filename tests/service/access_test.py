# SPDX-License-Identifier: Apache-2.0
"""Who may ask: the token, pages of other sites, and what is refused at the start."""
import http.client
import os
import signal
import socket
import subprocess

from serving import BUILD, Service

TOKEN = "correct-horse-battery-staple"
SMALL = {"blocks": 20}
OPEN = ("/", "/healthz", "/readyz", "/api/openapi.yaml")
CLOSED = ("/api/sync/status", "/api/sync/overview", "/api/sync/jobs", "/api/sync/jobs/1", "/api/sync/events")


def check_token():
    with Service(source=SMALL, service={"token": TOKEN}) as service:
        for path in OPEN:
            assert service.request("GET", path, token=False)[0] == 200, path
        for path in CLOSED:
            for wrong in ({}, {"Authorization": "Bearer " + TOKEN[:-1]}, {"Authorization": "Bearer " + TOKEN + "x"},
                          {"Authorization": "Basic " + TOKEN}, {"Authorization": "Bearer"}, {"Authorization": TOKEN},
                          {"Authorization": "Bearer " + TOKEN.upper()}):
                status, headers, body = service.request("GET", path, headers=wrong, token=False)
                assert status == 401 and headers["WWW-Authenticate"].startswith("Bearer"), (path, status, wrong)
                assert TOKEN.encode() not in body
        assert service.request("POST", "/api/sync/import", token=False)[0] == 401
        assert service.request("DELETE", "/api/sync/jobs/1", token=False)[0] == 401
        assert service.get("/api/sync/jobs") == {"jobs": []}, "nothing was begun"
        assert service.request("POST", "/api/sync/import")[0] == 200
        assert service.request("GET", "/api/sync/status", headers={"Authorization": "bearer  " + TOKEN})[0] == 200
        assert service.request("GET", "/api/sync/status", headers={"Host": "dcpipe.example"})[0] == 200


def check_not_logged():
    """Not even with --verbose."""
    with Service(source=SMALL, service={"token": TOKEN}) as service:
        service.stop()
        log = os.path.join(service.path, "log")
        with open(log, "wb") as err, subprocess.Popen([f"{BUILD}/dcpipe", "-c", service.ini, "--verbose", "serve"],
                                                      stderr=err) as process:
            def address():
                with open(log, encoding="utf-8") as file:
                    return file.read().partition("listening on http://")[2].partition("\n")[0]
            service.address = service.until(address, "the service to start")
            service.get("/api/sync/status")
            service.request("GET", "/api/sync/status?token=" + TOKEN)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        with open(log, encoding="utf-8") as file:
            text = file.read()
        assert "GET /api/sync/status: 200" in text and TOKEN not in text, text
        dump = subprocess.run([f"{BUILD}/dcpipe", "-c", service.ini, "--dump-config"], capture_output=True, check=True)
        assert b"service.token=***" in dump.stdout and TOKEN.encode() not in dump.stdout


def check_refused():
    """Configurations that a start refuses, with 78, and --check as well; other commands do not mind."""
    for options, word in (({"listen": "0.0.0.0:0"}, "token"), ({"listen": "[::]:0"}, "token"), ({"listen": "8787"}, "ADDRESS:PORT"),
                          ({"listen": "127.0.0.1:99999"}, "ADDRESS:PORT"), ({"listen": "unix:"}, "path"),
                          ({"token": "short"}, "16"), ({"cors_origins": "*"}, "origin"), ({"tokn": TOKEN}, "token"),
                          ({"cors_origins": "https://a.example/path"}, "origin"), ({"max_connections": "0"}, "max_connections")):
        service = Service(source=SMALL, service=options)
        for arguments in (["serve"], ["--check"]):
            result = subprocess.run([f"{BUILD}/dcpipe", "-c", service.ini, *arguments], capture_output=True, check=False,
                                    timeout=60)
            assert result.returncode == 78 and word.encode() in result.stderr, (options, arguments, result)
        result = subprocess.run([f"{BUILD}/dcpipe", "-c", service.ini, "--quiet"], capture_output=True, check=False)
        assert result.returncode == 0, result
        service.directory.cleanup()
    with Service(source=SMALL, service={"listen": "0.0.0.0:0", "token": TOKEN}) as service:
        service.address = service.address.replace("0.0.0.0", "127.0.0.1")
        assert service.get("/api/sync/jobs") == {"jobs": []}


def check_taken():
    """An address, or a state directory, that another service has."""
    with Service(source=SMALL) as service:
        with open(service.ini, encoding="utf-8") as file:
            text = file.read()
        for old, new, word in (("127.0.0.1:0", service.address, b"taken"), ("state = state", "state = state", b"locked")):
            other = service.ini + ".other"
            with open(other, "w", encoding="utf-8") as file:
                file.write(text.replace(old, new).replace("state = state", "state = " + ("state" if word == b"locked" else "more")))
            result = subprocess.run([f"{BUILD}/dcpipe", "-c", other, "serve"], capture_output=True, check=False, timeout=60)
            assert result.returncode == 1 and word in result.stderr, result


def check_browsers():
    page, good = "https://evil.example", "https://good.example:8443"
    with Service(source=SMALL) as service:
        own = service.url
        status, headers, _ = service.request("GET", "/api/sync/status", headers={"Origin": page})
        assert status == 200 and not any(name.startswith("Access-Control") for name in headers), headers
        for method, path in (("POST", "/api/sync/import"), ("DELETE", "/api/sync/jobs/1")):
            for headers in ({"Origin": page}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"},
                            {"Origin": page, "Host": "evil.example"}, {"Origin": own + "0"}):
                assert service.request(method, path, headers=headers)[0] == 403, (method, headers)
        assert service.request("GET", "/api/sync/status", headers={"Host": "evil.example:80"})[0] == 403
        assert service.get("/api/sync/jobs") == {"jobs": []}
        for headers in ({"Origin": own}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Host": "localhost"}):
            assert service.request("POST", "/api/sync/import", headers=headers)[0] == 200, headers
        for name in ("X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy", "X-Frame-Options"):
            assert service.request("GET", "/api/sync/status")[1][name], name
    with Service(source=SMALL, service={"cors_origins": good + ", http://two.example"}) as service:
        ask = {"Origin": good, "Access-Control-Request-Method": "POST"}
        status, headers, body = service.request("OPTIONS", "/api/sync/import", headers=ask)
        assert status == 204 and headers["Access-Control-Allow-Origin"] == good and "POST" in headers["Access-Control-Allow-Methods"]
        assert "Authorization" in headers["Access-Control-Allow-Headers"] and body == b""
        status, headers, _ = service.request("POST", "/api/sync/import", headers={"Origin": good})
        assert status == 200 and headers["Access-Control-Allow-Origin"] == good and "Origin" in headers["Vary"]
        status, headers, _ = service.request("OPTIONS", "/api/sync/import", headers={**ask, "Origin": page})
        assert status == 405 and "Access-Control-Allow-Origin" not in headers
        assert service.request("POST", "/api/sync/import", headers={"Origin": page})[0] == 403


def check_unix():
    """A socket in the file system, beside the INI file, also where a killed process left one behind."""
    service = Service(source=SMALL, service={"listen": "unix:socket"})
    path = os.path.join(service.path, "socket")
    for number in (signal.SIGKILL, signal.SIGTERM):
        log = os.path.join(service.path, "log")
        with open(log, "wb") as err, subprocess.Popen([f"{BUILD}/dcpipe", "-c", service.ini, "serve"], stderr=err) as process:
            service.until(lambda: b"listening on unix:" in open(log, "rb").read(), "the service to start")
            connection = http.client.HTTPConnection("localhost")
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(path)
            connection.request("POST", "/api/sync/import")
            assert connection.getresponse().status == 200
            process.send_signal(number)
            process.wait(60)
    assert not os.path.exists(path)
    service.directory.cleanup()


check_token()
check_not_logged()
check_refused()
check_taken()
check_browsers()
check_unix()
