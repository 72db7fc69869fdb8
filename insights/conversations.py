"""Conversations as people of the business see them: a page of the list, and one with its messages and its trace."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from channels import window
from channels.outgoing import OutgoingMessage
from channels.standins import stand_in
from crm import contacts, messages
from crm.desk import FLOW, TEXT
from crm.preferences import wants_no_answer
from insights import trace
from insights.addresses import address_of, id_of
from insights.outcomes import MACHINES, cost, entries_of
from insights.seeking import people_behind, sought_by
from insights.tasks import Todo, todo
from insights.trace import Entry
from storage.errors import Unreadable
from storage.store import Document, Filter, OrgStore, Store
from storage.vault import OrgVault

PAGE = 30
MESSAGES = 60
_DAY = timedelta(hours=24)
Which = Literal["needs", "open", "all"]


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation in the list. `closes`: the end of the 24-hour window."""

    id: str
    name: str
    phone: str
    channel: str
    words: str  # the last
    mine: bool  # whether the business said them
    at: datetime | None
    flow: str
    state: str
    handler: str  # bot, agent
    agent: str  # who, where a person of the business has taken it
    unread: bool
    closes: datetime | None


class Talks(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the list. `after` fetches the next one; `mark` changes whenever this page would look different."""

    talks: tuple[Talk, ...]
    waiting: int
    mark: str
    after: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said. `reason`: why it was withheld or failed."""

    id: str
    at: datetime
    mine: bool
    by: str  # customer, bot, agent
    text: str
    status: str
    reason: str = ""
    template: str = ""
    machine: str = ""
    cost: str = ""


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation. `open`: something may be written freely; `stand_in`: the template that may be sent if not.

    `silenced`: they asked for no more messages, so that not even a person may write.
    """

    talk: Talk
    messages: tuple[Message, ...]
    entries: tuple[Entry, ...]
    tasks: tuple[Todo, ...]
    open: bool
    stand_in: str
    silenced: bool
    mark: str
    more: bool = False


async def listed(
    store: Store, org: str, vault: OrgVault, now: datetime, *, which: Which = "all", sought: str = "", after: str = ""
) -> Talks:
    """The latest first."""
    view = store.org(org)
    wanted = await sought_by(view, vault, sought) if sought.strip() else _wanted(which, now)
    place = _place(after)
    rows = await view.find("conversations", wanted, sort=[("last_in", -1)], limit=PAGE + 1, after=place)
    page, more = rows[:PAGE], len(rows) > PAGE
    people = await people_behind(view, vault, page)
    standing = await _standing(store, view, page)
    talks = [await _talk(view, vault, row, people, standing) for row in page]
    return Talks(
        talks=tuple(talks), waiting=await view.count("conversations", {"handler": "agent"}), mark=_mark(rows),
        after=_written(page[-1]) if more else "",
    )  # fmt: skip


async def list_mark(view: OrgStore, which: Which, now: datetime) -> str:
    """Cheap: one query by an index."""
    rows = await view.find("conversations", _wanted(which, now), sort=[("last_in", -1)], limit=PAGE + 1)
    newest = await view.find("messages", {}, sort=[("at", -1)], limit=10)
    return f"{_mark(rows)}.{_mark(newest)}"


async def mark(view: OrgStore, conversation: Document) -> str:
    """Changes with each message, tick and entry: three queries by indexes."""
    latest = await view.find("messages", {"conversation": conversation["_id"]}, sort=[("at", -1)], limit=MESSAGES)
    machines = await view.find("machines", {"contact": conversation["contact"]}, limit=MACHINES)
    return f"{conversation.get('handler')}{conversation.get('journal_seq') or 0}.{_mark(latest)}.{_mark(machines)}"


async def one(
    store: Store, org: str, vault: OrgVault, conversation: Document, business: Document, now: datetime
) -> Conversation:
    """A conversation with its latest messages, and what the machines did in it."""
    view = store.org(org)
    people = await people_behind(view, vault, [conversation])
    talk = await _talk(view, vault, conversation, people, await _standing(store, view, [conversation]))
    rows = await view.find("messages", {"conversation": conversation["_id"]}, sort=[("at", -1)], limit=MESSAGES + 1)
    return Conversation(
        talk=talk,
        messages=tuple([await _message(vault, row) for row in reversed(rows[:MESSAGES])]),
        entries=await entries_of(store, view, vault, conversation),
        tasks=tuple(
            [
                await todo(vault, task, {})
                for task in await view.find("tasks", {"conversation": conversation["_id"], "state": "open"}, limit=20)
            ]
        ),
        open=may_write(conversation, now),
        stand_in=template_for(conversation, business, "…"),
        silenced=wants_no_answer(await contacts.find(view, conversation["contact"]) or {}, conversation, now),
        mark=await mark(view, conversation),
        more=len(rows) > MESSAGES,
    )


def may_write(conversation: Document, now: datetime) -> bool:
    """Whether the 24-hour window is open. The dispatcher judges again when it sends."""
    return window.is_open(conversation.get("window_until"), now)


def template_for(conversation: Document, business: Document, text: str) -> str:
    """The approved template in which an answer may go out when the window is closed; none: ""."""
    language = str(conversation.get("language") or "en")
    answer = OutgoingMessage(text=text, language=language, flow=FLOW, keys=(TEXT,), sender="agent")
    template = stand_in(answer, business)
    return template.name if template is not None else ""


def _wanted(which: Which, now: datetime) -> Filter:
    if which == "needs":
        return {"handler": "agent"}
    return {"last_in": {"gt": now - _DAY}} if which == "open" else {}


async def _standing(store: Store, view: OrgStore, rows: Sequence[Document]) -> dict[str, tuple[str, str]]:
    """Where the machine on top of each floor stands: (flow, state) by machine."""
    tops = sorted({row["floor"][-1] for row in rows if row.get("floor")})
    machines = await view.find("machines", {"_id": {"in": tops}}, limit=len(tops)) if tops else []
    names = await trace.named(store, {str(machine["definition"]) for machine in machines})
    return {machine["_id"]: (names.get(str(machine["definition"]), ""), str(machine["state"])) for machine in machines}


async def _talk(
    view: OrgStore, vault: OrgVault, row: Document, people: dict[str, dict[str, Any]],
    standing: dict[str, tuple[str, str]],
) -> Talk:  # fmt: skip
    person = people.get(row["contact"], {})
    flow, state = standing.get((row.get("floor") or [""])[-1], ("", ""))
    latest = await view.find("messages", {"conversation": row["_id"]}, sort=[("at", -1)], limit=1)
    last = await _message(vault, latest[0]) if latest else None
    read, written = row.get("looked_at"), row.get("last_in")
    return Talk(
        id=address_of(row["_id"]), name=str(person.get("name") or ""), phone=str(person.get("phone") or ""),
        channel=str(row.get("channel") or ""), words=last.text if last else "", mine=bool(last and last.mine),
        at=last.at if last else written, flow=flow, state=state, handler=str(row.get("handler") or "bot"),
        agent=str(row.get("agent") or ""), unread=written is not None and (read is None or read < written),
        closes=row.get("window_until"),
    )  # fmt: skip


async def _message(vault: OrgVault, row: Document) -> Message:
    mine = row["direction"] == "out"
    try:
        await vault.ensure(row["contact"])
        content = messages.content(vault, row)
    except Unreadable:
        content = {}
    text = str(content.get("text") or content.get("choice_title") or "")
    return Message(
        id=row["_id"], at=row["at"], mine=mine, by=str(row.get("sender") or "bot") if mine else "customer",
        text=text or f"[{row.get('kind') or 'message'}]", status=str(row.get("status") or ""),
        reason=str(row.get("reason") or "") if row.get("status") in ("failed", "withheld", "unsent") else "",
        template=row["template"] if isinstance(row.get("template"), str) else "", machine=str(row.get("machine") or ""),
        cost=cost(row),
    )  # fmt: skip


def _mark(rows: Sequence[Document]) -> str:
    text = "|".join(f"{row['_id']}:{row.get('version', 1)}" for row in rows)
    return f"{zlib.crc32(text.encode()):08x}"


def _written(row: Document) -> str:
    last = row.get("last_in")
    return f"{last.isoformat() if last is not None else ''}~{address_of(row['_id'])}"


def _place(after: str) -> list[Any] | None:
    """Where a page goes on; what can be no place is the beginning."""
    when, tilde, id = after.partition("~")
    if not tilde:
        return None
    try:
        return [datetime.fromisoformat(when) if when else None, id_of(id)]
    except ValueError:
        return None
