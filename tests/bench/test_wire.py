"""The little HTTP that the load is sent with, against itself and against pieces."""

from __future__ import annotations

import asyncio
from time import perf_counter

from bench.house import free_port
from bench.wire import Messages, Sender, recording


async def test_what_is_posted_arrives_whole_and_each_is_answered_once():
    heard: list[bytes] = []

    def arrived(body: bytes, _when: float) -> bytes:
        heard.append(body)
        return b"{}"

    port = free_port()
    server = await recording(port, arrived)
    sender, statuses, done = Sender("127.0.0.1", port, "/hook"), [], asyncio.Event()

    def answered(status: int, _when: float) -> None:
        statuses.append(status)
        if len(statuses) == 50:
            done.set()

    await sender.connect(3)
    bodies = [b"x" * (100 * number + 1) for number in range(50)]
    for body in bodies:
        sender.post(body, "signature", answered)
    await asyncio.wait_for(done.wait(), 5)
    assert sorted(heard) == sorted(bodies)
    assert statuses == [200] * 50
    sender.close()
    server.close()


async def test_an_answer_can_be_held_back_as_a_distant_provider_would():
    port = free_port()
    server = await recording(port, lambda _body, _when: b"{}", delay=0.1)
    sender, took = Sender("127.0.0.1", port, "/"), asyncio.get_running_loop().create_future()
    await sender.connect(1)
    began = perf_counter()
    sender.post(b"x", "s", lambda _status, when: took.set_result(when - began))
    assert await asyncio.wait_for(took, 5) >= 0.1
    sender.close()
    server.close()


def test_messages_are_cut_from_whatever_pieces_arrive():
    found: list[tuple[bytes, bytes]] = []

    class Kept(Messages):
        def message(self, head: bytes, body: bytes, when: float) -> None:
            found.append((head.split(b"\r\n")[0], body))

    stream = b"POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
    stream += b"GET /b HTTP/1.1\r\nHost: x\r\n\r\n"
    stream += b"PUT /c HTTP/1.1\r\ncontent-length: 2\r\n\r\nok"
    whole, bytewise = Kept(), Kept()
    whole.data_received(stream)
    expected, found = found, []
    for place in range(len(stream)):
        bytewise.data_received(stream[place : place + 1])
    assert (
        found == expected == [(b"POST /a HTTP/1.1", b"hello"), (b"GET /b HTTP/1.1", b""), (b"PUT /c HTTP/1.1", b"ok")]
    )
