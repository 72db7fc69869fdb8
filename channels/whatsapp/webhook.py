"""What a genuine webhook leads to: inbound events for the runtime, statuses for the messages, and the rest kept.

Used by the HTTP view, which it gives the answer: 200 only after everything is stored. Storing is
idempotent throughout, so a body that failed half way is simply delivered again by Meta.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from channels.news import News
from channels.whatsapp.accept import Refused, accept
from channels.whatsapp.mapping import SOURCE, message_inbound, notice_inbound, preference_person
from channels.whatsapp.notices import read_notice
from channels.whatsapp.presence import Presence
from channels.whatsapp.types import Message, Notice, Parsed, Person, Status
from runtime.inbox import Inbound

_FRESH_SECONDS = 60.0

Receive = Callable[[Sequence[Inbound]], Awaitable[Any]]
Tenant = Callable[[str, str], Awaitable[str | None]]  # (phone_number_id, WABA id) -> org


class Deliveries(Protocol):
    """Writes what became of sent messages; the events that machines have to hear of (failures) come back."""

    async def apply(self, org: str, statuses: Sequence[Status], now: datetime) -> list[Inbound]: ...


class Keep(Protocol):
    """Stores, sealed, what nobody can take now: an unknown tenant's message, a field that is new."""

    async def __call__(self, org: str | None, reason: str, raw: bytes, now: datetime) -> None: ...


class Inform(Protocol):
    """Tells the businesses of a WhatsApp account the news about it; how many there are. Idempotent by `digest`."""

    async def __call__(self, account: str, news: News, digest: str, now: datetime) -> int: ...


class Metrics(Protocol):
    def count(self, name: str, amount: int = 1) -> None: ...


class Answer(msgspec.Struct, frozen=True):
    """The HTTP answer. Meta reads the status only; the body is for people."""

    status: int
    body: str


class Webhook:
    """`vault` is the `storage.vault.Vault`; `tenant` finds the org of a business number."""

    def __init__(
        self, *, secret: str, receive: Receive, tenant: Tenant, vault: Any, deliveries: Deliveries, keep: Keep,
        metrics: Metrics, presence: Presence | None = None, inform: Inform | None = None,
    ) -> None:  # fmt: skip
        self._secret = secret
        self._receive = receive
        self._tenant = tenant
        self._vault = vault
        self._deliveries = deliveries
        self._keep = keep
        self._metrics = metrics
        self._presence = presence
        self._inform = inform
        self._tenants: dict[tuple[str, str], tuple[str, float]] = {}

    async def post(self, raw: bytes, signature: str | None, now: datetime) -> Answer:
        """Take a POST in. Raises what the store raises when it cannot store: answer 5xx then."""
        accepted = accept(raw, signature, self._secret)
        if isinstance(accepted, Refused):
            return self.refuse(accepted)
        await self._take(accepted.parsed, now)
        return Answer(200, "ok")

    def refuse(self, refused: Refused) -> Answer:
        """Count a refusal and say it; also for a body that the HTTP view did not even read."""
        self._metrics.count(f"whatsapp.refused.{refused.code}")
        return Answer(refused.status, refused.reason)

    async def _take(self, parsed: Parsed, now: datetime) -> None:
        inbounds = [inbound for message in in_order(parsed.messages) for inbound in await self._message(message, now)]
        for notice in parsed.others:
            inbounds.extend(await self._notice(notice, now))
        if inbounds:
            await self._receive(inbounds)
        if self._presence is not None:
            for message in parsed.messages:
                org = await self._org(message.number.id, message.number.account)
                if org is not None and message.sender.key:
                    self._presence.seen(org, message)
        failures = await self._statuses(parsed.statuses, now)
        if failures:
            await self._receive(failures)
        for problem in parsed.problems:
            self._metrics.count("whatsapp.problem")
            org = await self._org(problem.number.id, problem.number.account)
            await self._keep(org, f"{problem.where}: {problem.reason}", _json(problem.raw), now)

    async def _org(self, number: str, account: str) -> str | None:
        """Remembered for a minute, since each message of a busy number asks for the same."""
        if not number and not account:
            return None
        known = self._tenants.get((number, account))
        if known is not None and time.monotonic() - known[1] < _FRESH_SECONDS:
            return known[0]
        org = await self._tenant(number, account)
        if org is not None:
            self._tenants[(number, account)] = (org, time.monotonic())
        return org

    async def _message(self, message: Message, now: datetime) -> list[Inbound]:
        org = await self._org(message.number.id, message.number.account)
        if org is None:
            self._metrics.count("whatsapp.unknown_tenant")
            await self._keep(None, f"no tenant has number {message.number.id!r}", _json(message), now)
            return []
        self._metrics.count(f"whatsapp.message.{message.kind}")
        if message.kind in ("unknown", "broken"):
            await self._keep(org, f"{message.kind} message of type {message.type!r}", _json(message.raw), now)
        if not message.sender.key or message.group:
            # Without an identity there is nobody to answer; a group is no customer.
            await self._keep(org, "a message without a sender, or of a group", _json(message.raw), now)
            return []
        return [message_inbound(message, org, await self._lane(org, message.sender))]

    async def _lane(self, org: str, person: Person) -> str:
        vault = await self._vault.org(org)
        return f"{SOURCE}:{vault.lookup('whatsapp', person.key)}"

    async def _notice(self, notice: Notice, now: datetime) -> list[Inbound]:
        self._metrics.count(f"whatsapp.notice.{notice.field if notice.known else 'unknown'}")
        org = await self._org(notice.number.id, notice.account)
        preferences = notice.value.get("user_preferences") if isinstance(notice.value, dict) else None
        news = read_notice(notice)
        if news is not None and self._inform is not None:
            digest = hashlib.sha256(_json(notice)).hexdigest()[:16]
            told = await self._inform(notice.account, news, digest, now)
            self._metrics.count(f"whatsapp.news.{news.kind}.{'good' if news.good else 'bad'}", told)
        if org is None or notice.field != "user_preferences" or not isinstance(preferences, list):
            await self._keep(org, f"field {notice.field!r}", _json(notice), now)
            return []
        found = []
        for preference in preferences:
            person = preference_person(preference) if isinstance(preference, dict) else Person()
            if person.key:
                found.append(notice_inbound(notice, preference, org, await self._lane(org, person)))
            else:
                await self._keep(org, "a preference without a person", _json(notice), now)
        return found

    async def _statuses(self, statuses: Sequence[Status], now: datetime) -> list[Inbound]:
        by_org: dict[str, list[Status]] = {}
        for status in statuses:
            org = await self._org(status.number.id, status.number.account)
            if org is None:
                self._metrics.count("whatsapp.unknown_tenant")
                await self._keep(None, f"no tenant has number {status.number.id!r}", _json(status), now)
                continue
            self._metrics.count(f"whatsapp.status.{status.status if status.status in KNOWN else 'unknown'}")
            by_org.setdefault(org, []).append(status)
        found: list[Inbound] = []
        for org, group in by_org.items():
            found.extend(await self._deliveries.apply(org, group, now))
        return found


KNOWN = frozenset({"sent", "delivered", "read", "played", "failed", "deleted", "warning"})


def in_order(messages: Sequence[Message]) -> list[Message]:
    """By the provider's time, then by arrival: deliveries are not ordered, and seconds tie."""
    return sorted(messages, key=lambda message: message.at.timestamp() if message.at else float("inf"))


def _json(value: Any) -> bytes:
    """What is kept. Canonical, so that a repeated delivery of the same thing has the same digest."""
    try:
        return msgspec.json.encode(value, order="deterministic")
    except (TypeError, ValueError, RecursionError, OverflowError):
        return repr(value).encode("utf-8", "replace")
