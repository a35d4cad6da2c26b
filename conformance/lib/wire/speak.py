"""Short ways to say and to judge things over HTTP, with a client or byte by byte."""

import socket
import uuid

REFUSALS = {
    400: "cap_invalid_input",
    401: "cap_not_authenticated",
    403: "cap_scope_insufficient",
    404: "cap_not_found",
    405: "cap_method_not_allowed",
    413: "cap_invalid_input",
}


def title(text):
    return {"title": {"type": "title", "title": {"value": text}}}


def paragraph(text, **more):
    return {"type": "TextBlock", "tokens": [{"type": "TextToken", "text": text, "style": {}}], **more}


def new_page(client, text="a page"):
    """Makes a page; answers it."""
    answer = client.post("/object", json={"structureId": "RootPage", "properties": title(text)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def unknown_id():
    return str(uuid.uuid4())


def is_refusal(answer, status, message=None):
    """The answer refuses with this status, its code, and (when given) exactly this message; answers the body."""
    assert answer.status_code == status, f"expected {status}, got {answer.status_code} {answer.text[:300]}"
    assert answer.headers.get("content-type", "").startswith("application/json"), answer.headers
    assert answer.headers.get("x-request-id"), answer.headers
    body = answer.json()
    assert body["code"] == REFUSALS[status], body
    assert isinstance(body["message"], str) and body["message"], body
    if message is not None:
        assert body["message"] == message, f"\n  got      {body['message']!r}\n  expected {message!r}"
    return body


class Wire:
    """A connection that sends exactly what it is told."""

    def __init__(self, address, seconds=20):
        self._socket = socket.create_connection(address, timeout=seconds)
        self._received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, *parts):
        for part in parts:
            self._socket.sendall(part if isinstance(part, bytes) else part.encode())

    def request(self, method, path, token=None, headers=(), body=b""):
        """Sends the head of a request and the body beside it, with no header but those given."""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *([f"Authorization: Bearer {token}"] if token else []), *headers]
        self.send("\r\n".join(lines) + "\r\n\r\n", body)

    def head(self):
        """Reads the head of an answer: its status and its headers in lower case."""
        while b"\r\n\r\n" not in self._received:
            self._more()
        head, self._received = self._received.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        return int(first.split(" ")[1]), headers

    def answer(self, bodiless=False):
        """Reads a whole answer: status, headers, body."""
        status, headers = self.head()
        length = 0 if bodiless else int(headers.get("content-length", 0))
        while len(self._received) < length:
            self._more()
        body, self._received = self._received[:length], self._received[length:]
        return status, headers, body

    def is_closed(self):
        """Waits until the other side closes; true unless it sends something instead."""
        try:
            return self._received == b"" and self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _more(self):
        part = self._socket.recv(65536)
        if not part:
            raise ConnectionError(f"closed after {self._received!r}")
        self._received += part
