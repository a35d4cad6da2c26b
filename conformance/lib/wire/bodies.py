"""Request bodies: how they arrive, how large and how deep they may be (spec/01 §1, design/architecture.md "Limits")."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx

from lib.checks import check, same
from lib.wire.speak import Wire, is_refusal, new_page, paragraph, title

LIMIT = 4 << 20
DEPTH = 32
BLOCKS = 10_000
PAGE = b'{"structureId":"RootPage"}'


def bodies(server):
    with server.client() as client:
        arriving(server, client)
        too_large(server, client)
        not_json(client)
        too_deep(client)
        too_many(client)


def arriving(server, client):
    token = server.token
    json_of = ["Content-Type: application/json"]

    @check("Expect: 100-continue is answered before the body is sent")
    def _():
        with Wire(server.address) as wire:
            wire.request("POST", "/object", token, [*json_of, "Expect: 100-continue", f"Content-Length: {len(PAGE)}"])
            same(wire.head()[0], 100)
            wire.send(PAGE)
            same(wire.answer()[0], 200)
            wire.request("GET", "/space", token)
            same(wire.answer()[0], 200)

    @check("a client that expects 100-continue is told that its token is wrong or its body too large")
    def _():
        for secret, length, status in (("nonsense", len(PAGE), 401), (token, 5_000_000, 413)):
            with Wire(server.address, seconds=3) as wire:
                wire.request("POST", "/object", secret, [*json_of, "Expect: 100-continue", f"Content-Length: {length}"])
                first, _ = wire.head()
                if first == 100:
                    wire.send(b"x" * length)
                    first, _ = wire.head()
                same(first, status)

    @check("a chunked body is read")
    def _():
        answer = client.post("/object", content=iter([PAGE[:5], PAGE[5:6], PAGE[6:]]), headers={"Content-Type": "application/json"})
        same((answer.request.headers.get("transfer-encoding"), answer.status_code), ("chunked", 200))

    @check("chunks may be single bytes, with extensions and trailers")
    def _():
        with Wire(server.address) as wire:
            wire.request("POST", "/object", token, [*json_of, "Transfer-Encoding: chunked"])
            for byte in PAGE:
                wire.send(f"1;note=x\r\n{chr(byte)}\r\n")
            wire.send("0\r\nX-Trailer: y\r\n\r\n")
            same(wire.answer()[0], 200)
            wire.request("GET", "/space", token)
            same(wire.answer()[0], 200)

    @check("a body that ends early is no write")
    def _():
        head = client.get("/space").headers["palimpsest-revision"]
        with Wire(server.address) as wire:
            wire.request("POST", "/object", token, [*json_of, f"Content-Length: {len(PAGE) + 1}"], PAGE)
        same(client.get("/space").headers["palimpsest-revision"], head)


def too_large(server, client):
    def page_of(size):
        frame = len(json.dumps({"structureId": "RootPage", "ignored": ""}))
        return json.dumps({"structureId": "RootPage", "ignored": "x" * (size - frame)}).encode()

    def chunked(body):
        return (body[at:at + 65536] for at in range(0, len(body), 65536))

    @check("a body of exactly 4 MiB is taken, one byte more is a 413 that tells the limit")
    def _():
        same(len(page_of(LIMIT)), LIMIT)
        same(client.post("/object", content=page_of(LIMIT)).status_code, 200)
        for content in (page_of(LIMIT + 1), chunked(page_of(LIMIT + 1))):
            body = is_refusal(client.post("/object", content=content), 413)
            assert str(LIMIT) in body["message"], body

    for what, make in {"with its length told": lambda body: body, "in chunks": chunked}.items():
        @check(f"a body of 5 MB {what} is a 413 that the client can read, and its connection goes on")
        def _():
            with server.client(limits=httpx.Limits(max_connections=1)) as one:
                before = port_of(one.get("/space"))
                is_refusal(one.post("/object", content=make(b"x" * 5_000_000)), 413)
                after = one.get("/space")
                same((after.status_code, port_of(after)), (200, before))

        @check(f"a body of 20 MB {what} is a 413 or the end of the connection, and the server goes on")
        def _():
            with server.client() as one:
                try:
                    is_refusal(one.post("/object", content=make(b"x" * 20_000_000)), 413)
                except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
                    pass
                same(one.get("/space").status_code, 200)
                new_page(one)

    @check("eight bodies of 5 MB at once are eight 413s")
    def _():
        with ThreadPoolExecutor(8) as pool, server.client() as many:
            answers = list(pool.map(lambda _: many.post("/object", content=b"x" * 5_000_000), range(8)))
        for answer in answers:
            is_refusal(answer, 413)


def not_json(client):
    head = client.get("/space").headers["palimpsest-revision"]
    wrong = {
        "no JSON": b"hello",
        "JSON cut short": b'{"structureId":',
        "JSON with something after it": PAGE + b"x",
        "two values": PAGE + PAGE,
        "JavaScript": b"{structureId: 'RootPage'}",
        "a number that is none": b'{"structureId":"RootPage","x":NaN}',
        "a number without end": b'{"structureId":"RootPage","x":1e999}',
        "invalid UTF-8": b'{"structureId":"RootPage","x":"\xff\xfe"}',
        "overlong UTF-8": b'{"structureId":"RootPage","x":"\xc0\xaf"}',
        "half a surrogate pair": b'{"structureId":"RootPage","x":"\\ud800"}',
        "a raw control character": b'{"structureId":"RootPage","x":"\n"}',
        "zero bytes": b"\0\0\0\0",
    }
    for what, content in wrong.items():
        @check(f"a body of {what} is a 400 that says it is no JSON")
        def _():
            for method, path in (("POST", "/object"), ("PATCH", "/object"), ("POST", "/blocks/append"), ("PATCH", "/blocks/block")):
                body = is_refusal(client.request(method, path, content=content), 400)
                assert "JSON" in body["message"], body

    for what, content, received in (("a text", b'"x"', "string"), ("a list", b"[]", "array"), ("a number", b"5", "number"), ("null", b"null", "null"),
                                    ("nothing", b"", "undefined")):
        @check(f"a body that is {what} is a 400 that expected an object")
        def _():
            for method, path in (("POST", "/object"), ("PATCH", "/object"), ("POST", "/blocks/append"), ("PATCH", "/blocks/block")):
                is_refusal(client.request(method, path, content=content), 400, f"✖ Invalid input: expected object, received {received}")

    @check("none of these wrote anything")
    def _():
        same(client.get("/space").headers["palimpsest-revision"], head)

    @check("white space around JSON is fine")
    def _():
        same(client.post("/object", content=b" \r\n\t" + PAGE + b"\n ").status_code, 200)


def nested(levels):
    """A block with so many levels, itself the first."""
    block = paragraph(f"level {levels}")
    for level in range(levels - 1, 0, -1):
        block = paragraph(f"level {level}", blocks=[block])
    return block


def too_deep(client):
    page = new_page(client)
    [key] = page["blocks"]

    def attempts(levels):
        block = nested(levels)
        yield client.post("/blocks/append", json={"id": page["id"], "blocks": [block]})
        yield client.post("/object", json={"structureId": "RootPage", "blocks": {key: [block]}})
        yield client.patch("/object", json={"id": page["id"], "blocks": {key: [block]}})

    @check(f"blocks of {DEPTH} levels are taken")
    def _():
        same([answer.status_code for answer in attempts(DEPTH)], [200, 200, 200])

    for levels in (DEPTH + 1, 55):
        @check(f"blocks of {levels} levels are a 400 that tells the limit")
        def _():
            for answer in attempts(levels):
                body = is_refusal(answer, 400)
                assert str(DEPTH) in body["message"] and "deep" in body["message"].lower(), body

    @check("blocks that become too deep where they are put are a 400 that tells the limit")
    def _():
        answer = client.post("/blocks/append", json={"id": page["id"], "blocks": [nested(DEPTH)]})
        block = answer.json()["blocks"][key][-1]
        while block["blocks"]:
            block = block["blocks"][0]
        for more in ({"parentBlockId": block["id"], "blocks": [paragraph("x")]}, {"parentBlockId": block["id"], "markdown": "x"}):
            body = is_refusal(client.post("/blocks/append", json={"id": page["id"]} | more), 400)
            assert str(DEPTH) in body["message"], body
        update = {"id": page["id"], "blockId": block["id"], "block": paragraph("x", blocks=[paragraph("y")])}
        assert str(DEPTH) in is_refusal(client.patch("/blocks/block", json=update), 400)["message"]

    for what, content in {
        "200 levels of lists": b'{"structureId":"RootPage","x":' + b"[" * 200 + b"]" * 200 + b"}",
        "200 levels of objects": b'{"structureId":"RootPage","x":' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}",
        "200 levels of blocks": json.dumps({"id": page["id"], "blocks": [nested(200)]}).encode(),
        "a million brackets": b"[" * 1_000_000,
    }.items():
        @check(f"JSON of {what} is a 400 with a clear message, and the server goes on")
        def _():
            body = is_refusal(client.post("/blocks/append", content=content), 400)
            assert any(word in body["message"].lower() for word in ("deep", "recursion", "nest")), body
            same(client.get("/space").status_code, 200)


def too_many(client):
    line = {"type": "HorizontalLineBlock"}

    @check(f"{BLOCKS} blocks in one object are taken, one more is a 400 that tells the limit")
    def _():
        page = new_page(client)
        [key] = page["blocks"]
        append = {"id": page["id"], "blocks": [line] * (BLOCKS - 1)}
        same(client.post("/blocks/append", json=append).status_code, 200)
        full = client.post("/blocks/append", json={"id": page["id"], "blocks": [line]})
        same((full.status_code, len(full.json()["blocks"][key])), (200, BLOCKS))
        for more in ({"blocks": [line]}, {"markdown": "one more"}):
            body = is_refusal(client.post("/blocks/append", json={"id": page["id"]} | more), 400)
            assert str(BLOCKS) in body["message"].replace(",", ""), body

    @check(f"{BLOCKS + 1} blocks at once are a 400 that tells the limit, also when they are nested")
    def _():
        page = new_page(client)
        [key] = page["blocks"]
        for blocks in ([line] * (BLOCKS + 1), [{"type": "GroupBlock", "blocks": [line] * 5000}] * 2):
            for method, path, body in (
                ("POST", "/object", {"structureId": "RootPage", "blocks": {key: blocks}}),
                ("PATCH", "/object", {"id": page["id"], "blocks": {key: blocks}}),
                ("POST", "/blocks/append", {"id": page["id"], "blocks": blocks}),
            ):
                told = is_refusal(client.request(method, path, json=body), 400)
                assert str(BLOCKS) in told["message"].replace(",", ""), told
        same(client.get("/object", params={"id": page["id"]}).json(), page)

    @check("a body with a hundred thousand problems is answered with a message of moderate size")
    def _():
        answer = client.post("/blocks/append", json={"id": "x", "blocks": [0] * 100_000})
        is_refusal(answer, 400)
        assert len(answer.content) < 100_000, len(answer.content)
        assert "→ at id" in answer.json()["message"]

    @check("a text of a megabyte is kept")
    def _():
        text = "ä" * 500_000
        page = client.post("/object", json={"structureId": "RootPage", "properties": title(text)}).json()
        same(client.get("/object", params={"id": page["id"]}).json()["properties"]["title"]["title"]["value"], text)


def port_of(answer):
    """The client's port of the connection that an answer came over."""
    return answer.extensions["network_stream"].get_extra_info("client_addr")[1]
