# SPDX-License-Identifier: Apache-2.0
"""The three endpoints of an import, member by member, with the golden ledger; and every kind of bad input."""
import json
import os
import subprocess

from serving import BUILD, Service, first_sink

VECTORS = os.path.join(os.environ.get("DCPIPE_VECTORS") or os.environ["srcdir"] + "/data/vectors", "ledger")
LEDGER = os.path.join(VECTORS, "small.ledger")
DECODERS = (("*", "entry", {}), ("ProvRegister", "registration", {}), ("ProvProfile", "profile", {}),
            ("NPProfile", "profile", {}), ("ProvOffering", "offering", {}), ("ContractSignReq", "contract", {}))
STATS = ["totalProcessed", "usersCreated", "profilesCreated", "offeringsCreated", "ledgerEntriesCreated", "errors"]
STATUS = ["tableName", "lastSyncedBlockOffset", "lastSyncedAt", "totalRecordsSynced", "syncErrors", "lastError"]


def golden(**more):
    for plugin in {plugin for _, plugin, _ in DECODERS}:
        if not os.path.exists(f"{BUILD}/uninstalled/decoders/{plugin}.so"):
            print(f"the decoder {plugin} was not built")
            raise SystemExit(77)
    return Service(source={"plugin": "ledger_file", "path": LEDGER}, decoders=DECODERS, **more)


def dcpipe(service, *arguments):
    result = subprocess.run([f"{BUILD}/dcpipe", "-c", service.ini, *arguments], capture_output=True, check=True)
    return [json.loads(line) for line in result.stdout.splitlines()]


def post(service, path, body=None, headers=None):
    status, headers, text = service.request("POST", path, body, headers)
    assert headers["Content-Type"] == "application/json", headers
    return status, headers, json.loads(text)


def failed(answer, status, word):
    """It is an error with that status, in the form that all errors have, whose details have the word."""
    code, _, body = answer
    assert code == status, answer
    assert set(body) == {"success", "error", "details"} and body["success"] is False, body
    assert word in body["details"], (word, body)


def check_import(service):
    assert service.get("/api/sync/status") == {"statuses": [], "totalTables": 0}
    status, headers, body = post(service, "/api/sync/import", {"batchSize": 7})
    assert status == 200 and body["success"] is True and set(body["data"]) == {"message", "stats"}, body
    assert headers["Location"] == "/api/sync/jobs/1", headers
    stats = body["data"]["stats"]
    assert list(stats) == STATS, stats
    tables = {name: len(dcpipe(service, "dump", name))
              for name in ("users", "provider_profiles", "provider_offerings", "ledger_entries", "failed_entries")}
    assert stats["usersCreated"] == tables["users"] > 0, (stats, tables)
    assert stats["profilesCreated"] >= tables["provider_profiles"] > 0, (stats, tables)
    assert stats["offeringsCreated"] >= tables["provider_offerings"] > 0, (stats, tables)
    assert stats["totalProcessed"] == stats["ledgerEntriesCreated"] == tables["ledger_entries"] > 0, (stats, tables)
    assert len(stats["errors"]) == tables["failed_entries"] > 0, (stats, tables)
    job = service.get("/api/sync/jobs/1")["job"]
    assert job["batchSize"] == 7 and job["stats"] == stats and job["state"] == "completed", job
    status, _, body = post(service, "/api/sync/import")
    assert status == 200 and body["data"]["stats"] == {name: [] if name == "errors" else 0 for name in STATS}, body


def check_status(service):
    """It is the table sync_status, in the names of the API."""
    data = service.get("/api/sync/status")
    rows = {row["table_name"]: row for row in dcpipe(service, "dump", "sync_status", "--all-columns")}
    assert data["totalTables"] == len(data["statuses"]) == len(rows) > 4, data
    for status in data["statuses"]:
        row = rows[status["tableName"]]
        assert list(status) == STATUS, status
        assert status["lastSyncedBlockOffset"] == row["last_synced_block_offset"], (status, row)
        assert status["lastSyncedAt"] == row["last_synced_at"], (status, row)
        assert status["totalRecordsSynced"] == row["total_records_synced"], (status, row)
        assert status["syncErrors"] == row["sync_errors"] == 0, (status, row)
        assert status["lastError"] is row["last_error"] is None, (status, row)


def check_labels(service):
    answer = post(service, "/api/sync/import/ContractSignRequest")
    assert answer[0] == 200 and answer[2]["data"]["stats"]["totalProcessed"] == 0, answer
    assert service.get("/api/sync/jobs")["jobs"][0]["scope"] == "ContractSignReq"
    failed(post(service, "/api/sync/import/ProvProfil"), 404, "NPProfile, ProvOffering, ProvProfile, ProvRegister")
    assert post(service, "/api/sync/import/RewardDistribution")[0] == 200, "an alias that another decoder declares"
    assert service.get("/api/sync/jobs")["jobs"][0]["scope"] == "RewardDistr"
    assert post(service, "/api/sync/import/DCTokenTransfer")[0] == 200, "a label that the sink holds, without a section"


def check_one_label():
    """Only the label's decoders move; others are filled by the import of everything."""
    with golden() as service:
        status, _, body = post(service, "/api/sync/import/ProvProfile")
        assert status == 200 and body["data"]["stats"]["profilesCreated"] > 0 == body["data"]["stats"]["usersCreated"]
        profiles = body["data"]["stats"]["profilesCreated"]
        names = [entry["tableName"] for entry in service.get("/api/sync/status")["statuses"]]
        assert "ProvProfile" in names and "all" not in names and "ProvRegister" not in names, names
        body = post(service, "/api/sync/import")[2]
        assert body["data"]["stats"]["profilesCreated"] == 0 < body["data"]["stats"]["usersCreated"], body
        assert len(dcpipe(service, "dump", "provider_profiles")) <= profiles


def check_bodies(service):
    path = "/api/sync/import"
    for body, word in ((b"no JSON", "not JSON"), (b'{"batchSize":', "not JSON"), (b"[]", "object"), (b"7", "object"),
                       (b"null", "object"), (b'{"batchSize":0}', "from 1 to"), (b'{"batchSize":-1}', "from 1 to"),
                       (b'{"batchSize":1000000000}', "from 1 to"), (b'{"batchSize":1.5}', "integer"),
                       (b'{"batchSize":"x"}', "integer"), (b'{"batchSize":"100"}', "integer"),
                       (b'{"batchSize":true}', "integer"), (b'{"batchSize":null}', "integer"),
                       (b'{"batchSize":[1]}', "integer"), (b'{"batchSize":1e400}', "not JSON"),
                       (b'{"batchSize":99999999999999999999}', "not JSON"), (b'{"batchSize":1,"batchSize":2}', "not JSON"),
                       (b'{"batchsize":1}', "batchSize"), (b'{"a":' * 5000, "not JSON"), (b"\xff\xfe{}", "not JSON"),
                       (b'{"batchSize":1}x', "not JSON"), (b'{"batchSize\\u0000":1}', "not JSON")):
        failed(post(service, path, body, {"Content-Type": "application/json"}), 400, word)
        failed(post(service, path + "/ProvProfile", body, {"Content-Type": "application/json"}), 400, word)
    failed(post(service, path, b"<a/>", {"Content-Type": "application/xml"}), 415, "application/json")
    for size in (65537, 300000, 5000000):
        failed(post(service, path, b" " * size), 413, "65536")
    assert post(service, path, b" " * 65534 + b"{}")[0] == 200
    assert post(service, path, b'{"batchSize":2.0}')[2]["success"] is True
    assert post(service, path, b'{"batchSize":5}', {"Content-Type": "application/x-www-form-urlencoded"})[0] == 200


def check_methods(service):
    for method, path, allow in (("GET", "/api/sync/import", "POST"), ("PUT", "/api/sync/import", "POST"),
                                ("DELETE", "/api/sync/import/ProvProfile", "POST"), ("POST", "/api/sync/status", "GET, HEAD"),
                                ("PATCH", "/api/sync/jobs", "GET, HEAD"), ("POST", "/api/sync/jobs/1", "GET, HEAD, DELETE"),
                                ("OPTIONS", "/api/sync/status", "GET, HEAD"), ("DELETE", "/", "GET, HEAD")):
        status, headers, body = service.request(method, path)
        failed((status, headers, json.loads(body)), 405, allow)
        assert headers["Allow"] == allow, headers["Allow"]
    status, headers, body = service.request("HEAD", "/api/sync/status")
    assert status == 200 and body == b"" and int(headers["Content-Length"]) > 50
    for path in ("/api/sync/statusx", "/api/sync", "/api/sync/import/", "/api/sync/import/a/b", "/favicon.ico", "/api/sync/jobs/"):
        status, headers, body = service.request("GET", path)
        failed((status, headers, json.loads(body)), 404, "nothing")


def check_overview(service):
    data = service.get("/api/sync/overview")
    sink = data["sinks"][0]
    scope = sink["scopes"][0]
    assert sink["name"] == "main" and sink["plugin"] == first_sink() and sink["error"] is None, sink
    assert scope["lastSyncedBlockOffset"] == sink["committed"]["position"] and scope["digest"] == sink["digest"], sink
    assert data["heights"]["atTip"] is True and data["heights"]["tip"] > sink["committed"]["position"], data["heights"]
    rows = dcpipe(service, "dump", "failed_entries")
    assert len(data["failedEntries"]) == len(rows), data["failedEntries"]
    row, entry = rows[-1], data["failedEntries"][0]
    assert sorted((r["block_offset"], r["entry_index"], r["reason"]) for r in rows) \
        == sorted((e["blockOffset"], e["entryIndex"], e["reason"]) for e in data["failedEntries"]), (row, entry)
    assert sum(minute["entries"] for minute in data["throughput"]) == sink["committed"]["entries"], data["throughput"]


def check_restart(service):
    """What was known is known again: from the store, and from the history."""
    before = service.get("/api/sync/overview"), service.get("/api/sync/status"), service.get("/api/sync/jobs")
    assert service.stop() == 0, service.log()
    service.start()
    after = service.get("/api/sync/overview"), service.get("/api/sync/status"), service.get("/api/sync/jobs")
    assert before[1:] == after[1:], (before, after)
    assert before[0]["sinks"] == after[0]["sinks"], (before, after)
    key = json.dumps
    assert sorted(map(key, before[0]["failedEntries"])) == sorted(map(key, after[0]["failedEntries"]))


def check_other_writer(service):
    """What another process writes is seen."""
    dcpipe(service, "reset", "--sink", "main", "--yes")
    service.until(lambda: service.get("/api/sync/status")["totalTables"] == 0, "the reset to be seen")
    status = subprocess.run([f"{BUILD}/dcpipe", "-c", service.ini, "--quiet"], check=False).returncode
    assert status == 3, status
    service.until(lambda: service.get("/api/sync/status")["totalTables"] > 4, "the import to be seen")
    check_status(service)


with golden() as one:
    check_import(one)
    check_status(one)
    check_labels(one)
    check_bodies(one)
    check_methods(one)
    check_status(one)
    check_overview(one)
    check_restart(one)
    check_other_writer(one)
check_one_label()
