"""The served document against the server: schemathesis makes requests of it, and holds every answer against it.

    PALIMPSEST_BIN=target/debug/palimpsest python conformance/openapi.test.py
"""

from lib.checks import chapter, finish
from lib.schemathesis import found
from lib.server import Server, temporary_folder

folder = temporary_folder()
server = Server(folder / "data", "--log-level", "warn")

chapter("schemathesis", found, server, folder)
finish()
