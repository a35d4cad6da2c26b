"""The served document against the server: schemathesis makes requests of it, and holds every answer against it.

    PALIMPSEST_BIN=target/debug/palimpsest python conformance/openapi.test.py
"""

from pathlib import Path

from lib.checks import chapter, check, finish, same
from lib.schemathesis import found
from lib.server import Server, command, temporary_folder

folder = temporary_folder()
server = Server(folder / "data", "--log-level", "warn", "--fetch-links", "off")
office = Server(folder / "office", "--log-level", "warn")


def document():
    @check("the command line prints the document that is served and checked in")
    def _():
        checked_in = (Path(__file__).parent.parent / "docs/openapi.json").read_text()
        printed, code = command(folder / "data", "openapi")
        same(code, 0)
        with server.client() as client:
            assert client.get("/openapi.json").text == printed.stdout == checked_in, "they differ"


chapter("document", document)
chapter("schemathesis", found, server, office, folder)
finish()
