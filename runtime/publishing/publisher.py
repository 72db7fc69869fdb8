"""The order of things in a publication: judged, counted, swapped in one commit, and only then the running are moved.

Whatever fails before the commit leaves the old set in force, with everything explained. The commit names the pointer
as it was read: of two publishers at once, one wins and the other is told so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from engine.findings import Findings
from runtime.clock import Clock
from runtime.metrics import Metrics
from runtime.publishing.gate import Candidate, Checked, Endpoints, Gate, unknown
from runtime.publishing.impact import Impact, Population, impact
from runtime.publishing.outcome import Order, Outcome, Progress, Status, Tell
from runtime.publishing.pointer import Pointer, read_pointer
from runtime.publishing.record import Publication, entered, publications
from runtime.publishing.sources import Sources
from runtime.publishing.tasks import Tasks
from runtime.release import EVERYONE, Compiled, Published
from storage.errors import Conflict
from storage.store import Op, Store

ON_A_TERMINAL = '. If you answer for it, say why: --accept-undecided "…"'  # a page has a field for that

log = structlog.get_logger("publishing")


class Wrong(Exception):
    """What was asked for cannot be done; the text says why, and what to do."""


class Publisher:
    """One per process; its publications are done one after the other."""

    def __init__(
        self, store: Store, published: Published, gate: Gate, tasks: Tasks, clock: Clock, metrics: Metrics,
        endpoints: Endpoints = unknown,
    ) -> None:  # fmt: skip
        self._endpoints = endpoints
        self._store = store
        self._published = published
        self._gate = gate
        self._tasks = tasks
        self._clock = clock
        self._metrics = metrics
        self._population = Population(store)
        self._one = asyncio.Lock()
        self.nudge: Callable[[], None] | None = None  # of whoever does what is left, where somebody does
        self.last_refusal: Outcome | None = None

    async def publish(self, order: Order, tell: Tell | None = None) -> Outcome:
        """Judge, count, swap. Never raises for what is wrong with the YAML: that is an `Outcome`."""
        async with self._one:
            outcome = await self._publish(order, tell or _silent, commits=True)
        self._note(order, outcome)
        return outcome

    async def preview(self, order: Order, tell: Tell | None = None) -> Outcome:
        """All of it but the commit; status "published" then means: it would be."""
        return await self._publish(order, tell or _silent, commits=False)

    async def in_force(self, org: str) -> tuple[Pointer, Sources]:
        """The pointer and the sources that it points at: an org's own, or else everybody's as what it would begin with.

        The pointer is always the org's.
        """
        pointer = await read_pointer(self._store, org)
        release = pointer.release or (await read_pointer(self._store, EVERYONE)).release
        return pointer, await self._published.sources(release) or Sources()

    async def _publish(self, order: Order, tell: Tell, *, commits: bool) -> Outcome:
        pointer, before = await self.in_force(order.org)
        made = Outcome(
            status="refused", org=order.org, number=pointer.number, release=pointer.release, before=pointer.release
        )
        if pointer.release == order.sources.id:
            if commits and order.files and order.files != pointer.files:
                await self._seen(pointer, order.files)
            return msgspec.structs.replace(made, status="unchanged")
        checks, why = await self._judged(order, before, tell)
        made = msgspec.structs.replace(made, checks=checks, why=why)
        if why:
            return made
        try:
            compiled = await self._published.compiled(order.sources)
        except Findings as findings:  # the gate compiles too; this is for one that does not
            checked = Checked(name="compile", verdict="refused", summary=str(findings), findings=findings.findings)
            return msgspec.structs.replace(made, checks=(*checks, checked), why="it does not compile")
        counted = await self._impact(order.org, pointer, compiled)
        made = msgspec.structs.replace(made, impact=counted)
        tell(Progress(stage="impact", text=str(counted)))
        if counted.refused:
            return msgspec.structs.replace(made, why=_cannot_move(counted))
        if not commits:
            return msgspec.structs.replace(made, status="published", release=order.sources.id)
        summary = {
            "checks": [{"name": c.name, "verdict": c.verdict, "summary": c.summary} for c in checks],
            "impact": str(counted),
            **({"accepted": order.accept_undecided} if order.accept_undecided else {}),
            **({"proposal": order.proposal} if order.proposal else {}),
        }
        record = self._record("published", pointer, order.sources.id, order.by, order.why, order.origin, summary)
        after = pointer.moved(files=order.files or pointer.files)
        return await self._swap(made, pointer, after, record, order.sources, compiled, "published", tell)

    async def _judged(self, order: Order, before: Sources, tell: Tell) -> tuple[tuple[Checked, ...], str]:
        """The gate's results, and in a sentence why it does not open."""
        checks: list[Checked] = []
        named = await self._endpoints(order.org)
        async for checked in self._gate.judge(Candidate(sources=order.sources, before=before, endpoints=named)):
            checks.append(checked)
            tell(Progress(stage="checked", text=checked.summary, checked=checked))
        if refused := [checked for checked in checks if checked.verdict == "refused"]:
            return tuple(checks), _said(refused)
        undecided = [checked for checked in checks if checked.verdict == "undecided"]
        if undecided and not order.accept_undecided.strip():
            return tuple(checks), f"{_said(undecided)}{ON_A_TERMINAL}"
        return tuple(checks), ""

    async def _impact(self, org: str, pointer: Pointer, compiled: Compiled, *, moves_any: bool = True) -> Impact:
        """Counted among those that would start on this release: an org with its own is no concern of everybody's."""
        release = pointer.release or (await read_pointer(self._store, EVERYONE)).release
        current = await self._published.release(release) if release else None
        population = await self._population.groups({} if org == EVERYONE else {"org": org})
        if org == EVERYONE:
            own = {row["_id"] for row in await self._store.find("pointers", {}, limit=10_000, everyone=True)}
            population = [group for group in population if group[0] not in own]
        before = current.definitions if current is not None else {}
        pending = await self._tasks.pending(org) if moves_any else {}
        return await impact(
            population, self._published.by_hash, before, compiled.definitions, pending, moves_any=moves_any
        )

    def _record(
        self, event: str, pointer: Pointer, release: str, by: str, why: str, origin: str, details: dict[str, Any]
    ) -> Publication:
        return Publication(
            number=pointer.journal_seq + 1, event=event, at=self._clock.now(), release=release, before=pointer.release,
            by=by, why=why, origin=origin, details=details,
        )  # fmt: skip

    async def _swap(
        self, made: Outcome, pointer: Pointer, after: Pointer, record: Publication, sources: Sources,
        compiled: Compiled, status: Status, tell: Tell,
    ) -> Outcome:  # fmt: skip
        """The one commit that changes what is in force; then this process's own pointer, then the running."""
        after = after.moved(number=record.number, release=record.release, at=record.at)
        after, entry = entered(pointer, after, record)
        counted = made.impact or Impact()
        ops: list[Op] = self._published.keeping(sources, compiled, made.org, record.at)
        ops += [entry, pointer.write(after), *await self._tasks.of(made.org, record, counted, compiled)]
        if status == "rolled_back":
            ops += await self._tasks.ending(made.org)
        try:
            await self._store.commit(ops)
        except Conflict:
            now = await read_pointer(self._store, made.org)
            if now.release == record.release:  # another process took the same folders at the same moment
                await self._published.refresh()
                return msgspec.structs.replace(made, status="unchanged", number=now.number, release=now.release)
            other = await publications(self._store, made.org, limit=1)
            who = f"#{other[0].number} by {other[0].by or 'somebody'}" if other else "another publication"
            why = f"{who} came first, while this one was judged. Look at it, and publish again if you still want to."
            return msgspec.structs.replace(made, status="overtaken", why=why)
        self._published.put_in_force(after, compiled)
        tell(Progress(stage="swapped", text=f"#{record.number} is in force"))
        await self._go_on(tell)
        return msgspec.structs.replace(made, status=status, number=record.number, release=record.release)

    async def _go_on(self, tell: Tell) -> None:
        """What the commit left to be done, by the process that follows; else here and now."""
        if self.nudge is not None:
            self.nudge()
        else:
            await self._tasks.look(tell)

    async def _seen(self, pointer: Pointer, files: str) -> None:
        """The folders are what is in force already: remembered, so that a restart has nothing to ask."""
        try:
            await self._store.commit([pointer.write(pointer.moved(files=files))])
        except Conflict:
            return  # somebody published meanwhile; the next look at the folders finds out

    # taking back

    async def rollback(
        self, org: str, *, to: int | None = None, by: str, why: str, tell: Tell | None = None
    ) -> Outcome:
        """Put an earlier release in force again: the last one before this, or that of publication `to`.

        It was judged when it was published; that is not done again. Machines that run finish on their own version.
        Raises Wrong when there is none.
        """
        async with self._one:
            pointer = await read_pointer(self._store, org)
            release = await self._earlier(pointer, to)
            sources = await self._published.sources(release)
            if sources is None:
                raise Wrong(f"the YAML of {release} is not kept here, so it cannot be put in force again")
            made = Outcome(
                status="rolled_back", org=org, number=pointer.number, release=pointer.release, before=pointer.release
            )
            compiled = await self._published.compiled(sources)
            counted = await self._impact(org, pointer, compiled, moves_any=False)
            made = msgspec.structs.replace(made, impact=counted)
            details = {"impact": str(counted), **({"to": to} if to is not None else {})}
            record = self._record("rolled_back", pointer, release, by, why, "cli", details)
            return await self._swap(
                made, pointer, pointer, record, sources, compiled, "rolled_back", tell or _silent
            )  # fmt: skip

    async def _earlier(self, pointer: Pointer, to: int | None) -> str:
        if not pointer.number:
            raise Wrong("nothing was published here yet")
        swaps = [p for p in await publications(self._store, pointer.org, limit=1000) if p.event != "drained"]
        if to is not None:
            found = next((swap.release for swap in swaps if swap.number == to), "")
            if not found:
                raise Wrong(f"there is no publication #{to}; `aais versions` lists them")
            if found == pointer.release:
                raise Wrong(f"#{to} is what is in force")
            return found
        before = next((swap.before for swap in swaps if swap.number == pointer.number), "")
        if not before:
            raise Wrong("there is nothing before what is in force")
        return before

    # retiring an old version

    async def drain(self, org: str, root: str, *, within: timedelta, by: str, why: str) -> datetime:
        """Give the machines of one version (by its hash) until then; what still runs goes to a person. When that is."""
        async with self._one:
            due = self._clock.now() + within
            definition = await self._published.by_hash(root)
            if definition is None:
                raise Wrong(f"no version {root[:12]} is kept here")
            current = self._published.named(org, f"{definition.kind}:{definition.name}")
            if current is not None and current.hash == root:
                raise Wrong(
                    f"{definition.name} v{definition.version} is in force: publish another before it is drained"
                )
            pointer = await read_pointer(self._store, org)
            details = {"definition": f"{definition.kind}:{definition.name}", "root": root, "due": due.isoformat()}
            record = self._record("drained", pointer, pointer.release, by, why, "cli", details)
            after, entry = entered(pointer, pointer, record)
            await self._store.commit(
                [entry, pointer.write(after), self._tasks.draining(org, definition, due, record.number, record.at)]
            )
            await self._go_on(_silent)
            return due

    def _note(self, order: Order, outcome: Outcome) -> None:
        self._metrics.count(f"publishing_{outcome.status}")
        fields = {"org": order.org, "number": outcome.number, "by": order.by, "origin": order.origin}
        if outcome.status in ("refused", "overtaken"):
            self.last_refusal = outcome
            log.error("not published: the version before stays in force", why=outcome.why, **fields)
            return
        self.last_refusal = None
        if outcome.status == "published":
            log.info("published", release=outcome.release, why=order.why, impact=str(outcome.impact), **fields)


def _said(checks: list[Checked]) -> str:
    return "; ".join(f"{checked.name}: {checked.summary}" for checked in checks)


def _cannot_move(counted: Impact) -> str:
    some = [str(group) for group in counted.refused[:3]]
    more = len(counted.refused) - len(some)
    return "what runs cannot be moved. " + " ".join(some) + (f" And {more} more." if more else "")


def _silent(_: Progress) -> None:
    return None
