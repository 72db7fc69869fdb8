"""Whom the business's rules may tell things, and what became of what was told lately. No secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from hooks import deliveries, endpoints
from storage.store import Store


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint. `url` only for whoever may change it: some receivers take anything from anybody who knows it."""

    name: str
    host: str
    url: str
    about: str
    at: datetime | None
    on: bool


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One message: `status` is the receiver's last HTTP status, 0 where none came; `code` why it waits or failed."""

    id: str
    endpoint: str
    event: str
    at: datetime
    state: Literal["waiting", "sent", "failed"]
    attempts: int
    status: int
    code: str
    again_at: datetime | None


class Webhooks(msgspec.Struct, frozen=True, kw_only=True):
    """`hosts` are those that this server may send to at all."""

    endpoints: tuple[Receiver, ...]
    latest: tuple[Told, ...]
    hosts: tuple[str, ...]


async def told(store: Store, org: str, hosts: frozenset[str], *, change: bool) -> Webhooks:
    document = await store.get("orgs", org) or {}
    lately = await deliveries.latest(store.org(org))
    return Webhooks(
        endpoints=tuple(
            Receiver(
                name=each.name, host=urlsplit(each.url).hostname or "", url=each.url if change else "",
                about=each.about, at=each.at, on=not each.off,
            )
            for each in endpoints.listed(document)
        ),
        latest=tuple(
            Told(
                id=each.id, endpoint=each.endpoint, event=each.event, at=each.at, state=each.state,
                attempts=each.attempts, status=each.status, code=each.code, again_at=each.again_at,
            )
            for each in lately
        ),
        hosts=tuple(sorted(hosts)),
    )  # fmt: skip
