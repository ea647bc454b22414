# SPDX-License-Identifier: Apache-2.0
"""An import from a source that lists says what it listed, and does not call it no entries."""
import json
import os
import subprocess
import sys

from serving import Service

LEDGER = os.path.join(os.environ.get("DCPIPE_VECTORS") or os.environ["srcdir"] + "/data/vectors", "ledger", "small.ledger")
REPLICA = os.path.join(os.environ["builddir"], "dcpipe-replica")
ICP = os.path.join(os.environ["top_builddir"], "uninstalled/sources/icp.so")


def imported(service):
    status, _, body = service.request("POST", "/api/sync/import")
    assert status == 200, body
    return json.loads(body)["data"]


def check(url):
    source = {"plugin": "icp", "url": url, "trust": "none", "method": "ledger_entries"}
    with Service(source=source) as service:
        first = imported(service)
        rows = first["stats"].get("rowsListed", 0)
        assert rows > 100, first
        assert first["message"] == f"imported all that is listed: {rows} new rows", first
        assert first["stats"]["totalProcessed"] == 0, first
        again = imported(service)
        assert again["stats"]["rowsListed"] == 0 and again["message"] == "imported all that is listed: 0 new rows", again


def main():
    for path in (REPLICA, ICP, LEDGER):
        if not os.path.exists(path):
            print(f"there is no {path}")
            sys.exit(77)
    with subprocess.Popen([REPLICA, "--ledger", LEDGER, "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as replica:
        url = None
        for line in replica.stdout:
            name, _, value = line.strip().partition("=")
            url = value if name == "url" else url
            if name == "generation":
                break
        check(url)
        replica.stdin.close()


main()
