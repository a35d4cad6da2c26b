"""Runs of schemathesis over the served document, and the checks on their reports."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from lib.checks import LONG, at_end, check, same
from lib.server import command
from lib.wire.speak import new_page

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
# In the test command every run makes the same requests; the long one draws new ones and tells the seed.
DRAWN = ["--max-examples", "200"] if LONG else ["--max-examples", "20", "--generation-deterministic"]
SECONDS = 1800 if LONG else 155
GRACE_SECONDS = 20
LEAST_CASES = 10_000 if LONG else 1_000


def found(server, office, folder):
    made, code = command(office.data, "admin-token", "--json")
    same(code, 0)
    operator = json.loads(made.stdout)["token"]
    end = time.monotonic() + SECONDS
    with server.client() as client:
        document = client.get("/openapi.json").json()
        # Of a document that it fetches itself it leaves out the path it came from.
        (folder / "openapi.json").write_text(json.dumps(document))
        for number in range(30):
            new_page(client, f"page {number}")
    operations = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    # The operator deletes spaces and revokes tokens that it has seen in answers, so that it has a server of its own.
    phases = ["fuzzing", "coverage"] if LONG else ["fuzzing"]
    managed = Run(office, operator, folder, phases, [*DRAWN, "--include-tag", "admin"], end)
    drawn = Run(server, server.token, folder, ["examples", "fuzzing", "stateful"], [*DRAWN, "--exclude-tag", "admin"], end)
    # Every edge of every schema, one by one: many, and always the same. Without time for all of them some will do.
    edges = Run(server, server.token, folder, ["coverage"], ["--generation-deterministic", "--exclude-tag", "admin"], end)
    runs = [managed, drawn, edges]

    @check("every operation of the document is tested to the end")
    def _():
        counted = [run.report["operations"] for run in (managed, drawn)]
        total = [sum(one[what] for one in counted) for what in ("tested", "errored", "skipped")]
        same(total, [len(operations), 0, 0])
        assert managed.report["complete"] and drawn.report["complete"], f"it had {SECONDS} s"
        assert edges.report["complete"] or not LONG, f"it had {SECONDS} s"

    @check(f"there are at least {LEAST_CASES} cases")
    def _():
        assert sum(run.cases for run in runs) >= LEAST_CASES, [run.cases for run in runs]

    @check("links between operations are followed")
    def _():
        covered = re.search(r"API Links: +(\d+) covered", drawn.told)
        assert covered and int(covered[1]) >= 3, drawn.told[-3000:]

    @check("no phase ends with an error")
    def _():
        same([error for run in runs for error in run.report["errors"]], [])
        phases = [(name, run.report["phases"][name]["status"]) for run in runs for name in run.phases]
        same([(name, status) for name, status in phases if status not in ("success", "interrupted")], [])

    for operation in sorted(operations):

        @check(f"nothing is found about {operation}")
        def _(operation=operation):
            failures = [failure for run in runs for failure in run.report["failures"]]
            same([failure["title"] for failure in failures if operation in failure["operations"]], [])

    @check("the servers live on and have not panicked")
    def _():
        with server.client() as client:
            same(client.get("/space").status_code, 200)
        with office.client(operator) as client:
            same(client.get("/admin/spaces").status_code, 200)
        for one in (server, office):
            assert "panicked" not in one.log, one.log[-2000:]


class Run:
    """A run through some phases, ended early when the time is over: its report, and what it printed."""

    def __init__(self, server, secret, folder, phases, choice, end):
        self.phases = phases
        place = folder / f"{phases[0]}-{server.data.name}.json"
        command = [Path(sys.executable).with_name("st"), "run", "openapi.json", "--url", server.url]
        command += ["--header", f"Authorization: Bearer {secret}", "--checks", ",".join(CHECKS)]
        command += ["--phases", ",".join(phases), "--warnings", "off", "--no-color"]
        command += ["--report", "json", "--report-json-path", place, *choice]
        pipe = subprocess.PIPE
        child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.STDOUT, text=True)
        at_end(child.kill)
        try:
            self.told, _ = child.communicate(timeout=max(end - time.monotonic(), 1))
        except subprocess.TimeoutExpired:
            # What was found until now is reported all the same.
            child.send_signal(signal.SIGINT)
            self.told, _ = child.communicate(timeout=GRACE_SECONDS)
        print(self.told, flush=True)
        self.report = json.loads(place.read_text())
        self.cases = self.report["test_cases"]["generated"]
