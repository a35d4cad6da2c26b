"""What had no effect is named, and what a client prefers is done (RFC 7240, RFC 9651)."""

import re

from lib.checks import check, same
from lib.wire.speak import is_refusal, new_page, paragraph, title, unknown_id

STRICT = {"Prefer": "handling=strict"}
MINIMAL = {"Prefer": "return=minimal"}
PAGE = {"structureId": "RootPage"}
URL = "https://example.org/preferred"


def preferences(server):
    with server.client() as client:
        ignored(client)
        strict(client)
        minimal(client)


def named(answer):
    """The paths of `Palimpsest-Ignored`, or none; its parameter `more` is left out."""
    field = answer.headers.get("palimpsest-ignored")
    return [] if field is None else re.findall(r'"((?:[^"\\]|\\.)*)"', field)


def head(client):
    return int(client.get("/space").headers["palimpsest-revision"])


def ignored(client):
    page = new_page(client)["id"]
    key = list(client.get("/object", params={"id": page}).json()["blocks"])[0]
    wrong = {
        "a key that the API does not know": ("POST", "/object", PAGE | {"markdown": "x", "nonsense": {"a": 1}}, ["markdown", "nonsense"]),
        "a key of a property": (
            "PATCH", "/object", {"id": page, "properties": {"title": title("x")["title"] | {"bold": True}}}, ["properties.title.bold"],
        ),
        "a key of a block": ("POST", "/blocks/append", {"id": page, "blocks": [paragraph("x", colour="red")]}, ["blocks[0].colour"]),
        "a key of front matter": (
            "POST", "/object/markdown", PAGE | {"markdown": "---\ntitle: x\nnonsense: 1\n---\n", "properties": {}}, ["nonsense", "properties"],
        ),
        "a property of a weblink": ("POST", "/object/url", {"url": URL, "properties": {"tags": {"type": "entity", "entity": []}}}, ["properties.tags"]),
        "a key of a search": ("POST", "/objects/search", {"query": "x", "sort": "title"}, ["sort"]),
        "a key of a daily note": (
            "POST", "/blocks/daily-note/append", {"markdown": "x", "timezone": "UTC", "date": "2026-04-04", "noTimeStamp": True}, ["timezone"],
        ),
        "a parameter of a query": ("GET", f"/object?id={page}&fields=title", None, ["fields"]),
    }
    for what, (method, path, body, paths) in wrong.items():
        @check(f"{what} that has no effect is named in Palimpsest-Ignored, and the request is done all the same")
        def _():
            answer = client.request(method, path, json=body)
            same(answer.status_code, 200)
            told = named(answer)
            same(len(told), len(paths))
            for path_ in paths:
                assert any(path_ in one for one in told), (path_, told)

    @check("a request that is wholly understood carries no Palimpsest-Ignored")
    def _():
        for answer in (
            client.get("/object", params={"id": page}),
            client.post("/object", json=PAGE | {"properties": title("x"), "blocks": {key: [paragraph("y")]}}),
            client.post("/object/markdown", json=PAGE | {"markdown": "---\ntype: Page\ntitle: x\n---\n\ny"}),
            client.post("/objects/search", json={"query": "x", "limit": 1}),
            client.post("/object/url", json={"url": URL, "markdown": "x"}),
        ):
            same((answer.status_code, answer.headers.get("palimpsest-ignored")), (200, None))

    @check("a block that is sent back as it was read has nothing ignored")
    def _():
        read = client.get("/object", params={"id": page}).json()
        answer = client.patch("/object", json={"id": page, "blocks": read["blocks"]})
        same((answer.status_code, named(answer), answer.json()["blocks"]), (200, [], read["blocks"]))

    @check("of many ignored keys 20 are named and the others counted, and names that are not ASCII are encoded")
    def _():
        answer = client.post("/object", json=PAGE | {f"key{number}": 1 for number in range(30)})
        same((len(named(answer)), answer.headers["palimpsest-ignored"].endswith(";more=10")), (20, True))
        answer = client.post("/object", json=PAGE | {"schlüssel\n": 1})
        assert "%C3%BC" in answer.headers["palimpsest-ignored"], answer.headers


def strict(client):
    page = new_page(client)["id"]
    cases = {
        "POST /object": ("POST", "/object", PAGE | {"markdown": "x"}, "markdown"),
        "PATCH /object": ("PATCH", "/object", {"id": page, "properties": title("x"), "nonsense": 1}, "nonsense"),
        "POST /object/markdown": ("POST", "/object/markdown", PAGE | {"markdown": "---\nnonsense: 1\n---\n\n#strictly-new"}, "nonsense"),
        "PATCH /object/markdown": ("PATCH", "/object/markdown", {"id": page, "markdown": "---\nnonsense: 1\n---\n"}, "nonsense"),
        "POST /object/url": ("POST", "/object/url", {"url": URL, "tags": []}, "tags"),
        "POST /blocks/append": ("POST", "/blocks/append", {"id": page, "blocks": [paragraph("x", colour="red")]}, "colour"),
        "POST /object/edits": ("POST", "/object/edits", {"id": page, "edits": [{"op": "insert", "markdown": "x", "colour": "red"}]}, "edits[0].colour"),
        "POST /blocks/daily-note/append": ("POST", "/blocks/daily-note/append", {"markdown": "x", "date": "2026-05-05", "zone": "UTC"}, "zone"),
        "POST /objects/search": ("POST", "/objects/search", {"query": "x", "sort": "title"}, "sort"),
        "GET /object": ("GET", f"/object?id={page}&fields=title", None, "fields"),
    }
    for what, (method, path, body, word) in cases.items():
        @check(f"{what}: a strict client is refused what would have no effect, by its path, and nothing is written")
        def _():
            before = head(client)
            told = is_refusal(client.request(method, path, json=body, headers=STRICT), 400)
            assert word in told["message"], told
            same(head(client), before)

    @check("a refused write makes no tag and no daily note")
    def _():
        for query in ("strictly-new", "2026-05-05"):
            same(client.post("/objects/search", json={"query": query}).json(), {"results": []})

    @check("a strict request that is wholly understood is done, and says so")
    def _():
        for answer in (
            client.post("/object", json=PAGE, headers=STRICT),
            client.post("/objects/search", json={"query": "x"}, headers=STRICT),
            client.get("/object", params={"id": page}, headers=STRICT),
        ):
            same((answer.status_code, answer.headers.get("preference-applied")), (200, "handling=strict"))

    @check("lenient handling and unknown preferences change nothing")
    def _():
        for prefer in ("handling=lenient", "respond-async, wait=5", ",", 'handling="'):
            same(client.post("/object", json=PAGE | {"markdown": "x"}, headers={"Prefer": prefer}).status_code, 200)

    @check("an unknown object is a 404 for a strict client as for others")
    def _():
        is_refusal(client.patch("/object", json={"id": unknown_id(), "properties": title("x")}, headers=STRICT), 404)


def minimal(client):
    page = new_page(client)
    block = next(iter(page["blocks"].values()))[0]["id"]
    id_ = page["id"]
    writes = {
        "POST /object": ("POST", "/object", PAGE | {"properties": title("minimal")}),
        "PATCH /object": ("PATCH", "/object", {"id": id_, "properties": title("smaller")}),
        "PATCH /blocks/block": ("PATCH", "/blocks/block", {"id": id_, "blockId": block, "block": paragraph("x")}),
        "POST /blocks/append": ("POST", "/blocks/append", {"id": id_, "markdown": "x"}),
        "POST /blocks/move": ("POST", "/blocks/move", {"id": id_, "blockId": block}),
        "POST /object/edits": ("POST", "/object/edits", {"id": id_, "edits": [{"op": "insert", "markdown": "y"}]}),
        "POST /object/markdown": ("POST", "/object/markdown", PAGE | {"markdown": "# minimal"}),
        "PATCH /object/markdown": ("PATCH", "/object/markdown", {"id": id_, "markdown": "---\ntitle: smallest\n---\n"}),
        "POST /object/url": ("POST", "/object/url", {"url": URL}),
        "POST /blocks/daily-note/append": ("POST", "/blocks/daily-note/append", {"markdown": "x", "date": "2026-06-06"}),
        "DELETE /block": ("DELETE", f"/block?objectId={id_}&blockId={block}", None),
        "DELETE /object": ("DELETE", f"/object?id={id_}", None),
    }
    for what, (method, path, body) in writes.items():
        @check(f"{what} with return=minimal answers 204 without a body, and the revision")
        def _():
            before = head(client)
            answer = client.request(method, path, json=body, headers=MINIMAL)
            same((answer.status_code, answer.content, answer.headers.get("content-type")), (204, b"", None))
            same((int(answer.headers["palimpsest-revision"]), head(client)), (before + 1, before + 1))
            assert "return=minimal" in answer.headers["preference-applied"], answer.headers

    @check("where the object that was written lies is told without a body as well")
    def _():
        answer = client.post("/object", json=PAGE | {"properties": title("found by its location")}, headers=MINIMAL)
        read = client.get(answer.headers["content-location"])
        same(read.json()["properties"]["title"]["title"]["value"], "found by its location")

    @check("strict and minimal go together, and both are told")
    def _():
        answer = client.post("/object", json=PAGE, headers={"Prefer": "handling=strict, return=minimal"})
        same((answer.status_code, set(answer.headers["preference-applied"].split(", "))), (204, {"handling=strict", "return=minimal"}))

    @check("what had no effect is named without a body as well; a refusal and a read keep theirs")
    def _():
        same(named(client.post("/object", json=PAGE | {"markdown": "x"}, headers=MINIMAL)), ["markdown"])
        is_refusal(client.post("/object", json={}, headers=MINIMAL), 400)
        answer = client.get("/space", headers=MINIMAL)
        same((answer.status_code, bool(answer.content), answer.headers.get("preference-applied")), (200, True, None))
        same(client.post("/objects/search", json={"query": "x"}, headers=MINIMAL).status_code, 200)
