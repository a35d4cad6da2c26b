"""The program under test: a server on a folder of its own, and the command line beside it."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import httpx

from lib.checks import at_end

BINARY = os.environ["PALIMPSEST_BIN"]
START_SECONDS = 20
STOP_SECONDS = 20


def temporary_folder():
    """A fresh folder that is gone when the suite ends."""
    folder = Path(tempfile.mkdtemp(prefix="palimpsest-"))
    at_end(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


class Process:
    """A process of the program, with all that it prints. It looks at no pages unless it is told to; a variable that is None is unset."""

    def __init__(self, *arguments, env=None):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PALIMPSEST_")}
        inherited["PALIMPSEST_FETCH_LINKS"] = "off"
        command = [BINARY, *map(str, arguments)]
        pipe = subprocess.PIPE
        variables = {name: value for name, value in (inherited | (env or {})).items() if value is not None}
        self._child = subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)
        at_end(self.kill)
        self.stdout, self.log = "", ""
        self._changed = threading.Condition()
        self._readers = [threading.Thread(target=self._read, args=one, daemon=True) for one in (("stdout", self._child.stdout), ("log", self._child.stderr))]
        for reader in self._readers:
            reader.start()

    def _read(self, name, stream):
        for line in stream:
            with self._changed:
                setattr(self, name, getattr(self, name) + line.decode())
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    @property
    def closed(self):
        """Whether it has printed all that it will ever print."""
        return not any(reader.is_alive() for reader in self._readers)

    def until(self, holds, what):
        """Waits until something that it printed makes `holds` true."""
        end = time.monotonic() + START_SECONDS
        with self._changed:
            while not holds():
                if self.closed or time.monotonic() > end:
                    raise RuntimeError(f"it {'ended' if self.closed else 'ran on'} before {what}:\n{self.stdout}\n{self.log}")
                self._changed.wait(0.2)

    @property
    def pid(self):
        """Its id."""
        return self._child.pid

    def signal(self, number):
        self._child.send_signal(number)

    def ended(self, seconds=STOP_SECONDS):
        """Waits until it has ended and all it printed was read; answers its exit code."""
        code = self._child.wait(seconds)
        for reader in self._readers:
            reader.join(seconds)
        return code

    def kill(self):
        self._child.kill()
        self.ended()


class Server(Process):
    """A running `palimpsest serve` on a free port."""

    def __init__(self, data, *arguments, env=None, listen=True, name_data=True):
        self.data = Path(data)
        fresh = not (self.data / "palimpsest.db").exists()
        place = ["--data", data] if name_data else []
        port = ["--listen", "127.0.0.1:0"] if listen else []
        super().__init__("serve", *place, *port, "--rate-limits", "off", *arguments, env=env)
        self.until(lambda: self.url and (self.token or not fresh), "telling its address")

    @property
    def url(self):
        """Where it listens."""
        found = re.search(r"^address (http://\S+)\n", self.stdout, re.M)
        return found and found[1]

    @property
    def address(self):
        """Host and port."""
        url = httpx.URL(self.url)
        return url.host, url.port

    @property
    def token(self):
        """The token it printed, if it did."""
        found = re.search(r"^token (\S+)\n", self.stdout, re.M)
        return found and found[1]

    def client(self, token=None, **options):
        """An HTTP client with a token (the first one when none is given), but no version header."""
        return httpx.Client(**self._options(token) | options)

    def async_client(self, token=None):
        """The same for asynchronous code."""
        return httpx.AsyncClient(**self._options(token))

    def _options(self, token):
        # Without `verify=False` every client reads all certificates of the system first.
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return {"base_url": self.url, "headers": headers, "timeout": 20, "trust_env": False, "verify": False}

    def stop(self, number=signal.SIGTERM):
        """Asks it to stop; answers its exit code."""
        self.signal(number)
        return self.ended()


def command(data, *arguments, env=None):
    """Runs a command of the operator on a data folder; answers the ended process and its exit code."""
    process = Process(*arguments, "--data", data, env=env)
    return process, process.ended()


def refused(process, *words):
    """A process that must end by itself with a failure, and tell why in these words."""
    serves = "address http"
    process.until(lambda: serves in process.stdout or process.closed, "ending")
    assert serves not in process.stdout, (process.kill(), "it serves")[1]
    code = process.ended()
    assert code > 0, f"exit code {code}\n{process.stdout}\n{process.log}"
    for word in words:
        assert word in process.log, f"{word!r} is not in:\n{process.log}"
    assert "panicked" not in process.log, process.log
