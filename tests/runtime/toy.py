"""A little interpreter in the place of the engine, so that the loop's own laws are tested by themselves.

A definition is a Python function of (snapshot, event, now, answers); `house.py` builds a runtime around it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from engine.errors import ExpressionFailed, Unanswered
from engine.model import Arm, Asked, Choice, Do, Event, Expectation, Microstep, Question, Say, Snapshot, Step, Tell

Behaviour = Callable[[Snapshot, Event, datetime, Mapping[str, Any]], Step]


class Definition:
    def __init__(self, name: str, kind: str, behaviour: Behaviour) -> None:
        self.name = name
        self.kind = kind
        self.behaviour = behaviour
        self.hash = hashlib.sha256(name.encode()).hexdigest()[:16]


class Toy:
    """What `engine` offers the runtime."""

    def begin(self, definition: Any, machine: str, data: Any, about: Any, now: datetime, answers: Any) -> Step:
        blank = Snapshot(
            machine=machine, definition=definition.hash, name=definition.name, state="", data=dict(data), about=about
        )
        return definition.behaviour(blank, Event(name="start", data=dict(data)), now, answers)

    def step(self, definition: Any, snapshot: Snapshot, event: Event, now: datetime, answers: Any) -> Step:
        return definition.behaviour(snapshot, event, now, answers)

    def expectation(self, definition: Any, snapshot: Snapshot) -> Expectation:
        return Expectation(asked=snapshot.asked)


class Shelf:
    """Definitions by name and hash; `lost` hides some, as if their version were gone."""

    def __init__(self, *definitions: Definition) -> None:
        self._all = {definition.name: definition for definition in definitions}
        self.lost: set[str] = set()

    def named(self, org: str, name: str) -> Definition | None:
        return None if name in self.lost else self._all.get(name)

    async def by_hash(self, hash: str) -> Definition | None:
        return next((d for d in self._all.values() if d.hash == hash and d.name not in self.lost), None)

    async def refresh(self, *orgs: str) -> bool:
        return False


def understand(expectation: Expectation, message: Mapping[str, Any], **_: Any) -> Event:
    return Event(name="answer", data={"value": message.get("choice_id") or message.get("text")})


def went(snapshot: Snapshot, event: Event, now: datetime, state: str | None = None, **more: Any) -> Step:
    changes = more.pop("change", {})
    target = state or snapshot.state
    after = msgspec.structs.replace(
        snapshot, seq=snapshot.seq + 1, state=target, visit=snapshot.visit + (state is not None), **changes
    )
    micro = Microstep(source=snapshot.state, target=target, trigger=event.name, rule="toy")
    return Step(
        event=event, at=now, outcome="moved" if state else "stayed", microsteps=(micro,), snapshot=after, **more
    )


def talk(snapshot: Snapshot, event: Event, now: datetime, answers: Mapping[str, Any]) -> Step:
    """A flow: asks for a colour again and again; "bye" ends it, "sw" needs a language, "wait" leaves the question."""
    asked = Asked(text="colour", type="choice", choices=(Choice(id="r", label="Red"), Choice(id="g", label="Green")))
    question = Say(key="colour", text=f"Which colour, {snapshot.machine}?", language="en")
    if event.name == "start":
        return went(snapshot, event, now, "asking", change={"asked": asked}, says=(question,), asked=asked)
    value = event.data.get("value")
    if event.name != "answer":
        return went(snapshot, event, now)
    if value == "bye":
        said = Say(key="bye", text="Bye.", language="en")
        return went(snapshot, event, now, "ended", change={"asked": None, "done": True}, says=(said,))
    if value == "break":
        raise ExpressionFailed("1/0", "it is broken")
    said = Say(key="heard", text=f"{value}!", language="en")
    return went(snapshot, event, now, "asking", change={"asked": asked}, says=(said, question), asked=asked)


def thing(snapshot: Snapshot, event: Event, now: datetime, answers: Mapping[str, Any]) -> Step:
    """A lifecycle: each event's name says what it does with it."""
    count = {"data": {**snapshot.data, "count": snapshot.data.get("count", 0) + 1}}
    if event.name == "arm":
        due = [timedelta(hours=hours) for hours in event.data["hours"]]
        arms = tuple(Arm(name=f"after:{d}", due=now + d, visit=snapshot.visit + 1) for d in due)
        return went(snapshot, event, now, "armed", change=count, arms=arms)
    if event.name == "after":
        if event.data["visit"] != snapshot.visit:
            return msgspec.structs.replace(went(snapshot, event, now), outcome="stale")
        rung = {"data": {**snapshot.data, "rung": [*snapshot.data.get("rung", []), event.data["timer"]]}}
        tell = Tell(to="friend", event="rang", data={"timer": event.data["timer"]})
        return went(snapshot, event, now, change=rung, tells=(tell,) if "friend" in snapshot.about["links"] else ())
    if event.name in ("act", "hold"):
        sort = "action" if event.name == "act" else "change"
        does = Do(verb=f"toy.{event.name}", args=dict(event.data), index=0, sort=sort)
        arm = Arm(name="after:1h", due=now + timedelta(hours=1), visit=snapshot.visit + 1)
        return went(snapshot, event, now, "waiting", change=count, dos=(does,), arms=(arm,) if sort == "action" else ())
    if event.name == "ask":
        if "toy.ask" not in answers:
            raise Unanswered(Question(key="toy.ask", verb="toy.ask", args={}))
        known = {"data": {**snapshot.data, "answer": answers["toy.ask"]}}
        return went(snapshot, event, now, change=known, answers={"toy.ask": answers["toy.ask"]})
    if event.name == "break":
        raise ExpressionFailed("1/0", "it is broken")
    if event.name in ("done", "held", "taken", "rang", "callback"):
        heard = {"data": {**snapshot.data, "heard": [*snapshot.data.get("heard", []), event.name]}}
        return went(snapshot, event, now, event.name, change=heard)
    return went(snapshot, event, now, "counting" if snapshot.seq == 0 else None, change=count)


TALK, OTHER, THING = (
    Definition("talk", "flow", talk),
    Definition("other", "flow", talk),
    Definition("thing", "lifecycle", thing),
)
