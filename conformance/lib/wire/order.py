"""The order in which a request is checked (design/concurrency.md "Order of checks"): of two faults the first is told."""

from lib.checks import check, same
from lib.wire.speak import is_refusal, new_page, paragraph, title, unknown_id

LARGE = b"x" * 5_000_000
NOT_JSON = b'{"structureId":'
OLD = {"X-Capacities-Api-Version": "abc"}


def order(server, reader):
    with server.client() as client, server.client(reader) as read_only, server.client("nonsense") as nobody:
        page = new_page(client)
        [key] = page["blocks"]
        wrong_value = {"title": {"type": "number", "number": {"value": 1}}}

        @check("401 comes before 400 for the version")
        def _():
            is_refusal(nobody.get("/space", headers=OLD), 401)
            is_refusal(nobody.post("/object", headers=OLD, json={}), 401)

        @check("401 comes before 413")
        def _():
            is_refusal(nobody.post("/object", content=LARGE), 401)

        @check("401 comes before 400 for the body and the query")
        def _():
            is_refusal(nobody.post("/object", content=NOT_JSON), 401)
            is_refusal(nobody.get("/object"), 401)

        @check("401 comes before 404")
        def _():
            is_refusal(nobody.get("/object", params={"id": unknown_id()}), 401)

        @check("400 for the version comes before 403")
        def _():
            assert "ersion" in is_refusal(read_only.post("/object", headers=OLD, json={"structureId": "RootPage"}), 400)["message"]

        @check("400 for the version comes before 413")
        def _():
            is_refusal(client.post("/object", headers=OLD, content=LARGE), 400)

        @check("400 for the version comes before 400 for the body")
        def _():
            assert "ersion" in is_refusal(client.post("/object", headers=OLD, content=NOT_JSON), 400)["message"]

        @check("403 comes before 413")
        def _():
            is_refusal(read_only.post("/object", content=LARGE), 403)

        @check("403 comes before 400 for the body and the query")
        def _():
            is_refusal(read_only.post("/object", content=NOT_JSON), 403)
            is_refusal(read_only.delete("/object"), 403)
            for path in ("/object/markdown", "/object/url", "/blocks/daily-note/append"):
                is_refusal(read_only.post(path, content=NOT_JSON), 403)

        @check("400 for the shape of a body comes before what a strict client does not want")
        def _():
            strict = {"Prefer": "handling=strict"}
            assert "structureId" in is_refusal(client.post("/object", headers=strict, json={"nonsense": 1}), 400)["message"]

        @check("403 comes before 404")
        def _():
            is_refusal(read_only.patch("/object/markdown", json={"id": unknown_id(), "markdown": ""}), 403)
            is_refusal(read_only.delete("/object", params={"id": unknown_id()}), 403)

        @check("413 comes before 400 for the body")
        def _():
            is_refusal(client.post("/object", content=NOT_JSON + LARGE), 413)

        @check("413 comes before 400 for the query")
        def _():
            is_refusal(client.request("DELETE", "/object", content=LARGE), 413)

        @check("400 for the shape of a body comes before 404")
        def _():
            unknown = {"id": unknown_id()}
            is_refusal(client.patch("/object", json=unknown | {"properties": {"title": {"type": "nope"}}}), 400)
            is_refusal(client.patch("/object", json=unknown), 400)
            is_refusal(client.post("/blocks/append", json=unknown | {"blocks": []}), 400)
            is_refusal(client.patch("/blocks/block", json=unknown | {"blockId": unknown_id(), "block": {"type": "Nope"}}), 400)
            is_refusal(client.delete("/block", params={"objectId": unknown_id(), "blockId": "nope"}), 400)

        @check("404 comes before a 400 that depends on what is stored")
        def _():
            unknown = {"id": unknown_id()}
            is_refusal(client.patch("/object", json=unknown | {"properties": {"nope": title("x")["title"]}}), 404)
            is_refusal(client.patch("/object", json=unknown | {"properties": wrong_value}), 404)
            is_refusal(client.patch("/object", json=unknown | {"collections": [unknown_id()]}), 404)
            is_refusal(client.patch("/object", json=unknown | {"blocks": {"nope": []}}), 404)
            is_refusal(client.patch("/object/markdown", json=unknown | {"markdown": "---\ndescription: [1]\n---\n"}), 404)
            is_refusal(client.post("/blocks/append", json=unknown | {"propertyId": "nope", "blocks": [paragraph("x")]}), 404)

        @check("a path that is unknown is a 404, one with another method a 405, whatever else is wrong")
        def _():
            for other in (client, read_only):
                is_refusal(other.post("/nowhere", headers=OLD, content=NOT_JSON), 404)
                is_refusal(other.put("/object", headers=OLD, content=NOT_JSON), 405)
                is_refusal(other.post("/nowhere", content=LARGE), 404)
                is_refusal(other.put("/object", content=LARGE), 405)

        @check("none of these wrote anything")
        def _():
            same(client.get("/object", params={"id": page["id"]}).json(), page)
            same(list(page["blocks"]), [key])
