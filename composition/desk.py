"""What an operator may ask of publishing, in one place: the command line, the server's control door and its watcher.

Takes plain texts and names, gives the frozen values of `runtime.publishing`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from composition.folders import Origin, Taken
from runtime.publishing.outcome import Order, Outcome, Tell
from runtime.publishing.pointer import read_pointer
from runtime.publishing.publisher import Publisher, Wrong
from runtime.publishing.sources import Sources
from runtime.release import EVERYONE, Published
from storage.store import Metric, Store


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """YAML as somebody handed it in: `folders` are replaced as a whole, other files take their namesakes' place."""

    texts: dict[str, str]
    folders: tuple[str, ...] = ()
    org: str = EVERYONE
    by: str = ""
    why: str = ""
    accept_undecided: str = ""
    dry_run: bool = False


class Old(msgspec.Struct, frozen=True, kw_only=True):
    """A version that is no longer in force, and what still runs on it. `due`: when a person takes that over."""

    definition: str
    root: str
    version: int
    running: int
    states: dict[str, int]
    due: datetime | None = None


class Desk:
    """`origin` is where a reload reads from; None where there is no server to have folders."""

    def __init__(self, store: Store, published: Published, publisher: Publisher, origin: Origin | None) -> None:
        self._store = store
        self._published = published
        self.publisher = publisher
        self._origin = origin

    def refusal(self) -> dict[str, str]:
        """What was refused last, if nothing was published since: for whoever watches over the server."""
        last = self.publisher.last_refusal
        return {} if last is None else {"refused": last.why, "in_force": f"#{last.number}"}

    async def publish(self, handed: Handed, tell: Tell | None = None) -> Outcome:
        await self._known(handed.org)
        _, before = await self.publisher.in_force(handed.org)
        order = Order(
            sources=before.replaced(handed.texts, handed.folders), org=handed.org, by=handed.by, why=handed.why,
            accept_undecided=handed.accept_undecided,
        )  # fmt: skip
        if handed.dry_run:
            return await self.publisher.preview(order, tell)
        return await self.publisher.publish(order, tell)

    async def take(self, taken: Taken, tell: Tell | None = None) -> Outcome:
        """Put in force, for everybody, what the folders hold."""
        sources = Sources.of(taken.texts)
        order = Order(
            sources=sources, org=EVERYONE, by=taken.by, why=taken.why, origin=taken.origin, files=sources.id
        )  # fmt: skip
        return await self.publisher.publish(order, tell)

    async def reload(self, by: str, why: str, tell: Tell | None = None) -> Outcome:
        """Read the folders again, because somebody asks for it: also when a publication since then was not theirs."""
        if self._origin is None:
            raise Wrong("there is no server here whose folders could be read again")
        taken = await self._origin.read()
        if taken.origin == "files":
            taken = msgspec.structs.replace(taken, by=by, why=why)
        return await self.take(taken, tell)

    async def rollback(self, org: str, to: int | None, by: str, why: str, tell: Tell | None = None) -> Outcome:
        await self._known(org)
        return await self.publisher.rollback(org, to=to, by=by, why=why, tell=tell)

    async def drain(self, org: str, named: str, within: timedelta, by: str, why: str) -> datetime:
        """`named` is "booking@1a2b3c", as `old` lists them; the hash may be cut short."""
        await self._known(org)
        old = [each for each in await self.old(org) if _fits(each, named)]
        if len(old) != 1:
            known = ", ".join(f"{each.definition.partition(':')[2]}@{each.root[:8]}" for each in await self.old(org))
            which = f"{named} is not one old version with something running on it"
            raise Wrong(f"{which}; there are: {known or 'none'}")
        return await self.publisher.drain(org, old[0].root, within=within, by=by, why=why)

    async def old(self, org: str) -> list[Old]:
        """What runs on versions that are not in force any more."""
        where = {"status": {"in": ["live", "parked"]}, **({} if org == EVERYONE else {"org": org})}
        rows = await self._store.aggregate(
            "machines", where, group=["org", "root", "state"], metrics={"running": Metric(kind="count")}, everyone=True
        )
        due = {row["root"]: row["due"] for row in await self._store.find(
            "publishing", {"kind": "drain", "state": "open"}, limit=1000, everyone=True
        )}  # fmt: skip
        found: dict[str, Old] = {}
        for row in rows:
            definition = await self._published.by_hash(str(row["root"] or ""))
            if definition is None:
                continue
            name = f"{definition.kind}:{definition.name}"
            current = self._published.named(row["org"], name)
            if current is not None and current.hash == row["root"]:
                continue
            known = found.get(row["root"])
            states = dict(known.states) if known is not None else {}
            states[row["state"]] = states.get(row["state"], 0) + int(row["running"])
            found[row["root"]] = Old(
                definition=name, root=row["root"], version=definition.version, running=sum(states.values()),
                states=states, due=due.get(row["root"]),
            )  # fmt: skip
        return sorted(found.values(), key=lambda old: (old.definition, -old.version, old.root))

    async def _known(self, org: str) -> None:
        if org == EVERYONE or await self._store.get("orgs", org) is not None:
            return
        if not (await read_pointer(self._store, org)).number:
            raise Wrong(f"there is no business {org!r}; `aais org list` shows them")


def _fits(old: Old, named: str) -> bool:
    name, _, hash = named.partition("@")
    kind, _, plain = old.definition.partition(":")
    return name in (plain, f"{kind}:{plain}") and old.root.startswith(hash)
