"""A machine's journal as something that can be followed: what happened in order, and what each event answered.

An event that the runtime posts carries its origin in its id: `<machine>/<seq>/<do>` for what a change answered,
`<machine>/<seq>/<do>/answer` for an action, `<other machine>/<seq>/tell<n>` for what a linked machine told. By that an
event is recognised that could not have come, had the request not been made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from engine.model import Do, Event, Snapshot, Step
from runtime.journal import Body, applied

Live = dict[tuple[str, int], datetime]  # a timer's name and visit, and when it is due


class Request(msgspec.Struct, frozen=True):
    """The nth time that a machine asked for a verb, from 1."""

    verb: str
    nth: int


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One entry that holds a step. `before` is None where the machine began.

    `answers` is the request without which the event would not have come; `due` is a timer's own moment, which may be
    earlier than the moment at which it was seen to. `waiting` are the timers that were armed before this happened.
    """

    seq: int
    step: Step
    before: Snapshot | None
    begun: dict[str, Any] | None
    answers: Request | None
    due: datetime | None
    waiting: Live

    @property
    def event(self) -> Event:
        return self.step.event

    @property
    def at(self) -> datetime:
        return self.step.at


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """All that a machine did. `abouts` is what the answer to a request added to its links and language."""

    machine: str
    name: str
    happenings: tuple[Happening, ...]
    end: Snapshot
    requests: Mapping[Request, Mapping[str, Any]]  # with which arguments
    made: Mapping[Request, int]  # at which entry
    abouts: Mapping[Request, Mapping[str, Any]]
    parked: bool = False

    @property
    def asked(self) -> Iterator[tuple[int, str, Any]]:
        """(seq, key, value) of every question and fact that the record answers."""
        for happening in self.happenings:
            for key, value in happening.step.answers.items():
                yield happening.seq, key, value


def recorded(machine: str, bodies: Iterable[tuple[int, str, Body]]) -> Recording | None:
    """From (seq, outcome, what the entry holds) in order. None when nothing was ever stepped."""
    made = _Making(machine)
    for seq, outcome, body in bodies:
        made.add(seq, outcome, body)
    return made.done()


class _Making:
    def __init__(self, machine: str) -> None:
        self._machine = machine
        self._happenings: list[Happening] = []
        self._snapshot: Snapshot | None = None
        self._requests: dict[Request, Mapping[str, Any]] = {}
        self._made: dict[Request, int] = {}
        self._abouts: dict[Request, Mapping[str, Any]] = {}
        self._places: dict[str, Request] = {}  # "<seq>/<index>" -> the request made there
        self._links: dict[str, Request] = {}  # a linked machine -> the request that linked it
        self._counts: dict[str, int] = {}
        self._live: Live = {}
        self._parked = False

    def add(self, seq: int, outcome: str, body: Body) -> None:
        step = body.step
        if step is None:
            self._parked = outcome == "parked"
            return
        self._parked = False
        waiting = dict(self._live)
        self._happenings.append(
            Happening(
                seq=seq,
                step=step,
                before=self._snapshot,
                begun=body.begun,
                answers=self._origin(step.event.id),
                due=self._fired(step.event),
                waiting=waiting,
            )
        )
        self._live = still_live(self._live, step)
        made = [self._request(seq, do) for do in step.dos]
        if body.about:
            self._linked(made, body.about)
        self._snapshot = applied(step.snapshot, body.about)

    def done(self) -> Recording | None:
        if self._snapshot is None:
            return None
        return Recording(
            machine=self._machine,
            name=self._snapshot.name,
            happenings=tuple(self._happenings),
            end=self._snapshot,
            requests=self._requests,
            made=self._made,
            abouts=self._abouts,
            parked=self._parked,
        )

    def _request(self, seq: int, do: Do) -> Request:
        nth = self._counts[do.verb] = self._counts.get(do.verb, 0) + 1
        request = Request(do.verb, nth)
        self._requests[request] = do.args
        self._made[request] = seq
        self._places[f"{seq}/{do.index}"] = request
        return request

    def _linked(self, made: list[Request], about: Mapping[str, Any]) -> None:
        """Which of a step's requests made a link: the one of the room that the role is named after, else the last."""
        for role, machine in (about.get("links") or {}).items():
            of_room = [request for request in made if request.verb.startswith((f"{role}.", f"{role}s."))]
            for request in (of_room or made)[-1:]:
                self._links[str(machine)] = request
        for request in made[-1:]:
            self._abouts[request] = about

    def _origin(self, id: str) -> Request | None:
        own = f"{self._machine}/"
        if id.startswith(own):
            return self._places.get("/".join(id.removeprefix(own).split("/")[:2]))
        sender, _, place = id.rpartition("/")
        return self._links.get(sender.rpartition("/")[0]) if place.startswith(("tell", "post")) else None

    def _fired(self, event: Event) -> datetime | None:
        if event.name != "after":
            return None
        return self._live.pop((str(event.data.get("timer", "")), int(event.data.get("visit") or 0)), None)


def still_live(live: Live, step: Step) -> Live:
    """The timers that are armed after a step: those of states that it has not left, and its own."""
    snapshot = step.snapshot
    if snapshot.done:
        return {}
    visits = {snapshot.visit, *(frame.visit for frame in snapshot.frames)}
    kept = {key: due for key, due in live.items() if key[1] in visits}
    return kept | {(arm.name, arm.visit): arm.due for arm in step.arms}
