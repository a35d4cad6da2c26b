"""The process: how it stops, what it is told by flags, variables and a file, and that a folder has one owner."""

import json
import signal
import socket
import tempfile
import time
from pathlib import Path

from lib.checks import check, same
from lib.server import Process, Server, command, refused
from lib.wire.speak import Wire, new_page

PAGE = b'{"structureId":"RootPage","properties":{"title":{"type":"title","title":{"value":"in flight"}}}}'


def process(folder):
    stopping(folder)
    settings(folder)
    owning(folder)


def stopping(folder):
    @check("SIGTERM lets a request in flight end well, takes no new connection, and the exit code is 0")
    def _():
        server = Server(folder / "stopping")
        token = server.token
        with Wire(server.address) as wire, Wire(server.address) as idle:
            idle.request("GET", "/space", token)
            same(idle.answer()[0], 200)
            wire.request("POST", "/object", token, [f"Content-Length: {len(PAGE)}", "Expect: 100-continue"])
            same(wire.head()[0], 100)
            wire.send(PAGE[:10])
            server.signal(signal.SIGTERM)
            server.until(lambda: "stopping" in server.log, "saying that it stops")
            assert idle.is_closed(), "an idle connection is closed"
            wait_until(lambda: not accepts(server.address), "it takes no new connection")
            wire.send(PAGE[10:])
            status, _, body = wire.answer()
            same(status, 200)
            assert wire.is_closed()
        same(server.ended(), 0)
        again = Server(folder / "stopping")
        with again.client(token) as client:
            same(client.get("/object", params={"id": json.loads(body)["id"]}).json(), json.loads(body))
        same(again.stop(), 0)

    @check("SIGINT stops the server as well, with idle connections open, and within two seconds")
    def _():
        server = Server(folder / "stopping")
        with Wire(server.address):
            begun = time.monotonic()
            same(server.stop(signal.SIGINT), 0)
            assert time.monotonic() - begun < 2, f"{time.monotonic() - begun:.1f} s"

    @check("a server that is stopped right after it told its address stops well")
    def _():
        for _ in range(3):
            same(Server(folder / "stopping").stop(), 0)


def settings(folder):
    def serves(server):
        """The server answers; and stops."""
        with server.client() as client:
            same(client.get("/space").status_code, 200)
        same(server.stop(), 0)

    @check("PALIMPSEST_DATA and PALIMPSEST_LISTEN are honoured")
    def _():
        data = folder / "by variable"
        server = Server(data, env={"PALIMPSEST_DATA": str(data), "PALIMPSEST_LISTEN": "127.0.0.1:0"}, listen=False, name_data=False)
        serves(server)
        assert (data / "palimpsest.db").exists()

    @check("PALIMPSEST_DATA is honoured by the other commands too")
    def _():
        listing = Process("space", "list", "--json", env={"PALIMPSEST_DATA": str(folder / "by variable")})
        same((listing.ended(), len(json.loads(listing.stdout))), (0, 1))

    @check("PALIMPSEST_LOG_FORMAT and PALIMPSEST_LOG_LEVEL are honoured")
    def _():
        server = Server(folder / "logging", env={"PALIMPSEST_LOG_FORMAT": "json"})
        serves(server)
        assert all(json.loads(line)["level"] for line in server.log.splitlines()), server.log
        silent = Server(folder / "logging", env={"PALIMPSEST_LOG_LEVEL": "error"})
        same((silent.stop(), silent.log), (0, ""))

    def config(name, text):
        path = folder / name
        path.write_text(text)
        return path

    @check("a TOML file is honoured, named by --config or by PALIMPSEST_CONFIG")
    def _():
        data = folder / "by file"
        path = config("good.toml", f'data = "{data}"\nlisten = "127.0.0.1:0"\nlog-format = "json"\nlog-level = "debug"\n')
        server = Server(data, "--config", path, listen=False, name_data=False)
        serves(server)
        assert '"level":"INFO"' in server.log and (data / "palimpsest.db").exists(), server.log
        named = Server(data, env={"PALIMPSEST_CONFIG": str(path)}, listen=False, name_data=False)
        same(named.stop(), 0)

    @check("whether pages are looked at is read from the file; a variable and a flag win over it")
    def _():
        def looks(file, variable, *flags):
            path = config("links.toml", f'fetch-links = "{file}"\nlog-level = "debug"\n')
            server = Server(folder / "links", "--config", path, *flags, env={"PALIMPSEST_FETCH_LINKS": variable})
            token.append(server.token)
            with server.client(token[0]) as client:
                same(client.post("/object/url", json={"url": "http://127.0.0.1/"}).status_code, 200)
            same(server.stop(), 0)
            return "could not be had" in server.log

        token = []
        same([looks("public", None), looks("off", None), looks("public", "off"), looks("off", "off", "--fetch-links", "public")], [True, False, False, True])

    @check("a flag wins over a variable, and a variable over the file")
    def _():
        path = config("weak.toml", f'data = "{folder}/nowhere"\nlisten = "127.0.0.1:1"\nlog-format = "text"\n')
        env = {"PALIMPSEST_CONFIG": str(path), "PALIMPSEST_LISTEN": "127.0.0.1:2", "PALIMPSEST_LOG_FORMAT": "json"}
        server = Server(folder / "strong", env=env)
        serves(server)
        assert json.loads(server.log.splitlines()[0]), server.log
        assert not (folder / "nowhere").exists()

    def refuses(arguments, *words, env=None):
        """Refused before the data folder is even made."""
        data = Path(tempfile.mkdtemp(dir=folder)) / "data"
        refused(Process("serve", "--data", data, *arguments, env=env), *words)
        assert not data.exists()

    @check("an unknown key in the TOML file is refused by its name")
    def _():
        refuses(["--config", config("unknown.toml", 'lisen = "127.0.0.1:0"\n')], "lisen", "unknown.toml")

    @check("a value of the wrong kind in the TOML file is refused")
    def _():
        refuses(["--config", config("wrong.toml", "listen = 5\n")], "listen", "wrong.toml")
        refuses(["--config", config("level.toml", 'log-level = "loud"\n')], "loud", "level.toml")
        refuses(["--config", config("links.toml", 'fetch-links = "private"\n')], "private", "links.toml")

    @check("a file that is no TOML, or is not there, is refused by its name")
    def _():
        refuses(["--config", config("broken.toml", "listen = \n")], "broken.toml")
        refuses(["--config", folder / "missing.toml"], "missing.toml")

    @check("a wrong flag or variable is refused by its name")
    def _():
        refuses(["--lisen", "x"], "--lisen")
        refuses(["--log-level", "loud"], "loud")
        refuses(["--fetch-links", "all"], "all")
        refuses([], "all", env={"PALIMPSEST_FETCH_LINKS": "all"})
        refuses([], "loud", env={"PALIMPSEST_LOG_LEVEL": "loud"})

    @check("an address that is none, or in use, is refused by its name")
    def _():
        refused(Process("serve", "--data", folder / "address", "--listen", "nowhere"), "nowhere")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            refused(Process("serve", "--data", folder / "address", "--listen", address), address, "in use")

    @check("a first start that fails for its address leaves the token for the next one to print")
    def _():
        with socket.create_server(("127.0.0.1", 0)) as taken:
            refused(Process("serve", "--data", folder / "second try", "--listen", f"127.0.0.1:{taken.getsockname()[1]}"))
        started = Process("serve", "--data", folder / "second try", "--listen", "127.0.0.1:0")
        started.until(lambda: "address" in started.stdout, "telling its address")
        started.signal(signal.SIGTERM)
        same(started.ended(), 0)
        assert "\ntoken cap-api-" in started.stdout, started.stdout

    @check("--version and --help answer")
    def _():
        for argument, word in (("--version", "palimpsest"), ("--help", "serve")):
            asked = Process(argument)
            same(asked.ended(), 0)
            assert word in asked.stdout, asked.stdout


def owning(folder):
    data = folder / "owned"
    server = Server(data)

    @check("a second server on the same folder is refused and says why, and the first goes on")
    def _():
        refused(Process("serve", "--data", data, "--listen", "127.0.0.1:0"), str(data), "in use")
        with server.client() as client:
            new_page(client)

    @check("commands on a served folder go through the server")
    def _():
        made, code = command(data, "token", "create", "--name", "second")
        same(code, 0)
        with server.client(made.stdout.split()[-1]) as client:
            same(client.get("/space").status_code, 200)

    @check("a space's time zone can be set while it is served and while it is not, and is listed nowhere a client looks")
    def _():
        same(command(data, "space", "timezone", "My space", "europe/berlin")[1], 0)
        with server.client() as client:
            same(set(client.get("/space").json()) - {"icon"}, {"id", "title"})
        assert command(data, "space", "timezone", "Nobody's", "UTC")[1] > 0

    @check("a folder is free again after kill -9, and its control socket is replaced")
    def _():
        token = server.token
        server.kill()
        assert (data / "control.sock").exists()
        _, code = command(data, "token", "create", "--name", "third")
        same(code, 0)
        again = Server(data)
        with again.client(token) as client:
            same(client.get("/space").status_code, 200)
        same(command(data, "space", "list")[1], 0)
        same(again.stop(), 0)


def accepts(address):
    try:
        socket.create_connection(address, timeout=2).close()
        return True
    except ConnectionError:
        return False


def wait_until(holds, what, seconds=10):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.02)
