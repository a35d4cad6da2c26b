"""Paths, methods and headers (spec/01 §1, §4, §6; spec/10 "HTTP"; design/api.md "Headers")."""

import re
import uuid

from lib.checks import check, same
from lib.wire.speak import Wire, is_refusal, new_page, paragraph, title, unknown_id

VERSION = "X-Capacities-Api-Version"


def headers(server, reader):
    with server.client() as client, server.client(reader) as read_only:
        versions(client)
        request_ids(server, client, read_only)
        content_types(client)
        paths_and_methods(client)
        authentication(server, client)
        bodies_that_are_ignored(server, client)
        heads(server, client)
        health(server)


def versions(client):
    for version in (None, "0.1.0", "1.0.0", "1.0.1", "1.12.345", "2.0.0", "10.0.0"):
        @check(f"the version header may be {version or 'absent'}")
        def _():
            answer = client.get("/space", headers={VERSION: version} if version else {})
            same(answer.status_code, 200)

    for version in ("0.0.9", "0.0.0"):
        @check(f"version {version} is below the minimum, and the message names the minimum")
        def _():
            body = is_refusal(client.get("/space", headers={VERSION: version}), 400)
            assert "0.1.0" in body["message"], body

    for version in ("abc", "1", "1.0", "1.0.0.0", "v1.0.0", "1.0.x", "-1.0.0", "1,0,0", "2026-01-01"):
        @check(f"version {version!r} is no version")
        def _():
            is_refusal(client.get("/space", headers={VERSION: version}), 400)
            is_refusal(client.post("/object", headers={VERSION: version}, json={"structureId": "RootPage"}), 400)

    @check("the name of the version header is read in any case")
    def _():
        is_refusal(client.get("/space", headers={VERSION.upper(): "0.0.1"}), 400)

    for name in ("Capacities-API-Version", "X-Capacities-Version", "Api-Version"):
        @check(f"the similar header {name} is ignored")
        def _():
            same(client.get("/space", headers={name: "2026-01-01"}).status_code, 200)


def request_ids(server, client, read_only):
    def one_of_each(**headers):
        page = {"structureId": "RootPage"}
        yield 200, client.get("/space", headers=headers)
        yield 200, client.post("/object", headers=headers, json=page)
        yield 400, client.get("/object", headers=headers)
        yield 401, client.get("/space", headers=headers | {"Authorization": "Bearer x"})
        yield 403, read_only.post("/object", headers=headers, json=page)
        yield 404, client.get(f"/object?id={unknown_id()}", headers=headers)
        yield 404, client.get("/nowhere", headers=headers)
        yield 405, client.put("/object", headers=headers, json={})
        yield 413, client.post("/object", headers=headers, content=b" " * (5 << 20))
        yield 200, client.get("/health/live", headers=headers)

    @check("every answer has a request id of its own")
    def _():
        ids = []
        for status, answer in one_of_each():
            same(answer.status_code, status)
            ids.append(answer.headers["x-request-id"])
        same(len(set(ids)), len(ids))

    @check("a request id that is sent comes back, whatever the answer, and stands in the log")
    def _():
        for status, answer in one_of_each(**{"X-Request-Id": "my-id/1.2_3"}):
            same((answer.status_code, answer.headers.get_list("x-request-id")), (status, ["my-id/1.2_3"]))
        sent = f"seen-{uuid.uuid4()}"
        client.get("/space", headers={"X-Request-Id": sent})
        server.until(lambda: sent in server.log, "logging the request id")

    for what, wrong in {"too long": "x" * 5000, "not plain": "ä b", "empty": ""}.items():
        @check(f"a request id that is {what} is replaced by another")
        def _():
            answer = client.get("/space", headers={"X-Request-Id": wrong.encode()})
            same(answer.status_code, 200)
            assert re.fullmatch(r"[\x21-\x7e]{8,128}", answer.headers["x-request-id"]), answer.headers


def content_types(client):
    @check("every answer with a body is application/json")
    def _():
        page = new_page(client)
        block = next(iter(page["blocks"].values()))[0]["id"]
        for answer in (
            client.get("/space"),
            client.get("/space/structures"),
            client.get("/object", params={"id": page["id"]}),
            client.patch("/object", json={"id": page["id"], "properties": title("x")}),
            client.post("/blocks/append", json={"id": page["id"], "blocks": [paragraph("x")]}),
            client.patch("/blocks/block", json={"id": page["id"], "blockId": block, "block": paragraph("y")}),
            client.delete("/block", params={"objectId": page["id"], "blockId": block}),
            client.get("/object/markdown", params={"id": page["id"]}),
            client.patch("/object/markdown", json={"id": page["id"], "markdown": "z"}),
            client.post("/object/markdown", json={"structureId": "RootPage", "markdown": "z"}),
            client.post("/object/url", json={"url": "https://example.org/"}),
            client.post("/objects/search", json={"query": "z"}),
            client.post("/transactions", json={"operations": []}),
            client.post("/transactions/revert", json={"revision": 1, "partial": True}),
            client.post("/object/revert", json={"id": page["id"], "revision": int(client.get("/space").headers["palimpsest-revision"])}),
            client.get("/objects/structure", params={"id": "RootPage"}),
            client.get("/health/live"),
            client.get("/health/ready"),
            client.get("/nowhere"),
        ):
            assert answer.content and answer.json(), answer
            assert answer.headers["content-type"].startswith("application/json"), answer.headers

    @check("DELETE /object answers 2xx with an empty body, whose length is told")
    def _():
        for hard in ({}, {"hardDelete": "true"}, {"hardDelete": "false"}):
            answer = client.delete("/object", params={"id": new_page(client)["id"]} | hard)
            assert answer.status_code in (200, 204), answer
            same(answer.content, b"")
            assert answer.status_code == 204 or answer.headers.get("content-length") == "0", answer.headers

    @check("POST /blocks/daily-note/append answers 200 with an empty body, whose length is told")
    def _():
        answer = client.post("/blocks/daily-note/append", json={"markdown": "x", "date": "2026-07-07"})
        same((answer.status_code, answer.content, answer.headers.get("content-length")), (200, b"", "0"))

    @check("text that is not ASCII comes back as UTF-8")
    def _():
        text = "Ünï ✅ 漢字 \U0001f9ea"
        page = new_page(client, text)
        assert text.encode() in client.get("/object", params={"id": page["id"]}).content
        assert text.encode() in client.get("/object/markdown", params={"id": page["id"]}).content
        assert text.encode() in client.post("/objects/search", json={"query": "漢字"}).content

    @check("a body is read as JSON whatever its Content-Type")
    def _():
        for kind in ("application/json; charset=utf-8", "text/plain", None):
            headers = {"Content-Type": kind} if kind else {}
            same(client.post("/object", headers=headers, content=b'{"structureId":"RootPage"}').status_code, 200)


def paths_and_methods(client):
    for path in ("/nowhere", "/", f"/object/{unknown_id()}", "/space/nowhere", "/Space", "//space", "/health", "/structures"):
        @check(f"the unknown path {path.split('-')[0]} is a 404 as JSON")
        def _():
            for method in ("GET", "POST", "PATCH", "DELETE"):
                is_refusal(client.request(method, path), 404)

    @check("an object's id in the path is a 404, also when the object is there")
    def _():
        is_refusal(client.get(f"/object/{new_page(client)['id']}"), 404)

    known = {
        "/space": {"GET", "PATCH"},
        "/space/structures": {"GET", "POST", "PATCH", "DELETE"},
        "/space/properties": {"POST", "PATCH", "DELETE"},
        "/space/collections": {"POST", "PATCH", "DELETE"},
        "/object": {"GET", "POST", "PATCH", "DELETE"},
        "/object/markdown": {"GET", "POST", "PATCH"},
        "/object/edits": {"POST"},
        "/object/url": {"POST"},
        "/objects": {"GET"},
        "/changes": {"GET"},
        "/objects/search": {"POST"},
        "/webhooks": {"GET", "POST", "PATCH", "DELETE"},
        "/webhooks/test": {"POST"},
        "/webhooks/deliveries": {"GET"},
        "/blocks/append": {"POST"},
        "/blocks/daily-note/append": {"POST"},
        "/blocks/move": {"POST"},
        "/blocks/block": {"PATCH"},
        "/block": {"DELETE"},
        "/transactions": {"POST"},
        "/transactions/revert": {"POST"},
        "/object/revert": {"POST"},
        "/health/live": {"GET"},
    }
    for path, methods in known.items():
        @check(f"another method on {path} is a 405 with Allow")
        def _():
            for method in {"PUT", "TRACE"} | ({"GET"} - methods):
                answer = client.request(method, path)
                is_refusal(answer, 405)
                allowed = {name.strip() for name in answer.headers["allow"].split(",")}
                assert methods <= allowed and method not in allowed, answer.headers


def authentication(server, client):
    token = server.token
    credentials = {
        "no credentials": None,
        "a scheme alone": "Bearer",
        "another scheme": f"Basic {token}",
        "no scheme": token,
        "a token that is none": "Bearer nonsense",
        "a token cut short": f"Bearer {token[:-1]}",
        "two tokens": f"Bearer {token} {token}",
        "a quoted token": f'Bearer "{token}"',
        "a token that is no ASCII": f"Bearer {token}ä".encode(),
    }
    for what, value in credentials.items():
        @check(f"{what}: 401 with WWW-Authenticate on every endpoint")
        def _():
            with server.client() as other:
                del other.headers["Authorization"]
                headers = {"Authorization": value} if value is not None else {}
                for method, path in (("GET", "/space"), ("GET", "/space/structures"), ("GET", "/object"), ("POST", "/object"), ("PATCH", "/object"),
                                     ("DELETE", "/object"), ("POST", "/blocks/append"), ("PATCH", "/blocks/block"), ("DELETE", "/block"),
                                     ("GET", "/object/markdown"), ("POST", "/object/markdown"), ("PATCH", "/object/markdown"), ("POST", "/object/url"),
                                     ("POST", "/object/edits"), ("POST", "/blocks/move"), ("GET", "/changes"), ("POST", "/transactions"),
                                     ("GET", "/webhooks"), ("POST", "/webhooks"), ("POST", "/webhooks/test"),
                                     ("POST", "/object/revert"), ("POST", "/transactions/revert"),
                                     ("PATCH", "/space"), ("POST", "/space/structures"), ("DELETE", "/space/structures"),
                                     ("PATCH", "/space/properties"), ("POST", "/space/collections"),
                                     ("POST", "/objects/search"), ("POST", "/blocks/daily-note/append"), ("GET", "/objects"), ("GET", "/objects/tag")):
                    answer = other.request(method, path, headers=headers)
                    is_refusal(answer, 401)
                    assert answer.headers["www-authenticate"].startswith("Bearer"), answer.headers

    @check("the scheme is read in any case")
    def _():
        for scheme in ("bearer", "BEARER"):
            same(client.get("/space", headers={"Authorization": f"{scheme} {token}"}).status_code, 200)


def bodies_that_are_ignored(server, client):
    json_type = {"Content-Type": "application/json"}
    for what, body in {"without a body": b"", "with a body {}": b"{}", "with any other body": b'{"id": 5, "x": [1'}.items():
        @check(f"GET and DELETE may carry Content-Type: application/json {what}")
        def _():
            page = new_page(client)
            block = next(iter(page["blocks"].values()))[0]["id"]
            for method, path, params in (
                ("GET", "/space", {}),
                ("GET", "/space/structures", {}),
                ("GET", "/object", {"id": page["id"]}),
                ("GET", "/object/markdown", {"id": page["id"]}),
                ("GET", "/objects/structure", {"id": "RootPage"}),
                ("DELETE", "/block", {"objectId": page["id"], "blockId": block}),
                ("DELETE", "/object", {"id": page["id"]}),
            ):
                answer = client.request(method, path, params=params, headers=json_type, content=body)
                same(answer.status_code, 200)
                same(client.get("/space").status_code, 200)

    @check("a GET with a chunked body leaves the connection in step")
    def _():
        with Wire(server.address) as wire:
            wire.request("GET", "/space", server.token, ["Transfer-Encoding: chunked"], b"2\r\n{}\r\n0\r\n\r\n")
            same(wire.answer()[0], 200)
            wire.request("GET", "/space", server.token)
            same(wire.answer()[0], 200)


def heads(server, client):
    @check("HEAD answers as GET does, without the body")
    def _():
        page = new_page(client)
        for path in ("/space", "/space/structures", f"/object?id={page['id']}", f"/object/markdown?id={page['id']}", "/objects",
                     f"/object?id={unknown_id()}", "/nowhere", "/health/live"):
            with Wire(server.address) as wire:
                wire.request("HEAD", path, server.token)
                status, headers, body = wire.answer(bodiless=True)
                wire.request("GET", path, server.token)
                same(body, b"")
                got_status, got_headers, got_body = wire.answer()
            same((status, headers["content-type"]), (got_status, got_headers["content-type"]))
            assert headers.get("content-length") in (None, str(len(got_body))), headers

    @check("HEAD without a token is a 401, on a path without GET a 405")
    def _():
        same(client.head("/space", headers={"Authorization": ""}).status_code, 401)
        for path in ("/blocks/append", "/objects/search", "/object/url", "/blocks/daily-note/append", "/transactions", "/object/revert", "/transactions/revert"):
            same(client.head(path).status_code, 405)


def health(server):
    for path in ("/health/live", "/health/ready"):
        @check(f"{path} answers without a token, whatever the headers")
        def _():
            with server.client("none") as client:
                for headers in ({}, {VERSION: "nonsense"}, {"Authorization": ""}):
                    answer = client.get(path, headers=headers)
                    same(answer.status_code, 200)
                    assert answer.json(), answer.text
