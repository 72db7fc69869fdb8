"""What a provider tells about a business itself, written down: a task for a person, and which templates may be sent.

A task is one for each thing that went wrong. It opens anew when that happens again, not when the same notice is only
delivered again, and good news about the same ends it.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Literal

import msgspec

from storage.errors import Conflict
from storage.store import Document, Insert, Op, OrgStore, Update

_TRIES, _REMEMBERED = 5, 20
_ODD = re.compile(r"[^A-Za-z0-9_]")


class News(msgspec.Struct, frozen=True, kw_only=True):
    """`subject` is what it is about, of its kind; `good` ends an earlier worry about the same.

    `usable` says whether a template (then `subject` is its `template_key`) may be sent; None leaves that as it was.
    """

    kind: Literal["template", "account", "number"]
    subject: str
    good: bool
    text: str
    usable: bool | None = None


async def note(store: OrgStore, news: News, digest: str, now: datetime) -> None:
    """`digest` tells one notice from another. Raises what the store raises when it cannot store."""
    for attempt in range(_TRIES):
        try:
            ops = await _ops(store, news, digest, now)
            if ops:
                await store.commit(ops)
            return
        except Conflict:
            if attempt == _TRIES - 1:
                raise


def task_id(news: News) -> str:
    return f"channel.{news.kind}:{hashlib.sha256(news.subject.encode()).hexdigest()[:16]}"


def template_key(name: str, language: str) -> str:
    """A template as a field's name."""
    return f"t_{_ODD.sub('_', name)}__{_ODD.sub('_', language)}"[:200]


def unusable(org: Document, name: str, language: str) -> bool:
    """Whether the provider said that this template may not be sent."""
    return template_key(name, language) in (org.get("template_state") or {})


async def _ops(store: OrgStore, news: News, digest: str, now: datetime) -> list[Op]:
    id = task_id(news)
    task = await store.get("tasks", id)
    notices = list((task or {}).get("notices", ()))
    if digest in notices:
        return []
    ops: list[Op] = []
    seen = [*notices, digest][-_REMEMBERED:]
    if task is not None:
        state: Document = {"state": "done", "done_at": now} if news.good else {"state": "open", "at": now}
        ops.append(Update("tasks", id, {"set": {**state, "note": news.text, "notices": seen}}, expect=task["version"]))
    elif not news.good:
        fresh = {"kind": f"channel.{news.kind}", "state": "open", "contact": "", "note": news.text, "at": now}
        ops.append(Insert("tasks", {"_id": id, **fresh, "notices": seen}))
    if news.usable is not None:
        field = f"template_state.{news.subject}"
        change = {"unset": [field]} if news.usable else {"set": {field: {"why": news.text, "at": now}}}
        ops.append(Update("orgs", store.id, change))
    return ops
