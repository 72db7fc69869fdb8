"""What the simulated Graph API refuses, with Meta's code for it, and what the phone then shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import CLINIC, HOST, Running, Start


def reply(ident: str, title: str) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": ident, "title": title}}


def buttons(*items: dict[str, Any], body: str = "Pick") -> dict[str, Any]:
    return {"type": "button", "body": {"text": body}, "action": {"buttons": list(items)}}


def rows(count: int, sections: int = 1, **row: str) -> dict[str, Any]:
    made = [
        {"title": f"S{s}", "rows": [{"id": f"{s}-{r}", "title": f"R{s}{r}", **row} for r in range(count)]}
        for s in range(sections)
    ]
    return {"type": "list", "body": {"text": "Pick"}, "action": {"button": "Open", "sections": made}}


REFUSED: list[tuple[str, str, Any, int]] = [
    ("an empty text", "text", {"body": " "}, 131008),
    ("a text without body", "text", {}, 131008),
    ("a text that is too long", "text", {"body": "x" * 4097}, 131009),
    ("a type nobody knows", "hologram", {}, 100),
    ("four buttons", "interactive", buttons(*(reply(str(n), str(n)) for n in range(4))), 131009),
    ("no buttons", "interactive", buttons(), 131009),
    ("a button title of 21 characters", "interactive", buttons(reply("a", "x" * 21)), 131009),
    ("two buttons with one title", "interactive", buttons(reply("a", "Yes"), reply("b", "Yes")), 131009),
    ("two buttons with one id", "interactive", buttons(reply("a", "Yes"), reply("a", "No")), 131009),
    ("a button message with a long body", "interactive", buttons(reply("a", "Yes"), body="x" * 1025), 131009),
    ("eleven rows", "interactive", rows(11), 131009),
    ("eleven rows over two sections", "interactive", rows(6, 2), 131009),
    ("a row title of 25 characters", "interactive", rows(1, title="x" * 25), 131009),
    ("a row description of 73 characters", "interactive", rows(1, description="x" * 73), 131009),
    ("two rows with one id", "interactive", rows(2, id="same"), 131009),
    ("a flow without id", "interactive", {"type": "flow", "body": {"text": "x"}, "action": {"name": "flow"}}, 131008),
    ("an image with id and link", "image", {"id": "1", "link": "https://x.org/a.png"}, 131009),
    ("an image id nobody uploaded", "image", {"id": "123"}, 131009),
    ("audio with a caption", "audio", {"link": "https://x.org/a.ogg", "caption": "x"}, 100),
    ("a place outside the globe", "location", {"latitude": 99, "longitude": 0}, 131009),
    ("a template nobody approved", "template", {"name": "nope", "language": {"code": "en"}}, 132001),
    ("a template in a language it lacks", "template", {"name": "win_back", "language": {"code": "fr"}}, 132001),
    ("a template without parameters", "template", {"name": "win_back", "language": {"code": "en"}}, 132000),
]


@pytest.mark.parametrize(("what", "kind", "part", "code"), REFUSED, ids=[row[0] for row in REFUSED])
async def test_what_breaks_the_rules_is_refused(sandbox: Running, what: str, kind: str, part: Any, code: int) -> None:
    await sandbox.say("wanjiku")
    status, answer = await sandbox.send(kind, part)
    assert (status >= 400, answer["error"]["code"]) == (True, code), what
    assert answer["error"]["fbtrace_id"]
    assert answer["error"]["error_data"]["details"]


async def test_the_limits_themselves_are_allowed(sandbox: Running) -> None:
    await sandbox.say("wanjiku")
    for kind, part in (
        ("text", {"body": "x" * 4096}),
        ("interactive", buttons(*(reply(f"{n}", f"{n}" + "x" * 19) for n in range(3)), body="x" * 1024)),
        ("interactive", rows(5, 2, description="x" * 72)),
    ):
        status, answer = await sandbox.send(kind, part)
        assert status == 200, answer


async def test_who_may_send(sandbox: Running) -> None:
    body = {"messaging_product": "whatsapp", "to": "254712000101", "type": "text", "text": {"body": "x"}}
    status, answer = await sandbox.graph(body, token="stolen")
    assert (status, answer["error"]["code"], answer["error"]["type"]) == (401, 190, "OAuthException")
    status, answer = await sandbox.graph(body, number=HOST.phone_number_id)  # another business's number
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)
    status, answer = await sandbox.graph({**body, "messaging_product": "sms"})
    assert answer["error"]["code"] == 100
    status, answer = await sandbox.graph({**body, "to": CLINIC.display_number})
    assert answer["error"]["code"] == 131021


async def test_the_window_closes_after_24_hours_and_templates_still_pass(sandbox: Running) -> None:
    await sandbox.say("wanjiku")
    sandbox.clock.move(timedelta(hours=23, minutes=59))
    assert (await sandbox.send("text", {"body": "x"}))[0] == 200
    sandbox.clock.move(timedelta(minutes=1))
    status, answer = await sandbox.send("text", {"body": "x"})
    assert (status, answer["error"]["code"]) == (400, 131047)
    values = [{"type": "text", "text": text} for text in ("Wanjiku", "Mara Clinic", "kesho 10:00")]
    template = {
        "name": "booking_reminder",
        "language": {"code": "sw"},
        "components": [{"type": "body", "parameters": values}],
    }
    status, answer = await sandbox.send("template", template)
    assert (status, answer["messages"][0]["message_status"]) == (200, "accepted")
    shown = (await sandbox.phone("wanjiku"))["bubbles"][-1]["content"]["text"]
    assert shown == (
        "Habari Wanjiku, tunakukumbusha booking yako ya Mara Clinic: kesho 10:00. Jibu hapa ukitaka kubadilisha."
    )


async def test_a_window_failure_can_come_late(sandbox: Running) -> None:
    await sandbox.control("PUT", "scenario/wanjiku", {"window_failure_late": True})
    assert (await sandbox.send("text", {"body": "x"}))[0] == 200
    await sandbox.subscriber.until(sandbox.subscriber.statuses)
    assert sandbox.subscriber.statuses()[0]["errors"][0]["code"] == 131047
    assert (await sandbox.phone("wanjiku"))["bubbles"] == []


async def test_an_empty_template_parameter_is_refused(sandbox: Running) -> None:
    parameters = [{"type": "text", "text": ""}, {"type": "text", "text": "Mara"}]
    template = {
        "name": "win_back",
        "language": {"code": "en"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    status, answer = await sandbox.send("template", template)
    assert (status, answer["error"]["code"]) == (400, 131008)


async def test_the_pair_rate_allows_a_burst_of_45_and_recovers(sandbox: Running) -> None:
    await sandbox.say("wanjiku")
    codes = [(await sandbox.send("text", {"body": str(n)}))[0] for n in range(46)]
    assert codes == [200] * 45 + [400]
    assert (await sandbox.send("text", {"body": "x"}))[1]["error"]["code"] == 131056
    sandbox.clock.move(timedelta(seconds=6))
    assert (await sandbox.send("text", {"body": "x"}))[0] == 200


async def test_throughput_is_limited_for_a_number(start: Start) -> None:
    sandbox = await start(messages_per_second=2, pair_rate=False)
    await sandbox.say("wanjiku")
    answers = [await sandbox.send("text", {"body": str(n)}) for n in range(6)]
    assert any(answer["error"]["code"] == 130429 for status, answer in answers if status == 429)


async def test_a_number_without_whatsapp_fails_later(sandbox: Running) -> None:
    for address in ({"to": "254799999999"}, {"recipient": "KE.1"}, {"to": "KE.13491208655302741918"}):
        status, _ = await sandbox.graph(
            {"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}, **address}
        )
        assert status == 200
    await sandbox.subscriber.until(lambda: len(sandbox.subscriber.statuses()) == 3)
    assert {item["errors"][0]["code"] for item in sandbox.subscriber.statuses()} == {131026}


async def test_a_forced_refusal_holds_as_often_as_chosen(sandbox: Running) -> None:
    await sandbox.say("wanjiku")
    await sandbox.control("PUT", "scenario/wanjiku", {"send_error": 131016, "times": 2})
    statuses = [(await sandbox.send("text", {"body": "x"}))[0] for _ in range(3)]
    assert statuses == [503, 503, 200]


async def test_what_the_control_api_cannot_do_is_said(sandbox: Running) -> None:
    async with sandbox.session.put(f"{sandbox.base}/control/scenario/all", json={"expload": 1}) as answer:
        assert answer.status == 400
        assert "expload" in (await answer.json())["error"]
    async with sandbox.session.post(f"{sandbox.base}/control/clock", data="{}") as answer:
        assert answer.status == 415
    async with sandbox.session.get(f"{sandbox.base}/control/customers/nobody/phone?business=1") as answer:
        assert answer.status == 404


async def test_chats_and_balances_survive_a_restart(start: Start, tmp_path: Any) -> None:
    kept = tmp_path / "phones.json"
    first = await start(state_path=kept)
    await first.say("wanjiku", "Nipo")
    await first.control("POST", "customers/wanjiku/money", {"balance": 77})
    async with first.session.get(f"{first.base}/phone/") as answer:
        assert answer.status == 200
    await start.stop()  # type: ignore[attr-defined]
    second = await start(state_path=kept)
    phone = await second.phone("wanjiku")
    assert (phone["bubbles"][0]["content"]["text"], phone["balance"], phone["window_open"]) == ("Nipo", 77, True)
