"""The ticks and the "typing…" sign are a courtesy: shown for what is answered, and never in anybody's way."""

from __future__ import annotations

from typing import Any

from channels.failures import Unreached
from channels.whatsapp.inbound import parse
from channels.whatsapp.presence import MOST_A_SECOND, Presence
from channels.whatsapp.types import Message


class Number:
    def __init__(self, marked: list[str], fails: bool) -> None:
        self._marked = marked
        self._fails = fails

    async def mark_read(self, id: str, *, typing: bool = False) -> None:
        self._marked.append(f"{id} {typing}")
        if self._fails:
            raise Unreached("no network")


class Accounts:
    def __init__(self, *, fails: bool = False, missing: bool = False) -> None:
        self.marked: list[str] = []
        self._fails = fails
        self._missing = missing

    async def number(self, org: str, entry: dict[str, Any]) -> Number | None:
        return None if self._missing else Number(self.marked, self._fails)


def written(id: str, **content: Any) -> Message:
    message = {"from": "254712000101", "id": id, "timestamp": "1795000000", **content}
    value = {"metadata": {"phone_number_id": "1"}, "messages": [message]}
    return parse(
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": "2", "changes": [{"field": "messages", "value": value}]}],
        }
    ).messages[0]


async def bot(org: str, sender: dict[str, Any]) -> bool:
    return sender["phone"] != "+254799999999"


async def test_what_waits_for_a_person_is_not_marked() -> None:
    accounts = Accounts()
    presence = Presence(accounts, bot)  # type: ignore[arg-type]
    presence.seen("org", written("wamid.1", type="text", text={"body": "hi"}, **{"from": "254799999999"}))
    await presence.close()
    assert accounts.marked == []


async def test_a_written_message_is_marked_read_with_the_typing_sign() -> None:
    accounts = Accounts()
    presence = Presence(accounts, bot)  # type: ignore[arg-type]
    presence.seen("org", written("wamid.1", type="text", text={"body": "hi"}))
    await presence.close()
    assert accounts.marked == ["wamid.1 True"]


async def test_a_reaction_is_not() -> None:
    accounts = Accounts()
    presence = Presence(accounts, bot)  # type: ignore[arg-type]
    presence.seen("org", written("wamid.1", type="reaction", reaction={"message_id": "wamid.0", "emoji": "👍"}))
    await presence.close()
    assert accounts.marked == []


async def test_a_failure_or_a_missing_number_disturbs_nobody() -> None:
    for accounts in (Accounts(fails=True), Accounts(missing=True)):
        presence = Presence(accounts, bot)  # type: ignore[arg-type]
        presence.seen("org", written("wamid.1", type="text", text={"body": "hi"}))
        await presence.close()


async def test_a_flood_leaves_the_courtesy_out() -> None:
    accounts = Accounts()
    presence = Presence(accounts, bot)  # type: ignore[arg-type]
    for number in range(MOST_A_SECOND * 3):
        presence.seen("org", written(f"wamid.{number}", type="text", text={"body": "hi"}))
    await presence.close()
    assert MOST_A_SECOND <= len(accounts.marked) <= 2 * MOST_A_SECOND  # a second may turn meanwhile
