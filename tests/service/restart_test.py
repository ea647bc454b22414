# SPDX-License-Identifier: Apache-2.0
"""How the service ends and begins again: drained by SIGTERM, killed in the middle, watched by systemd."""
import json
import os
import signal
import socket
import subprocess
import threading

from serving import BUILD, Service

SLOW = {"blocks": 300, "pace": "30ms", "batch": 3}


def dump(service):
    result = subprocess.run([f"{BUILD}/dcpipe", "-c", service.ini, "dump", "ledger_entries"], capture_output=True, check=True)
    return result.stdout


def plain():
    """The table of an undisturbed run."""
    with Service(source={"blocks": 300}) as service:
        assert service.request("POST", "/api/sync/import")[0] == 200
        return dump(service)


def half_way(service, job):
    def blocks():
        progress = service.get(f"/api/sync/jobs/{job}")["job"]["progress"]
        return progress and progress["sinks"][0]["blocks"] > 30
    service.until(blocks, "half of the import")


def check_killed(expected):
    """An import that was accepted is run, however often the process is killed; so is what was queued behind it."""
    with Service(source=SLOW) as service:
        job, queued = service.start_import(), service.start_import()
        for _ in range(3):
            half_way(service, job)
            assert service.stop(signal.SIGKILL) == -signal.SIGKILL
            before = len(dump(service).splitlines())
            assert 0 < before < 1500, before
            service.start()
        ended = service.wait_job(job)
        assert ended["state"] == "completed" and ended["id"] == job, ended
        assert service.wait_job(queued)["state"] == "completed"
        assert "is run again" in service.log()
        assert dump(service) == expected


def check_drained(expected):
    """SIGTERM: the batch is finished, who waits is told, no new import is taken, and the next start goes on."""
    with Service(source=SLOW) as service:
        answers = []
        thread = threading.Thread(target=lambda: answers.append(service.request("POST", "/api/sync/import")))
        thread.start()
        service.until(lambda: service.get("/api/sync/jobs")["jobs"], "the import to begin")
        half_way(service, "1")
        assert service.stop() == 0, service.log()
        thread.join(60)
        status, headers, body = answers[0]
        assert status == 503 and headers["Retry-After"] and "job 1 goes on" in json.loads(body)["details"], answers
        assert 0 < len(dump(service).splitlines()) < 1500
        service.start()
        assert service.wait_job("1")["state"] == "completed"
        assert dump(service) == expected


def check_damaged():
    """A history that makes no sense is not overwritten."""
    with Service(source={"blocks": 20}) as service:
        service.stop()
        path = os.path.join(service.path, "state/jobs.json")
        job = '{"id":"%s","scope":"all","trigger":"request","state":"completed"}'
        for text in ("{}", "x", '{"next":1,"jobs":[{}]}', '{"next":0,"jobs":[]}', '{"next":-5,"jobs":[]}',
                     '{"next":9223372036854775807,"jobs":[]}', '{"next":1,"jobs":[%s]}' % (job % 2**63),
                     '{"next":1,"jobs":[%s]}' % (job % -1), ""):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            result = subprocess.run([f"{BUILD}/dcpipe", "-c", service.ini, "serve"], capture_output=True, check=False, timeout=60)
            assert result.returncode == 1 and b"jobs.json" in result.stderr, (text, result)
            with open(path, encoding="utf-8") as file:
                assert file.read() == text
        os.unlink(path)
        service.start()


def check_notify():
    """systemd hears when the service is ready, that it lives, and that it stops; also in the abstract namespace."""
    with Service(source={"blocks": 20}) as service:
        service.stop()
        for name in (os.path.join(service.path, "notify"), "\0dcpipe-test-" + str(os.getpid())):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.settimeout(60)
                sock.bind(name)
                environment = {**os.environ, "NOTIFY_SOCKET": name.replace("\0", "@"), "WATCHDOG_USEC": "600000"}
                with subprocess.Popen([f"{BUILD}/dcpipe", "-c", service.ini, "serve"], env=environment,
                                      stderr=subprocess.DEVNULL) as process:
                    assert sock.recv(4096).startswith(b"READY=1\nSTATUS=listening on http://127.0.0.1:")
                    assert sock.recv(4096) == sock.recv(4096) == b"WATCHDOG=1"
                    process.send_signal(signal.SIGTERM)
                    while (text := sock.recv(4096)) == b"WATCHDOG=1":
                        pass
                    assert text == b"STOPPING=1", text
                    assert process.wait(60) == 0


TABLE = plain()
check_killed(TABLE)
check_drained(TABLE)
check_damaged()
check_notify()
