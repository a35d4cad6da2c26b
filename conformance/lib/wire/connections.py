"""Connections: many, long, slow and broken ones."""

import socket
import threading
import time

import anyio
import httpx

from lib.checks import check, same
from lib.wire.bodies import port_of
from lib.wire.speak import Wire, is_refusal, new_page, paragraph, title

PARALLEL = 200


class SlowHeads:
    """Clients that never end the head of a request; begun early, because it takes ten seconds until they are cut off."""

    def __init__(self, address):
        self._seconds = {}
        self._threads = [
            threading.Thread(target=self._dribble, args=(address, "a byte a second", 1.0), daemon=True),
            threading.Thread(target=self._dribble, args=(address, "nothing more", 60.0), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _dribble(self, address, name, pace):
        begun = time.monotonic()
        try:
            with socket.create_connection(address, timeout=1) as connection:
                connection.sendall(b"GET /space HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
                sent = time.monotonic()
                while time.monotonic() - begun < 25:
                    try:
                        connection.settimeout(0.2)
                        if connection.recv(4096) == b"":
                            break
                    except TimeoutError:
                        pass
                    if time.monotonic() - sent > pace:
                        connection.sendall(b"x")
                        sent = time.monotonic()
        except ConnectionError:
            pass
        self._seconds[name] = time.monotonic() - begun

    def checks(self):
        for name in ("a byte a second", "nothing more"):
            @check(f"a client that sends {name} of its headers is cut off after about 10 s")
            def _():
                for thread in self._threads:
                    thread.join(30)
                assert 8 <= self._seconds[name] <= 16, f"{self._seconds[name]:.1f} s"


class NeverReads:
    """A client that asks for much and takes nothing of it; begun early, because it takes thirty seconds until it is cut off."""

    REQUESTS = 40

    def __init__(self, server):
        self._error = None
        with server.client() as client:
            page = new_page(client)["id"]
            answer = client.post("/blocks/append", json={"id": page, "blocks": [{"type": "CodeBlock", "lang": "", "text": "x" * 1_000_000}]})
            same(answer.status_code, 200)
        self._thread = threading.Thread(target=self._ask, args=(server.address, server.token, page), daemon=True)
        self._thread.start()

    def _ask(self, address, token, page):
        self._received = 0
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(address)
            request = f"GET /object?id={page} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
            connection.sendall(request.encode() * self.REQUESTS)
            time.sleep(34)
            connection.settimeout(5)
            try:
                while part := connection.recv(1 << 20):
                    self._received += len(part)
            except OSError as error:
                self._error = error

    def checks(self):
        @check("a client that takes nothing of its answers for 30 s is cut off, and others were served meanwhile")
        def _():
            self._thread.join(38)
            assert not self._thread.is_alive()
            assert not isinstance(self._error, TimeoutError), "the connection was open, and nothing came"
            assert self._received < self.REQUESTS * 1_000_000, f"all {self._received} bytes came"


def connections(server):
    with server.client() as client:
        many_on_one(server)
        many_at_once(server, client)
        broken(server, client)


def many_on_one(server):
    @check("300 requests, refused ones among them, go over one connection")
    def _():
        with server.client(limits=httpx.Limits(max_connections=1)) as one:
            page = new_page(one)
            ports = set()
            for number in range(100):
                for answer, status in (
                    (one.get("/object", params={"id": page["id"]}), 200),
                    (one.patch("/object", json={"id": page["id"], "properties": title(f"title {number}")}), 200),
                    (one.post("/blocks/append", content=b"{"), 400),
                ):
                    same(answer.status_code, status)
                    ports.add(port_of(answer))
            same(len(ports), 1)

    @check("requests that are sent without waiting are answered in their order")
    def _():
        with Wire(server.address) as wire:
            for number in range(10):
                wire.request("GET", "/space" if number % 2 else "/nowhere", server.token)
            same([wire.answer()[0] for _ in range(10)], [404, 200] * 5)

    @check("Connection: close is honoured")
    def _():
        with Wire(server.address) as wire:
            wire.request("GET", "/space", server.token, ["Connection: close"])
            same(wire.answer()[0], 200)
            assert wire.is_closed()

    @check("HTTP/1.0 is spoken")
    def _():
        with Wire(server.address) as wire:
            wire.send(f"GET /space HTTP/1.0\r\nAuthorization: Bearer {server.token}\r\n\r\n")
            same(wire.answer()[0], 200)
            assert wire.is_closed()


def many_at_once(server, client):
    @check(f"{PARALLEL} connections at once, each writing and reading, are all served")
    def _():
        page = new_page(client)
        opened, all_open, done = [], None, []

        async def one(number):
            nonlocal all_open
            async with server.async_client() as own:
                first = await own.get("/space")
                same(first.status_code, 200)
                opened.append(port_of(first))
                if len(opened) == PARALLEL:
                    all_open.set()
                await all_open.wait()
                appended = await own.post("/blocks/append", json={"id": page["id"], "blocks": [paragraph(f"from {number}")]})
                same(appended.status_code, 200)
                read = await own.get("/object", params={"id": page["id"]})
                assert f'"from {number}"' in read.text, "a client reads what it wrote"
                done.append(port_of(read))

        async def everyone():
            nonlocal all_open
            all_open = anyio.Event()
            async with anyio.create_task_group() as group:
                for number in range(PARALLEL):
                    group.start_soon(one, number)

        anyio.run(everyone)
        same(len(set(opened)), PARALLEL)
        same(set(done), set(opened))
        [blocks] = client.get("/object", params={"id": page["id"]}).json()["blocks"].values()
        same(sorted(block["tokens"][0]["text"] for block in blocks), sorted(f"from {number}" for number in range(PARALLEL)))


def broken(server, client):
    refused_or_closed = {
        "a line that is no request": b"hello\r\n\r\n",
        "a request of a TLS client": bytes.fromhex("160301020001000 1fc0303".replace(" ", "")) + bytes(100),
        "a header without a colon": b"GET /space HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n",
        "a header of 2 MB": b"GET /space HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 2_000_000 + b"\r\n\r\n",
        "10,000 headers": b"GET /space HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 10_000 + b"\r\n",
        "a path of 200 KB": b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        "two lengths": b"POST /object HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
        "a length that is none": b"POST /object HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "a chunk length that is none": b"POST /object HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    }
    for what, content in refused_or_closed.items():
        @check(f"{what} is refused or the connection closed, and the server goes on")
        def _():
            with Wire(server.address) as wire:
                try:
                    wire.send(content)
                    status, _ = wire.head()
                    assert 400 <= status < 500, status
                except ConnectionError:
                    pass
            same(client.get("/space").status_code, 200)

    @check("clients that hang up in the middle of anything do no harm")
    def _():
        request = f"POST /object HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\nContent-Length: 26\r\n\r\n".encode()
        whole = request + b'{"structureId":"RootPage"}'
        for end in range(0, len(whole), 7):
            with Wire(server.address) as wire:
                wire.send(whole[:end])
        same(client.get("/space").status_code, 200)

    @check("an unknown path with escapes, or a query with escapes, does no harm")
    def _():
        for path in ("/%00", "/%ff%fe", "/object?id=%ff", "/object?id=%00", "/object?%", "/object?id", "/space?x=" + "y" * 5000, "/../space"):
            with Wire(server.address) as wire:
                wire.request("GET", path, server.token)
                status, headers, body = wire.answer()
                assert status in (200, 400, 404), (path, status)
                assert headers["content-type"].startswith("application/json") and body, headers

    @check("after all that the server still writes")
    def _():
        is_refusal(client.get("/nowhere"), 404)
        new_page(client)
