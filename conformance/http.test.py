"""A foreign HTTP stack and bare sockets against the server: paths, headers, bodies, limits, the order of checks, messages,
connections; and the process around them: signals, settings, the folder and its file.

    PALIMPSEST_BIN=target/debug/palimpsest python conformance/http.test.py
"""

from lib.checks import chapter, finish
from lib.server import Server, command, temporary_folder
from lib.wire.bodies import bodies
from lib.wire.connections import NeverReads, SlowHeads, connections
from lib.wire.files import files
from lib.wire.headers import headers
from lib.wire.messages import messages
from lib.wire.order import order
from lib.wire.preferences import preferences
from lib.wire.process import process
from lib.wire.transactions import transactions

folder = temporary_folder()
server = Server(folder / "data")
reader = command(folder / "data", "token", "create", "--name", "reader", "--scope", "read")[0].stdout.split()[-1]

slow = SlowHeads(server.address)
never = NeverReads(server)
chapter("headers", headers, server, reader)
chapter("bodies", bodies, server)
chapter("order of checks", order, server, reader)
chapter("messages", messages, server)
chapter("preferences", preferences, server)
chapter("transactions", transactions, server)
chapter("connections", connections, server)
chapter("process", process, folder)
chapter("files", files, folder)
chapter("slow clients", slow.checks)
chapter("clients that never read", never.checks)
finish()
