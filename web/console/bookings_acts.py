"""What the pages and addresses of the bookings do: ask the insights and the desk, and write down who did it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bookings.desk import Desk, Made
from crm import contacts, identity
from crm.identity import Identity
from engine.values import Money
from insights import bookings as insight
from insights.booked import Booked, Split
from insights.booked import booked as booked_one
from insights.bookings import Calendar, Free
from payments import desk as payments
from payments.mpesa.amounts import of_shillings
from people import audit
from storage.errors import Conflict
from storage.store import Document, Op, Store
from storage.vault import Vault
from web.console import frame
from web.console.bookings_shapes import Asking, Cancelling, Known, Looked, Making, Marking, Moving, Shown
from web.console.caller import Caller


class Wrong(Exception):
    """What a person wrote does not do. It is the phone number."""


class Acts:
    """`clock` is the business's time."""

    def __init__(
        self, store: Store, vault: Vault, clock: Callable[[], datetime], desk: Desk, money: payments.Desk
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._desk = desk
        self._money = money

    async def calendar(self, shown: Shown, caller: Caller) -> Calendar:
        return await insight.calendar(
            self._store, caller.org, await self._vault.org(caller.org), self._clock(), view=shown.view, day=shown.day,
            resource=shown.resource, language=caller.language, names=caller.may("conversations.read"),
        )  # fmt: skip

    async def known(self, id: str, caller: Caller) -> Known:
        booked: Booked = await booked_one(
            self._store, caller.org, await self._vault.org(caller.org), id, self._clock(), language=caller.language,
            names=caller.may("conversations.read"), money=caller.may("money.read"),
        )  # fmt: skip
        if booked.booking.state not in ("held", "confirmed"):
            return Known(booked=booked, cancelling={})
        row = await self._store.org(caller.org).get("bookings", id) or {}
        splits = await self._desk.splits(caller.org, row)
        currency = booked.booking.price.currency
        return Known(
            booked=booked,
            cancelling={
                by: Split(refund=Money(split.refund, currency), kept=Money(split.kept, currency))
                for by, split in splits.items()
            },
        )

    async def free(self, asked: Looked, caller: Caller) -> list[Free]:
        for id in (asked.offer, asked.instead_of or asked.offer):
            frame.plain_id(id)
        return await insight.free(
            self._store, caller.org, self._clock(), offer=asked.offer, day=asked.day, nights=asked.nights,
            instead_of=asked.instead_of, language=caller.language,
        )  # fmt: skip

    async def make(self, making: Making, caller: Caller) -> Document:
        phone = identity.phone(making.phone)
        if not phone or not making.key:
            raise Wrong
        person = Identity(phone=phone, name=identity.name(making.name))
        org = await self._store.get("orgs", caller.org) or {}
        contact = await self._met(caller, person)
        wanted = Made(
            key=f"{caller.actor}/{making.key}", contact=contact["_id"], offer=making.offer, start=making.start,
            resource=making.resource, nights=making.nights,
            language=contact.get("language") or (org.get("languages") or ["en"])[0],
        )  # fmt: skip
        note = self._note(caller, "bookings.made", self._desk.id_of(caller.org, wanted))
        return await self._desk.make(caller.org, wanted, note)

    async def _met(self, caller: Caller, person: Identity) -> Document:
        """The contact with this number, made if there is none; somebody else may make it at the same time."""
        store, vault = self._store.org(caller.org), await self._vault.org(caller.org)
        while True:
            met = await contacts.meet(store, vault, person, self._clock())
            if not met.ops:
                return met.contact
            try:
                await store.commit(met.ops)
            except Conflict:
                continue
            return met.contact

    async def move(self, id: str, moving: Moving, caller: Caller) -> None:
        note = self._note(caller, "bookings.moved", id)
        await self._desk.move(caller.org, id, moving.start, moving.resource, note)

    async def cancel(self, id: str, cancelling: Cancelling, caller: Caller) -> None:
        note = self._note(caller, "bookings.cancelled", id, by_whom=cancelling.by)
        await self._desk.cancel(caller.org, id, cancelling.by, cancelling.reason.strip()[:300], note)

    async def ask(self, id: str, asking: Asking, caller: Caller) -> None:
        """Raises KeyError, or what the payments' desk refuses."""
        wanted = payments.Asked(
            key=f"{caller.actor}/{id}/{asking.key}", booking=id, phone=asking.phone,
            amount=of_shillings(asking.shillings),
        )  # fmt: skip
        await self._money.ask(caller.org, wanted, self._note(caller, "bookings.deposit-asked", id))

    async def mark(self, id: str, marking: Marking, caller: Caller) -> None:
        note = self._note(caller, f"bookings.{marking.state}", id)
        await self._desk.mark(caller.org, id, marking.state, note)

    @staticmethod
    def _note(caller: Caller, what: str, id: str, **details: str) -> tuple[Op, ...]:
        return (audit.entry(caller.actor, what, caller.now, on=id, **details),)
