"""A run of schemathesis over the served document, and the checks on its report."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

from lib.checks import LONG, at_end, check, same

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
PHASES = ["examples", "coverage", "fuzzing", "stateful"]

# In the test command every run makes the same requests; the long one draws new ones and tells the seed.
CHOICE = ["--max-examples", "200"] if LONG else ["--max-examples", "20", "--generation-deterministic"]
SECONDS = 840 if LONG else 155
GRACE_SECONDS = 20
LEAST_CASES = 10_000 if LONG else 2_000


def found(server, folder):
    with server.client() as client:
        document = client.get("/openapi.json").json()
    report, told = run(server, folder)
    operations = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}

    @check("every operation of the document is tested")
    def _():
        counted = report["operations"]
        same((counted["tested"], counted["errored"], counted["skipped"]), (len(operations), 0, 0))
        same(report["errors"], [])

    @check(f"there are at least {LEAST_CASES} cases")
    def _():
        assert report["test_cases"]["generated"] >= LEAST_CASES, report["test_cases"]

    for phase in PHASES:

        @check(f"the phase {phase} finds nothing")
        def _(phase=phase):
            same(report["phases"][phase]["status"], "success")

    @check("the stateful phase follows links")
    def _():
        covered = re.search(r"API Links: +(\d+) covered", told)
        assert covered and int(covered[1]) >= 5, told[-2000:]

    for operation in sorted(operations):

        @check(f"nothing is found about {operation}")
        def _(operation=operation):
            titles = [failure["title"] for failure in report["failures"] if operation in failure["operations"]]
            same(titles, [])

    @check("the server lives on and has not panicked")
    def _():
        with server.client() as client:
            same(client.get("/space").status_code, 200)
        assert "panicked" not in server.log, server.log[-2000:]


def run(server, folder):
    """Runs it within its time; answers its report and what it printed."""
    place = folder / "report.json"
    command = [Path(sys.executable).with_name("st"), "run", f"{server.url}/openapi.json"]
    command += ["--header", f"Authorization: Bearer {server.token}", "--checks", ",".join(CHECKS)]
    command += ["--phases", ",".join(PHASES), "--warnings", "off", "--no-color"]
    command += ["--report", "json", "--report-json-path", place, *CHOICE]
    child = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    at_end(child.kill)
    try:
        told, _ = child.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        # What it has found until then stands in its report all the same.
        child.send_signal(signal.SIGINT)
        told, _ = child.communicate(timeout=GRACE_SECONDS)
    print(told, flush=True)
    return json.loads(place.read_text()), told
