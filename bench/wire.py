"""HTTP over loopback with little work of our own: the sender shares its two processors with the server it measures.

Both ends speak just the HTTP/1.1 that is needed here (Content-Length, keep-alive, one request at a time).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter

Answered = Callable[[int, float], None]  # (status, when)
Arrived = Callable[[bytes, float], bytes]  # (request body, when) -> answer body


class Messages(asyncio.Protocol):
    """Cuts a stream into HTTP messages; `message(head, body, when)` is told of each."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        when = perf_counter()
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = _content_length(self._buffer[:end])
            whole = end + 4 + length
            if len(self._buffer) < whole:
                return
            head, body = self._buffer[:end], self._buffer[end + 4 : whole]
            self._buffer = self._buffer[whole:]
            self.message(head, body, when)

    def message(self, head: bytes, body: bytes, when: float) -> None:
        raise NotImplementedError


def _content_length(head: bytes) -> int:
    lowered = head.lower()
    place = lowered.find(b"\r\ncontent-length:")
    return int(lowered[place + 17 :].split(b"\r\n", 1)[0]) if place >= 0 else 0


class _Connection(Messages):
    """One connection of a `Sender`: gives back the answer and asks for more."""

    def __init__(self, sender: Sender) -> None:
        super().__init__()
        self._sender = sender
        self.answered: Answered | None = None

    def message(self, head: bytes, body: bytes, when: float) -> None:
        answered, self.answered = self.answered, None
        self._sender.free(self)
        if answered is not None:
            answered(int(head[9:12]), when)

    def connection_lost(self, error: Exception | None) -> None:
        self._sender.gone(self)
        if self.answered is not None:
            self.answered(0, perf_counter())


class Sender:
    """POSTs over a fixed number of connections; what finds none free waits for one, and the wait counts."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self._place = (host, port)
        self._head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n".encode()
        self._idle: list[_Connection] = []
        self._all: set[_Connection] = set()
        self._waiting: deque[tuple[bytes, Answered]] = deque()

    async def connect(self, connections: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            _, connection = await loop.create_connection(lambda: _Connection(self), *self._place)
            self._all.add(connection)
            self._idle.append(connection)

    def post(self, body: bytes, signature: str, answered: Answered) -> None:
        """Send a signed body; `answered` gets the status (0: the connection was lost)."""
        request = b"%sX-Hub-Signature-256: sha256=%s\r\nContent-Length: %d\r\n\r\n%s" % (
            self._head, signature.encode(), len(body), body,
        )  # fmt: skip
        if self._idle:
            self._send(self._idle.pop(), request, answered)
        else:
            self._waiting.append((request, answered))

    def free(self, connection: _Connection) -> None:
        if self._waiting:
            self._send(connection, *self._waiting.popleft())
        else:
            self._idle.append(connection)

    def gone(self, connection: _Connection) -> None:
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)

    @staticmethod
    def _send(connection: _Connection, request: bytes, answered: Answered) -> None:
        connection.answered = answered
        assert connection.transport is not None
        connection.transport.write(request)

    def close(self) -> None:
        for connection in list(self._all):
            if connection.transport is not None:
                connection.answered = None
                connection.transport.close()


class _Request(Messages):
    def __init__(self, arrived: Arrived, delay: float) -> None:
        super().__init__()
        self._arrived = arrived
        self._delay = delay

    def message(self, head: bytes, body: bytes, when: float) -> None:
        answer = self._arrived(body, when)
        response = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
            len(answer), answer,
        )  # fmt: skip
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._write, response)
        else:
            self._write(response)

    def _write(self, response: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(response)


async def recording(port: int, arrived: Arrived, *, delay: float = 0.0) -> asyncio.Server:
    """An HTTP server on loopback that hands each body on and answers 200 after `delay` seconds."""
    return await asyncio.get_running_loop().create_server(lambda: _Request(arrived, delay), "127.0.0.1", port)
