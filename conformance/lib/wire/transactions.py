"""Many calls as one: POST /transactions (design/api.md "Writing", design/concurrency.md "Transactions")."""

import json
import uuid

from lib.checks import check, same
from lib.wire.speak import is_refusal, new_page, paragraph, title, unknown_id

LIMIT = 8 << 20
DRY = {"dryRun": True}


def transactions(server):
    with server.client() as client:
        together(client)
        refused(client)
        guarded(client)
        sizes(client)


def call(method, path, body=None, **more):
    return {"method": method, "path": path, **({} if body is None else {"body": body}), **more}


def make(id_, text="made together"):
    return call("POST", "/object", {"id": id_, "structureId": "RootPage", "properties": title(text)})


def rename(id_, text, **more):
    return call("PATCH", "/object", {"id": id_, "properties": title(text)}, **more)


def send(client, *operations, headers=None, **more):
    return client.post("/transactions", json={"operations": operations, **more}, headers=headers)


def head(client):
    return int(client.get("/space").headers["palimpsest-revision"])


def version(client, path):
    return client.get(path).headers["etag"]


def is_aborted(answer, status, part, index, code):
    """The answer refuses a transaction because of this part."""
    same((answer.status_code, answer.json()["code"]), (status, "cap_transaction_aborted"))
    details = answer.json()["details"]
    same((details[part], details["code"]), (index, code))
    return details


def together(client):
    @check("a tag, a page that has it and what is appended to the page are made at one revision")
    def _():
        tag, page, before = str(uuid.uuid4()), str(uuid.uuid4()), head(client)
        tagged = {"id": page, "structureId": "RootPage", "properties": {"tags": {"type": "entity", "entity": [{"id": tag}]}}}
        answer = send(
            client,
            call("POST", "/object", {"id": tag, "structureId": "RootTag", "properties": title("together")}),
            call("POST", "/object", tagged),
            call("POST", "/blocks/append", {"id": page, "blocks": [paragraph("appended")]}),
        )
        told = answer.json()
        same((answer.status_code, told["revision"], head(client)), (200, before + 1, before + 1))
        same([result["id"] for result in told["results"]], [tag, page, page])
        for result in told["results"]:
            read = client.get("/object", params={"id": result["id"]})
            same(read.headers["etag"].split("-")[0] + '"', result["etag"])
        assert "appended" in read.text, read.text
        [listed] = client.get("/objects/tag", params={"id": tag}).json()["results"]
        same(listed["id"], page)

    @check("a query of an operation stands in its path")
    def _():
        page = new_page(client)["id"]
        same(send(client, call("DELETE", f"/object?id={page}&hardDelete=true")).status_code, 200)
        is_refusal(client.get("/object", params={"id": page}), 404)

    @check("a transaction shows its objects when that is preferred, and answers 204 when no body is")
    def _():
        id_ = str(uuid.uuid4())
        answer = send(client, make(id_), headers={"Prefer": "return=representation"})
        same((answer.status_code, answer.headers["preference-applied"]), (200, "return=representation"))
        same(answer.json()["results"][0]["body"], client.get("/object", params={"id": id_}).json())
        answer = send(client, rename(id_, "x"), headers={"Prefer": "return=minimal"})
        same((answer.status_code, answer.content, int(answer.headers["palimpsest-revision"])), (204, b"", head(client)))

    @check("a dry run answers what the transaction then answers, but no versions, and changes nothing")
    def _():
        id_, before = str(uuid.uuid4()), head(client)
        operations = [make(id_), rename(id_, "renamed")]
        dry = send(client, *operations, **DRY)
        same((dry.status_code, head(client)), (200, before))
        is_refusal(client.get("/object", params={"id": id_}), 404)
        done = send(client, *operations).json()
        # What was only asked has no revision and no version.
        versions = [one.pop("etag") for one in done["results"]]
        same((done.pop("revision"), len(set(versions))), (before + 1, 1))
        same(dry.json(), {**done, "revision": before})

    @check("a transaction of nothing answers the head")
    def _():
        same(send(client).json(), {"revision": head(client), "results": []})


def refused(client):
    @check("an operation that fails undoes those before it, and is told with its number")
    def _():
        id_, before = str(uuid.uuid4()), head(client)
        alone = client.patch("/object", json={"id": unknown_id(), "properties": title("x")})
        answer = send(client, make(id_), rename(unknown_id(), "x"))
        same(is_aborted(answer, 404, "failed", 1, "cap_not_found")["message"], alone.json()["message"])
        is_refusal(client.get("/object", params={"id": id_}), 404)
        same(head(client), before)

    @check("a read, a transaction and an unknown call are no operations, and the message tells which")
    def _():
        for operation in (
            call("GET", "/space"), call("POST", "/objects/search", {"query": "x"}), call("POST", "/transactions", {"operations": []}),
            call("PUT", "/object", {}), call("POST", "/nowhere", {}),
        ):
            body = is_refusal(send(client, make(unknown_id()), operation), 400)
            assert body["message"].endswith("→ at operations[1].path"), body

    @check("a transaction as a whole takes no condition")
    def _():
        for name in ("If-Match", "If-None-Match"):
            is_refusal(send(client, headers={name: "*"}), 400)

    @check("500 operations are taken and 501 are not")
    def _():
        page, before = new_page(client)["id"], head(client)
        same(send(client, *[rename(page, f"{number}") for number in range(500)]).status_code, 200)
        is_refusal(send(client, *[rename(page, "x")] * 501), 400)
        same(head(client), before + 1)


def guarded(client):
    @check("conditions speak of what was there before the transaction")
    def _():
        page = new_page(client)["id"]
        tag = version(client, f"/object?id={page}")
        both = [rename(page, "one", ifMatch=tag), rename(page, "two", ifMatch=tag)]
        same(send(client, *both).status_code, 200)
        is_aborted(send(client, *both), 412, "failed", 0, "cap_precondition_failed")

    @check("guards on an object, an absence, the revision and a list hold until somebody writes")
    def _():
        page = new_page(client)["id"]
        guards = [
            {"id": page, "ifMatch": version(client, f"/object?id={page}")},
            {"revision": head(client)},
            {"path": "/objects/structure?id=RootPage", "ifMatch": version(client, "/objects/structure?id=RootPage")},
        ]
        same(send(client, guards=[*guards, {"id": unknown_id(), "absent": True}]).status_code, 200)
        client.patch("/object", json={"id": page, "properties": title("written by somebody else")})
        absent = str(uuid.uuid4())
        for guard in [*guards, {"id": page, "absent": True}]:
            answer = send(client, make(absent), guards=[{"id": absent, "absent": True}, guard])
            is_aborted(answer, 412, "failedGuard", 1, "cap_precondition_failed")
        is_refusal(client.get("/object", params={"id": absent}), 404)


def sizes(client):
    @check("a transaction may have 8 MiB and no more")
    def _():
        body = json.dumps({"operations": [make(str(uuid.uuid4()))]}).encode()
        same(client.post("/transactions", content=body.ljust(LIMIT)).status_code, 200)
        is_refusal(client.post("/transactions", content=body.ljust(LIMIT + 1)), 413)
