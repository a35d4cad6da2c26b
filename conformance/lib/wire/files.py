"""A data folder that is damaged, of a newer version or of another program is refused with a clear message."""

import os
import random
import shutil
import sqlite3

from lib.checks import check, same
from lib.server import Process, Server, command, refused
from lib.wire.speak import new_page, paragraph

NOTES = 60
# The size of a page of the database.
PAGE = 4096


def files(folder):
    sound = folder / "sound"
    server = Server(sound)
    token = server.token
    with server.client() as client:
        for number in range(NOTES):
            page = new_page(client, f"page {number}")
            client.post("/blocks/append", json={"id": page["id"], "blocks": [paragraph(f"{number} {line} " + "x" * 200) for line in range(20)]})
    same(server.stop(), 0)

    whole = (sound / "palimpsest.db").read_bytes()
    noise = random.Random(1)

    @check("after a stop the one file of the folder holds everything")
    def _():
        assert len(whole) > 200_000, len(whole)
        copy = folder / "copy"
        copy.mkdir()
        shutil.copy(sound / "palimpsest.db", copy)
        again = Server(copy)
        with again.client(token) as client:
            same(client.get("/space").headers["palimpsest-revision"], str(1 + 2 * NOTES))
        same(again.stop(), 0)

    count = 0

    def refuses(change, *words):
        """A copy of the folder whose file is changed is refused by server and commands; answers the file then and now."""
        nonlocal count
        count += 1
        data = shutil.copytree(sound, folder / f"damaged-{count}")
        file = data / "palimpsest.db"
        change(file)
        before = file.read_bytes()
        refused(Process("serve", "--data", data, "--listen", "127.0.0.1:0"), "palimpsest.db", *words)
        listing, code = command(data, "space", "list")
        assert code > 0 and "palimpsest.db" in listing.log and "panicked" not in listing.log, (code, listing.log)
        return before, file.read_bytes()

    def overwrite(start, end, content=None):
        def change(file):
            with open(file, "r+b") as opened:
                opened.seek(start)
                opened.write(content or noise.randbytes(end - start))

        return change

    middle = len(whole) // 2
    text = whole.rindex(f"{NOTES // 2} 10 x".encode()) // PAGE * PAGE
    for what, change in {
        "its middle is noise": overwrite(middle - 50_000, middle + 50_000),
        "a page with the text of an object is zeros": overwrite(text, text + PAGE, bytes(PAGE)),
        "its second page is noise": overwrite(PAGE, 2 * PAGE),
        "its header is noise": overwrite(16, 100),
        "half of it is missing": lambda file: os.truncate(file, middle // PAGE * PAGE),
        "it ends within a page": lambda file: os.truncate(file, len(whole) - 1000),
        "it holds only a header": lambda file: os.truncate(file, 100),
        "it is no database": lambda file: file.write_bytes(b"This is a text, and no database.\n" * 1000),
        "it is short and no database": lambda file: file.write_bytes(b"x"),
    }.items():
        @check(f"a file is refused as damaged when {what}")
        def _():
            refuses(change, "damaged")

    @check("a file of a newer version is refused as such, with its number, and left as it is")
    def _():
        before, after = refuses(by_sql("PRAGMA user_version = 999"), "newer version", "999")
        assert before == after, "the file was changed"

    def foreign(file):
        os.remove(file)
        by_sql("CREATE TABLE recipes (name TEXT)", "INSERT INTO recipes VALUES ('soup')")(file)

    @check("a database of another program is refused as not ours, and left as it is")
    def _():
        before, after = refuses(foreign, "not a Palimpsest store")
        assert before == after, "the file was changed"

    @check("a log with a gap is refused as damaged")
    def _():
        refuses(by_sql("DELETE FROM log WHERE revision = 40"), "damaged")

    @check("a log without its end is refused as damaged")
    def _():
        refuses(by_sql("DELETE FROM log WHERE revision > 100"), "damaged")

    @check("a folder that cannot be made is refused by its name")
    def _():
        (folder / "a file").write_text("x")
        refused(Process("serve", "--data", folder / "a file" / "data", "--listen", "127.0.0.1:0"), "a file")


def by_sql(*statements):
    def change(file):
        connection = sqlite3.connect(file)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    return change
