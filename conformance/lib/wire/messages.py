"""The messages of validation, word for word and with their paths (spec/01 §6)."""

from lib.checks import check, same
from lib.wire.speak import is_refusal, new_page, paragraph, title, unknown_id

STRING = "✖ Invalid input: expected string, received {}"
UUID = "✖ Invalid UUID"
ONE_OF = "✖ Provide exactly one of `blocks` or `markdown`."
NOTHING = "✖ Provide at least one of `properties`, `collections`, `blocks`, or `deleteRequested`."
TARGETS = "✖ Provide exactly one of `url`, `entityId`, or `date` on a LinkToken."
EMBED = "✖ EntityBlock does not accept `date`; use a LinkToken with `date` instead."
COLUMNS = "✖ GridBlock must include at least two columns."
RESOLUTION = '✖ Invalid option: expected one of "time"|"day"'
BOOLEAN = "✖ Invalid input: expected boolean, received string"
BLOCKS = "'TextBlock' | 'GroupBlock' | 'GridBlock' | 'CodeBlock' | 'MathBlock' | 'EntityBlock' | 'HorizontalLineBlock'"
TOKENS = "'TextToken' | 'LinkToken' | 'MathToken' | 'CodeToken'"
VALUES = ("'title' | 'text' | 'number' | 'boolean' | 'url' | 'date' | 'label' | 'entity' | 'aliases' | 'icon' | 'createdAt' | 'richText'")
KIND = "✖ Invalid discriminator value. Expected {}"


def at(message, path):
    return f"{message}\n  → at {path}"


def messages(server):
    with server.client() as client:
        page = new_page(client)["id"]
        link = {"type": "LinkToken", "text": "x"}

        def append(*blocks, **more):
            return "POST", "/blocks/append", {"id": page, "blocks": [*blocks]} | more

        def create(**more):
            return "POST", "/object", {"structureId": "RootPage"} | more

        def date(payload):
            return create(properties={"date": {"type": "date", "date": payload}})

        told = {
            "structureId is missing": (("POST", "/object", {}), at("✖ Invalid input", "structureId")),
            "a structure id is neither a UUID nor built in": (("POST", "/object", {"structureId": "Nope"}), at(UUID, "structureId")),
            "the body is no object": (("POST", "/object", "text"), "✖ Invalid input: expected object, received string"),
            "a collection is no UUID": (create(collections=[unknown_id(), "x"]), at(UUID, "collections[1]")),
            "a title is a number": (
                create(properties={"title": {"type": "title", "title": {"value": 5}}}),
                at(STRING.format("number"), "properties.title.title.value"),
            ),
            "a property is of an unknown type": (create(properties={"title": {"type": "nope"}}), at(KIND.format(VALUES), "properties.title.type")),
            "a resolution is unknown": (date({"start": None, "dateResolution": "hour"}), at(RESOLUTION, "properties.date.date.dateResolution")),
            "PATCH /object has nothing to do": (("PATCH", "/object", {"id": page}), NOTHING),
            "PATCH /object has no id": (("PATCH", "/object", {"deleteRequested": True}), at(STRING.format("undefined"), "id")),
            "deleteRequested is no boolean": (("PATCH", "/object", {"id": page, "deleteRequested": "true"}), at(BOOLEAN, "deleteRequested")),
            "the id of an append is no UUID": (append(paragraph("x"), id="nope"), at(UUID, "id")),
            "neither blocks nor markdown are sent": (("POST", "/blocks/append", {"id": page}), ONE_OF),
            "both blocks and markdown are sent": (append(paragraph("x"), markdown=""), ONE_OF),
            "blocks are empty": (append(), at("✖ Too small: expected array to have >=1 items", "blocks")),
            "markdown is too long": (
                ("POST", "/blocks/append", {"id": page, "markdown": "x" * 200_001}),
                at("✖ Too big: expected string to have <=200000 characters", "markdown"),
            ),
            "a LinkToken has no target": (append({"type": "TextBlock", "tokens": [link]}), at(TARGETS, "blocks[0].tokens[0]")),
            "a LinkToken has two targets": (
                append(paragraph("x"), {"type": "TextBlock", "tokens": [*paragraph("x")["tokens"], link | {"url": "u", "entityId": page}]}),
                at(TARGETS, "blocks[1].tokens[1]"),
            ),
            "an EntityBlock has a date": (append({"type": "EntityBlock", "entityId": None, "date": {"start": None}}), at(EMBED, "blocks[0].date")),
            "a grid has one column": (append({"type": "GridBlock", "dividers": [], "columns": [[]]}), at(COLUMNS, "blocks[0].columns")),
            "a block is of an unknown type": (append({"type": "Nope"}), at(KIND.format(BLOCKS), "blocks[0].type")),
            "a nested block is of an unknown type": (append(paragraph("x", blocks=[{}])), at(KIND.format(BLOCKS), "blocks[0].blocks[0].type")),
            "a token is of an unknown type": (append({"type": "TextBlock", "tokens": [{}]}), at(KIND.format(TOKENS), "blocks[0].tokens[0].type")),
            "a block in a column is wrong": (
                append({"type": "GridBlock", "dividers": [1], "columns": [[], [{"type": "CodeBlock", "lang": "js"}]]}),
                at(STRING.format("undefined"), "blocks[0].columns[1][0].text"),
            ),
            "a block key is no word": (create(blocks={"a-b": [{"type": "Nope"}]}), at(KIND.format(BLOCKS), 'blocks["a-b"][0].type')),
            "the block of an update is missing": (
                ("PATCH", "/blocks/block", {"id": page, "blockId": "x"}),
                at("✖ Invalid input: expected object, received undefined", "block"),
            ),
            "blockId is empty": (
                ("PATCH", "/blocks/block", {"id": page, "blockId": "", "block": paragraph("x")}),
                at("✖ Too small: expected string to have >=1 characters", "blockId"),
            ),
            "a query is blank": (("POST", "/objects/search", {"query": " "}), at("✖ Too small: expected string to have >=1 characters", "query")),
            "a limit is too large": (
                ("POST", "/objects/search", {"query": "x", "limit": 51}),
                at("✖ Too big: expected number to be <=50", "limit"),
            ),
            "a URL is none": (("POST", "/object/url", {"url": "nope"}), at("✖ Invalid URL", "url")),
            "a URL has blocks and markdown": (
                ("POST", "/object/url", {"url": "https://example.org", "blocks": {}, "markdown": ""}),
                "✖ Provide at most one of `blocks` or `markdown`.",
            ),
            "a daily note has neither blocks nor markdown": (("POST", "/blocks/daily-note/append", {}), ONE_OF),
            "a daily note has a date that is none": (
                ("POST", "/blocks/daily-note/append", {"date": "soon", "markdown": "x"}),
                at("✖ Invalid ISO date: expected a day such as 2026-11-22T00:00:00.000Z", "date"),
            ),
            "Markdown is missing": (("POST", "/object/markdown", {"structureId": "RootPage"}), at(STRING.format("undefined"), "markdown")),
            "Markdown of an update is missing": (("PATCH", "/object/markdown", {"id": page}), at(STRING.format("undefined"), "markdown")),
            "a transaction has no operations": (("POST", "/transactions", {}), at("✖ Invalid input: expected array, received undefined", "operations")),
            "an operation is no call": (
                ("POST", "/transactions", {"operations": [{"method": "GET", "path": "/space"}]}),
                at("✖ This call cannot be part of a transaction", "operations[0].path"),
            ),
            "two things are wrong": (
                ("POST", "/blocks/append", {"id": "x", "blocks": [{"type": "Nope"}]}),
                at(UUID, "id") + "\n" + at(KIND.format(BLOCKS), "blocks[0].type"),
            ),
        }
        for what, ((method, path, body), message) in told.items():
            @check(f"{method} {path}: {what}")
            def _():
                same(set(is_refusal(client.request(method, path, json=body), 400, message)), {"code", "message"})

        queries = {
            "GET /object without an id": ("GET", "/object", at(STRING.format("undefined"), "id")),
            "GET /object with an id that is no UUID": ("GET", "/object?id=nope", at(UUID, "id")),
            "DELETE /object without an id": ("DELETE", "/object", at(STRING.format("undefined"), "id")),
            "DELETE /object with a hardDelete that is no boolean": ("DELETE", f"/object?id={page}&hardDelete=maybe", at(BOOLEAN, "hardDelete")),
            "DELETE /block with ids that are none": ("DELETE", "/block?objectId=x&blockId=y", at(UUID, "objectId") + "\n" + at(UUID, "blockId")),
        }
        for what, (method, path, message) in queries.items():
            @check(f"{what}")
            def _():
                same(set(is_refusal(client.request(method, path), 400, message)), {"code", "message"})

        @check("UUIDs are those of the contract: versions 1 to 8 in either case, nil and max")
        def _():
            for id_, status in {
                "3f0d6f2e-8a34-1f1c-9d57-2b7a3f0c9e11": 404,
                "3F0D6F2E-8A34-8F1C-AD57-2B7A3F0C9E11": 404,
                "00000000-0000-0000-0000-000000000000": 404,
                "ffffffff-ffff-ffff-ffff-ffffffffffff": 404,
                "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF": 400,
                "3f0d6f2e-8a34-9f1c-9d57-2b7a3f0c9e11": 400,
                "3f0d6f2e-8a34-4f1c-cd57-2b7a3f0c9e11": 400,
                "3f0d6f2e8a344f1c9d572b7a3f0c9e11": 400,
                "{3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11}": 400,
                " 3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11": 400,
            }.items():
                is_refusal(client.get("/object", params={"id": id_}), status)

        @check("what depends on what is stored is told with its path as well")
        def _():
            body = is_refusal(client.patch("/object", json={"id": page, "properties": {"nope": title("x")["title"]}}), 400)
            same(body["message"].split("\n")[1:], ["  → at properties.nope"])
            body = is_refusal(client.patch("/object", json={"id": page, "collections": [unknown_id()]}), 400)
            same(body["message"].split("\n")[1:], ["  → at collections[0]"])
