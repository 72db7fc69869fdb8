"""The Graph client tells apart what was refused, what never left, and what nobody knows; and guards its token."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from channels.failures import Behaviour, OutcomeUnknown, Rejected, SendError, Unreached
from channels.whatsapp.client import GraphClient, message_status
from channels.whatsapp.errors import CLASSES, classify


def client(answer: Any, **more: Any) -> GraphClient:
    return GraphClient(httpx.AsyncClient(transport=httpx.MockTransport(answer)), **more)


def raising(error: type[httpx.TransportError]) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("secret-free", request=request)

    return answer


async def send(answer: Any) -> Any:
    return await client(answer).post_message("secret-token", "1065", {"type": "text"})


async def test_the_request_goes_to_the_version_with_the_token() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"messages": [{"id": "wamid.1", "message_status": "paused"}]})

    assert message_status(await send(answer)) == "paused"
    assert str(seen[0].url) == "https://graph.facebook.com/v26.0/1065/messages"
    assert seen[0].headers["authorization"] == "Bearer secret-token"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError, Unreached),
        (httpx.ConnectTimeout, Unreached),
        (httpx.PoolTimeout, Unreached),
        (httpx.ReadTimeout, OutcomeUnknown),
        (httpx.WriteTimeout, OutcomeUnknown),
        (httpx.ReadError, OutcomeUnknown),
        (httpx.RemoteProtocolError, OutcomeUnknown),
    ],
)
async def test_what_never_left_is_told_from_what_nobody_knows(error: Any, kind: type[SendError]) -> None:
    with pytest.raises(kind) as raised:
        await send(raising(error))
    assert "secret-token" not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "body", "behaviour"),
    [
        (400, {"error": {"code": 131047}}, Behaviour.TEMPLATE),
        (400, {"error": {"code": 131056}}, Behaviour.SLOW_PERSON),
        (401, {"error": {"code": 190}}, Behaviour.DISCONNECTED),
        (403, {"error": {"code": 200}}, Behaviour.DISCONNECTED),
        (500, {"error": {"code": 131000}}, Behaviour.RETRY),
        (400, {"error": {"code": 999999}}, Behaviour.WRONG),
        (400, {"error": {"code": 999999, "is_transient": True}}, Behaviour.RETRY),
        (400, {"error": {}}, Behaviour.WRONG),
        (400, {"error": {"message": "no code"}}, Behaviour.WRONG),
        (503, {"error": {"message": "no code"}}, Behaviour.RETRY),
        (429, {}, Behaviour.BACK_OFF),
        (401, {}, Behaviour.DISCONNECTED),
        (302, {}, Behaviour.WRONG),
    ],
)
async def test_each_refusal_has_its_behaviour(status: int, body: Any, behaviour: Behaviour) -> None:
    with pytest.raises(Rejected) as raised:
        await send(lambda request: httpx.Response(status, json=body))
    assert raised.value.behaviour is behaviour


@pytest.mark.parametrize(("status", "text"), [(502, "<html>"), (504, ""), (200, "not json"), (200, "[]")])
async def test_an_answer_that_says_nothing_leaves_the_outcome_open(status: int, text: str) -> None:
    with pytest.raises(OutcomeUnknown):
        await send(lambda request: httpx.Response(status, text=text))


@pytest.mark.parametrize("number", ["../me", "1/2", "", "1?x=1", "１２"])
async def test_what_is_no_id_does_not_get_into_a_path(number: str) -> None:
    with pytest.raises(Rejected):
        await client(lambda request: httpx.Response(200, json={})).post_message("t", number, {})


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "http://lookaside.fbsbx.com/x", "https://lookaside.fbsbx.com.evil.example/"]
)
async def test_the_token_goes_to_no_other_host(url: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("must not be asked")

    with pytest.raises(Rejected, match="not fetched"):
        await client(answer).download("secret-token", url)


async def test_media_is_fetched_without_following_redirects() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/moved":
            return httpx.Response(302, headers={"location": "https://evil.example/"})
        return httpx.Response(200, content=b"bytes")

    graph = client(answer)
    assert await graph.download("t", "https://lookaside.fbsbx.com/ok") == b"bytes"
    with pytest.raises(Rejected):
        await graph.download("t", "https://lookaside.fbsbx.com/moved")


@pytest.mark.parametrize("url", ["http://graph.example.com", "ftp://localhost", "graph.facebook.com", ""])
def test_a_token_is_not_sent_in_the_clear(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        client(lambda request: httpx.Response(200), base_url=url)


def test_every_code_is_in_one_class() -> None:
    codes = [code for kind in CLASSES for code in kind.codes]
    assert len(codes) == len(set(codes))
    assert classify(131049).behaviour is Behaviour.NOT_TODAY
    assert all(kind.says for kind in CLASSES)
