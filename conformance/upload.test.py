"""Uploads of media against the built program: sizes around a part, breaking off and going on, many at once, and how much memory
it takes.

    PALIMPSEST_BIN=target/debug/palimpsest python conformance/upload.test.py
"""

import hashlib
import http.client
import json
import threading
import time
from pathlib import Path

from lib.checks import LONG, chapter, check, finish, same
from lib.server import Server, command, temporary_folder

PART = 5 * 1024 * 1024
MEGABYTE = 1_000_000
# How much more than before it may hold while files go through it.
MEMORY = 64 * 1024 * 1024
START = "/object/media/upload"

folder = temporary_folder()


class Content:
    """Bytes that are the same each time, piece by piece; no two pieces are alike."""

    def __init__(self, size, seed=0):
        self.size, self._seed = size, seed

    def part(self, number):
        """The bytes of a part."""
        size = min(PART, self.size - (number - 1) * PART)
        block = hashlib.sha256(f"{self._seed} {number}".encode()).digest()
        return (block * (size // len(block) + 1))[:size]

    def parts(self):
        return range(1, -(-self.size // PART) + 1)

    def hash(self):
        whole = hashlib.sha256()
        for number in self.parts():
            whole.update(self.part(number))
        return whole.hexdigest()


def begin(client, content, name="gel.png", **more):
    answer = client.post(START, json={"fileName": name, "fileSize": content.size, **more})
    same(answer.status_code, 200)
    begun = answer.json()
    same((begun["partSize"], begun["partCount"], begun["status"]), (PART, len(content.parts()), "pending"))
    return begun["id"]


def put(client, upload, number, body):
    answer = client.put(f"{START}/part", params={"id": upload, "partNumber": number}, content=body, headers={"Content-Type": "application/octet-stream"})
    same((answer.status_code, answer.json()), (200, {"number": number, "size": len(body)}))


def send(client, upload, content, numbers=None):
    for number in numbers or content.parts():
        put(client, upload, number, content.part(number))


def complete(client, upload):
    answer = client.post(f"{START}/complete", json={"id": upload})
    same((answer.status_code, answer.json().get("id")), (200, upload))
    return answer.json()


def verify(client, upload, content, title, file_type, structure="MediaImage", collections=()):
    """What a client looks at after an upload: the object it reads back, and the bytes."""
    shown = client.get("/object", params={"id": upload}).json()
    same((shown["structureId"], shown["collections"]), (structure, list(collections)))
    properties = shown["properties"]
    same((properties["title"]["title"]["value"], properties["media_fileSize"]["number"]["value"]), (title, content.size))
    [file] = shown["files"]
    same((file["fileType"], bool(file["expirationDate"])), (file_type, True))
    whole = hashlib.sha256()
    # The link needs no token.
    with client.stream("GET", file["url"], headers={"Authorization": ""}) as bytes:
        same(bytes.status_code, 200)
        for piece in bytes.iter_bytes():
            whole.update(piece)
    same(whole.hexdigest(), content.hash())
    return shown


def memory(server, field):
    """A line of what the system tells of the process, in bytes."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(field)).split()[1]) * 1024


def sizes(server):
    with server.client() as client:
        for size, what in ((1, "one byte"), (PART, "one part"), (PART + 1, "one part and a byte"), (40 * MEGABYTE, "40 MB")):

            @check(f"a file of {what} is sent, becomes an object, and is what was sent")
            def _(size=size):
                content = Content(size)
                upload = begin(client, content, fileType="image/png", title="Gel of Monday")
                send(client, upload, content)
                made = complete(client, upload)
                shown = verify(client, upload, content, "Gel of Monday", "image/png")
                same(made, shown)

        @check("parts may come in any order, and one that is sent again replaces the earlier")
        def _():
            content = Content(2 * PART + 5, seed=1)
            upload = begin(client, content)
            put(client, upload, 2, bytes(PART))
            send(client, upload, content, [3, 2, 1])
            complete(client, upload)
            verify(client, upload, content, "gel.png", "image/png")

        @check("the collections of an upload are those of its object, in their order")
        def _():
            ids = []
            for title in ("One", "Two"):
                made, code = command(server.data, "collection", "create", "--structure", "MediaPDF", title, "--json")
                same(code, 0)
                ids.insert(0, json.loads(made.stdout)["id"])
            content = Content(10, seed=2)
            upload = begin(client, content, "scan.pdf", collections=ids)
            send(client, upload, content)
            complete(client, upload)
            verify(client, upload, content, "scan.pdf", "application/pdf", "MediaPDF", ids)

        @check("completing twice answers the same object; after it, and after giving up, there is no upload")
        def _():
            content = Content(10, seed=3)
            upload = begin(client, content)
            send(client, upload, content)
            same(complete(client, upload), complete(client, upload))
            doomed = begin(client, content)
            answer = client.post(f"{START}/abort", json={"id": doomed})
            same((answer.status_code, answer.content), (204, b""))
            for step in ("complete", "abort"):
                same(client.post(f"{START}/{step}", json={"id": doomed}).status_code, 404)
            same(client.put(f"{START}/part", params={"id": upload, "partNumber": 1}, content=b"x").status_code, 404)


def limits():
    server = Server(folder / "small", "--max-file", "300MB")
    with server.client() as client:

        @check("a file beyond --max-file is refused with 413 at the start")
        def _():
            ask = {"fileName": "a.bin", "fileSize": 300 * MEGABYTE}
            same(client.post(START, json=ask).status_code, 200)
            ask["fileSize"] += 1
            answer = client.post(START, json=ask)
            same((answer.status_code, answer.json()["code"]), (413, "cap_invalid_input"))
            assert "300000000" in answer.json()["message"], answer.text

    @check("a size that is none is refused at the start of the program")
    def _():
        ended, code = command(folder / "small", "serve", "--max-file", "plenty")
        assert code > 0 and "plenty" in ended.log, ended.log


def breaking_off():
    content = Content(3 * PART - 7, seed=4)
    server = Server(folder / "cut")
    with server.client() as client:
        upload = begin(client, content)
        send(client, upload, content, [1])

    @check("a part that is cut in the middle leaves nothing of itself")
    def _():
        host, port = server.address
        wire = http.client.HTTPConnection(host, port, timeout=20)
        wire.putrequest("PUT", f"{START}/part?id={upload}&partNumber=2")
        wire.putheader("Authorization", f"Bearer {server.token}")
        wire.putheader("Content-Length", str(PART))
        wire.endheaders()
        wire.send(content.part(2)[: PART // 2])
        wire.close()
        with server.client() as client:
            answer = client.post(f"{START}/complete", json={"id": upload})
            same(answer.status_code, 400)
            assert "Missing parts of 3: 2, 3" in answer.json()["message"], answer.text

    @check("an upload goes on where it was when the server was killed")
    def _():
        token = server.token
        server.kill()
        again = Server(folder / "cut")
        with again.client(token) as client:
            send(client, upload, content, [2])
        again.kill()
        last = Server(folder / "cut")
        with last.client(token) as client:
            send(client, upload, content, [3])
            complete(client, upload)
            verify(client, upload, content, "gel.png", "image/png")
        last.kill()
        final = Server(folder / "cut")
        with final.client(token) as client:
            verify(client, upload, content, "gel.png", "image/png")
            same(complete(client, upload)["id"], upload)
        final.stop()


def at_once(server):
    @check("several files are sent at once, a few parts of each at a time")
    def _():
        contents = [Content(2 * PART + index, seed=10 + index) for index in range(1, 4)]
        failures = []

        def one(index, content):
            try:
                with server.client() as client:
                    upload = begin(client, content, f"{index}.png")
                    senders = [threading.Thread(target=guarded, args=(upload, content, number)) for number in content.parts()]
                    for sender in senders:
                        sender.start()
                    for sender in senders:
                        sender.join()
                    complete(client, upload)
                    verify(client, upload, content, f"{index}.png", "image/png")
            except Exception as error:  # noqa: BLE001: told below
                failures.append(error)

        def guarded(upload, content, number):
            try:
                with server.client() as client:
                    send(client, upload, content, [number])
            except Exception as error:  # noqa: BLE001: told below
                failures.append(error)

        threads = [threading.Thread(target=one, args=pair) for pair in enumerate(contents)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        same(failures, [])


def sparing():
    server = Server(folder / "large")
    size = 300 * MEGABYTE if LONG else 80 * MEGABYTE
    content = Content(size, seed=5)
    with server.client(timeout=300) as client:
        idle = memory(server, "VmRSS")
        begun = time.monotonic()
        upload = begin(client, content, "film.mp4")

        # Each check has its own time; all of it may take several.
        for first in range(1, len(content.parts()) + 1, 15):
            numbers = [number for number in content.parts() if first <= number < first + 15]

            @check(f"parts {numbers[0]} to {numbers[-1]} of {size // MEGABYTE} MB are kept")
            def _(numbers=numbers):
                send(client, upload, content, numbers)

        @check("they are put together")
        def _():
            complete(client, upload)

        @check("what is read back is what was sent")
        def _():
            verify(client, upload, content, "film.mp4", "video/mp4", "MediaVideo")

        @check(f"meanwhile the server held at most {MEMORY >> 20} MiB more than before")
        def _():
            most = memory(server, "VmHWM")
            print(f"      {(most - idle) >> 20} MiB more than {idle >> 20} MiB, in {time.monotonic() - begun:.0f} s")
            assert most - idle < MEMORY, f"{most - idle} bytes more than {idle}"


server = Server(folder / "data")
chapter("sizes", sizes, server)
chapter("limits", limits)
chapter("breaking off", breaking_off)
chapter("at once", at_once, server)
chapter("memory", sparing)
finish()
