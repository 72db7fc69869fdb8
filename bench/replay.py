"""How many journaled events a second are replayed: on the version that wrote them, and on a candidate.

The journal is of bookings on the shipped flows, played with the engine and written as the runtime writes them: each
conversation reaches its deposit and its confirmation in nine steps. The candidate differs in its title, so that every
conversation is followed to its end and compared. All of it is read from the store and opened with the persons' keys.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import engine
import language
from bench.figures import Figure, figure
from composition.definitions import compile_sources, registry
from composition.folders import read_folders
from engine import Money, Unanswered
from engine.model import Event, Snapshot, Step
from runtime import machines
from runtime.backtest import Backtest, Report, Selection
from runtime.journal import GENESIS, Body, Journal
from runtime.reading import Chosen
from runtime.release import Published
from runtime.replay import Replay
from storage.sqlite import open_sqlite
from storage.store import Insert, Op, OrgStore
from storage.vault import Vault

ROOT = Path(__file__).resolve().parent.parent
ORG, CONVERSATIONS, ROUNDS = "bench", 250, 8
BEGAN = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
_OFFER = {"id": "o1", "name": "Braids", "price": Money(300000, "KES"), "deposit": Money(50000, "KES")}
_SLOT = {"id": "s1", "label": "10:00", "start": BEGAN + timedelta(days=2), "end": BEGAN + timedelta(days=2, hours=3)}
_DAY = {"id": "2026-11-18", "date": date(2026, 11, 18), "label": "Wednesday", "free": 2, "description": "2 free"}
_BOOKING = {"id": "b1", "ref": "K7Q2", "offer_name": "Braids", "start": _SLOT["start"], "deposit": Money(50000, "KES"),
            "paid": Money(50000, "KES"), "price": Money(300000, "KES")}  # fmt: skip
_ANSWERS: dict[str, Any] = {
    "business": {"name": "Salon Zuri", "zone": "Africa/Nairobi", "currency": "KES", "address": "Moi Avenue"},
    "contact": {"name": "Wanjiku Kamau", "phone": "+254712345678", "paying_phone": "+254712345678"},
    "offers.active": [_OFFER, {**_OFFER, "id": "o2", "name": "Nails"}],
    "bookings.days": [_DAY],
    "bookings.free_slots": [_SLOT],
}


def run() -> list[Figure]:
    """The better of `ROUNDS`, each over the whole journal."""
    with tempfile.TemporaryDirectory(prefix="aais-bench-") as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[Figure]:
    store = await open_sqlite(folder / "replay.db")
    vault, published = Vault(store, [b"k" * 32]), Published(store, compile_sources)
    files = {
        name: text for name, text in read_folders((ROOT / "flows", ROOT / "rules")).items() if ".test." not in name
    }
    release = await published.publish(files)
    await _record(store.org(ORG), await vault.org(ORG), release.definitions["flow:booking"])
    title = json.dumps("title: Another title")[1:-1]
    lines = [title if line.startswith("title:") else line for line in files["flows/booking.yaml"].splitlines()]
    candidate = compile_sources({**files, "flows/booking.yaml": "\n".join(lines)})
    again = Replay(store, vault, published, engine)
    backtest = Backtest(store, vault, published, engine, language.understand, candidate, registry())

    async def same() -> int:
        return await _same(again.run(ORG, Chosen()))

    async def followed() -> int:
        return await _followed(backtest.run(Selection(org=ORG)))

    figures = [
        figure("replay.same", await _rate(same), "events/s", 5000),
        figure("replay.candidate", await _rate(followed), "events/s", 5000),
    ]
    await store.close()
    return figures


async def _rate(work: Callable[[], Any]) -> float:
    best = 0.0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        best = max(best, await work() / (time.perf_counter() - began))
    return round(best)


async def _same(results: AsyncIterator[Any]) -> int:
    entries = 0
    async for done in results:
        if done.flaws:
            raise RuntimeError(f"{done.machine} does not replay: {done.flaws[0].why}")
        entries += done.entries
    return entries


async def _followed(results: AsyncIterator[Any]) -> int:
    report = Report()
    async for passed in results:
        report.add(passed)
    if report.outcome("same") != CONVERSATIONS:
        raise RuntimeError(f"not all go the same way: {report.examples[:1]}")
    return report.entries


async def _record(store: OrgStore, vault: Any, definition: Any) -> None:
    """Write the conversations, a commit each."""
    for number in range(CONVERSATIONS):
        contact = f"c{number:04}"
        await vault.ensure(contact)
        await store.commit(list(_written(f"booking:{contact}", contact, definition, vault)))


def _written(machine: str, contact: str, definition: Any, vault: Any) -> Iterator[Op]:
    about = {"org": ORG, "contact": contact, "channel": "whatsapp", "language": "en", "links": {}}
    prev, source, journal = GENESIS, "", Journal()
    for step, begun in _played(machine, definition, about):
        body = Body(step=step, begun=begun)
        entry = journal.step_entry(
            body, org=ORG, subject=contact, source=source, prev=prev, vault=vault, cause=f"bench/{step.snapshot.seq}"
        )  # fmt: skip
        yield Insert("journal", entry)
        prev, source, last = entry["hash"], step.snapshot.state, step.snapshot
    kept = machines.Machine(
        snapshot=last, hash=prev, status="done", subject=contact, conversation=f"{contact}/whatsapp", version=0,
        started=BEGAN,
    )  # fmt: skip
    yield machines.insert(kept, ORG, vault, BEGAN)


def _played(machine: str, definition: Any, about: dict[str, Any]) -> Iterator[tuple[Step, dict[str, Any] | None]]:
    """A booking with its deposit, step by step; the first with what it was begun with."""
    begun = {"data": {}, "about": about}
    step = _answered(lambda answers: engine.begin(definition, machine, {}, about, BEGAN, answers))
    yield step, begun
    requests: dict[str, str] = {}
    for place, event in enumerate(_events(), start=1):
        before: Snapshot = step.snapshot
        id = f"{requests[event.id]}" if event.id in requests else f"wamid.{place}"
        fed = Event(name=event.name, data=event.data, id=id)
        now = BEGAN + timedelta(seconds=20 * place)
        step = _answered(lambda answers, b=before, e=fed, n=now: engine.step(definition, b, e, n, answers))
        requests |= {do.verb: f"{machine}/{step.snapshot.seq}/{do.index}" for do in step.dos}
        yield step, None


def _events() -> list[Event]:
    """What happens; `id` names the verb that it answers."""
    taps = [("o1", _OFFER), ("2026-11-18", _DAY), ("s1", _SLOT)]
    answers = [Event(name="answer", data={"value": v, "choice": c, "how": "tap", "text": c}) for c, v in taps]
    send = Event(name="answer", data={"value": "send", "choice": "send", "how": "tap", "text": "Yes, send it"})
    held = Event(name="bookings.held", data={"booking": _BOOKING}, id="bookings.hold")
    prompted = Event(name="payment.prompted", data={"payment": "p1"})
    paid = Event(
        name="payment.confirmed", data={"payment": "p1", "amount": Money(50000, "KES"), "receipt": "TKL4H7QX2P"}
    )
    confirmed = Event(name="bookings.confirmed", data={"booking": _BOOKING}, id="bookings.confirm")
    return [*answers, held, send, prompted, paid, confirmed]


def _answered(compute: Callable[[Mapping[str, Any]], Step]) -> Step:
    answers: dict[str, Any] = {}
    while True:
        try:
            return compute(answers)
        except Unanswered as missing:
            answers[missing.question.key] = _ANSWERS.get(missing.question.verb, [])


if __name__ == "__main__":
    for line in run():
        print(line)
