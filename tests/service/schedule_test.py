# SPDX-License-Identifier: Apache-2.0
"""Imports that begin by themselves: by interval, at the start, and following the tip while others are asked for."""
import os
import time

from serving import Service


def jobs(service, **wanted):
    return [job for job in service.get("/api/sync/jobs")["jobs"] if all(job[key] == value for key, value in wanted.items())]


def entries(service):
    scopes = service.get("/api/sync/status")["statuses"]
    return scopes[0]["totalRecordsSynced"] if scopes else 0


def grow(service, blocks):
    path = os.path.join(service.path, "blocks")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(f"{blocks}\n")
    os.rename(path + ".new", path)


def growing(more, **options):
    service = Service(source={"blocks": 1000, "grow": "blocks"}, more=more, **options)
    with open(service.ini, encoding="utf-8") as file:
        text = file.read().replace("[pipeline]", "[pipeline]\npoll_interval = 50ms\nmax_retries = 0")
    with open(service.ini, "w", encoding="utf-8") as file:
        file.write(text)
    grow(service, 20)
    return service


def check_interval():
    """Imports that take longer than the interval follow each other; asked for ones come between; none overlap."""
    with Service(source={"blocks": 20, "pace": "300ms"}, more="[schedule]\ninterval = 1s\n") as service:
        service.until(lambda: len(jobs(service, trigger="schedule", state="completed")) >= 1, "the first import")
        assert service.request("POST", "/api/sync/import")[0] == 200
        service.until(lambda: len(jobs(service, trigger="schedule", state="completed")) >= 3, "three imports")
        ended = [job for job in jobs(service) if job["endedAt"]]
        times = sorted((job["startedAt"], job["endedAt"]) for job in ended)
        assert all(a[1] <= b[0] for a, b in zip(times, times[1:])), times
        schedule = service.get("/api/sync/overview")["schedule"]
        assert schedule["interval"] == 1 and schedule["follow"] is False and schedule["nextRunAt"], schedule
        assert schedule["lastResult"]["state"] == "completed", schedule


def check_on_start():
    with Service(more="[schedule]\ninterval = 1h\non_start = no\n") as service:
        time.sleep(0.5)
        overview = service.get("/api/sync/overview")
        assert overview["jobs"] == [] and overview["schedule"]["nextRunAt"] > overview["now"], overview["schedule"]
    with Service(more="[schedule]\non_start = yes\n") as service:
        service.until(lambda: len(jobs(service, trigger="schedule", state="completed")) == 1, "the import at the start")
        assert service.get("/api/sync/overview")["schedule"]["nextRunAt"] is None


def check_follow():
    """What is appended is stored at once. An import that is asked for meanwhile runs up to the tip of that time, and
    following goes on after it."""
    with growing("[schedule]\nfollow = yes\n") as service:
        service.until(lambda: entries(service) == 100, "the tip")
        grow(service, 40)
        service.until(lambda: entries(service) == 200, "what was appended")
        follower = jobs(service, trigger="follow", state="running")
        assert len(follower) == 1, jobs(service)
        grow(service, 60)
        status, _, _ = service.request("POST", "/api/sync/import")
        assert status == 200 and entries(service) == 300
        service.until(lambda: jobs(service, id=follower[0]["id"], state="running"), "following to go on")
        grow(service, 80)
        service.until(lambda: entries(service) == 400, "what was appended after that")
        assert service.request("POST", "/api/sync/import/Alpha")[0] == 200 and entries(service) == 400
        assert service.get("/api/sync/overview")["heights"]["atTip"] is True
        assert service.request("DELETE", "/api/sync/jobs/" + follower[0]["id"])[0] == 202
        service.until(lambda: jobs(service, id=follower[0]["id"], state="cancelled"), "following to end")
        grow(service, 100)
        time.sleep(0.5)
        assert entries(service) == 400, "it was cancelled"
        service.stop()
        service.start()
        service.until(lambda: entries(service) == 500, "following after a new start")
        assert service.stop() == 0, service.log()


def check_follow_again():
    """A follower that fails is told as a failed job, and begins again by itself."""
    with growing("[schedule]\nfollow = yes\n") as service:
        with open(service.ini, encoding="utf-8") as file:
            text = file.read()
        service.stop()
        with open(service.ini, "w", encoding="utf-8") as file:
            file.write(text.replace("grow = blocks", "grow = blocks\nfault = fail\nat = 10\ntimes = 1"))
        service.start()
        service.until(lambda: jobs(service, trigger="follow", state="failed"), "it to fail")
        assert service.get("/api/sync/overview")["schedule"]["nextRunAt"], "when it begins again"
        service.until(lambda: entries(service) == 100, "the tip all the same")


check_interval()
check_on_start()
check_follow()
check_follow_again()
