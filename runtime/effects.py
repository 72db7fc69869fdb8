"""From a step to the operations that it leads to: changes, actions, tells, timers, and the message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from engine.model import Arm, Do, Event, Snapshot, Step
from runtime.batch import Batch
from runtime.inbox import ASIDE, lane_of
from runtime.journal import outermost
from runtime.message import SEND, compose
from runtime.parts import Parts, Scene
from runtime.payload import pack
from runtime.trouble import Parked
from runtime.verbs import Changed
from storage.store import Document


class Effects:
    """Adds to a batch what a step leads to."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def gather(self, batch: Batch, scene: Scene, step: Step, *, reply: bool) -> dict[str, Any]:
        """The additions to `about` that the step's changes made; everything else is in the batch."""
        snapshot = step.snapshot
        about: dict[str, Any] = {}
        for do in step.dos:
            key = f"{snapshot.machine}/{snapshot.seq}/{do.index}"
            if do.sort == "change":
                changed = await self._change(scene, snapshot, do, key)
                self._add_changed(batch, scene, snapshot, changed, key)
                about = _merged(about, changed)
            else:
                batch.send(self.outgoing(scene, snapshot, do.verb, do.args, key))
        message = compose(step, reply=reply, began=await self._category(snapshot)) if step.says else None
        if message is not None:
            batch.send(self.outgoing(scene, snapshot, SEND, message, f"{snapshot.machine}/{snapshot.seq}/message"))
        self._add_tells(batch, scene, step, about)
        for number, arm in enumerate(step.arms):
            batch.arm(self.timer(scene, snapshot, arm, number))
        return about

    async def _category(self, snapshot: Snapshot) -> str:
        """That of the flow that was begun, also while it calls another."""
        definition = await self._parts.releases.by_hash(outermost(snapshot))
        return str(getattr(definition, "category", "utility"))

    async def _change(self, scene: Scene, snapshot: Snapshot, do: Do, key: str) -> Changed:
        handler = self._parts.handlers.names().get(do.verb)
        if handler is None:
            raise Parked("unbound verb", do.verb)
        changed: Changed = await handler(scene.context(snapshot, key), do.args)
        return changed

    def _add_changed(self, batch: Batch, scene: Scene, snapshot: Snapshot, changed: Changed, key: str) -> None:
        batch.ops.extend(changed.ops)
        inbox, language = self._parts.inbox, str(snapshot.about.get("language", ""))
        for number, start in enumerate(changed.starts):
            if self._parts.machines.running(scene.org, start.machine):
                self._parts.metrics.count("runtime_starts_taken")
                continue
            cause = f"{key}/{number}"
            batch.post(inbox.start(scene.org, start, cause, changed.language or language, scene.vault, scene.now))
        if changed.event is not None:
            self.post(batch, scene, snapshot, snapshot.machine, changed.event, key)
        for number, post in enumerate(changed.posts):
            self.post(batch, scene, snapshot, post.machine, post.event, f"{key}/post{number}")

    def _add_tells(self, batch: Batch, scene: Scene, step: Step, about: dict[str, Any]) -> None:
        snapshot = step.snapshot
        links = {**snapshot.about.get("links", {}), **about.get("links", {})}
        for number, tell in enumerate(step.tells):
            machine = links.get(tell.to)
            if not machine:
                self._parts.metrics.count("runtime_tells_unlinked")  # nobody is there to hear; the entry has the tell
                continue
            key = f"{snapshot.machine}/{snapshot.seq}/tell{number}"
            self.post(batch, scene, snapshot, machine, Event(name=tell.event, data=tell.data), key)

    def post(self, batch: Batch, scene: Scene, cause: Snapshot, machine: str, event: Event, key: str) -> None:
        """`key` becomes the event's id if it has none, so that a retried commit posts the same row."""
        lane = lane_of(str(cause.about.get("contact", "")), machine)
        filled = event if event.id else msgspec.structs.replace(event, id=key)
        batch.post(self._parts.inbox.post(scene.org, machine, filled, lane, scene.vault, scene.now))

    def outgoing(self, scene: Scene, snapshot: Snapshot, verb: str, args: dict[str, Any], key: str) -> Document:
        """An outbox row: leased by this process from the start, unless other workers carry it out."""
        parts = self._parts
        contact = str(snapshot.about.get("contact", ""))
        mine = not parts.hands_over
        return {
            "_id": key,
            "org": scene.org,
            "machine": snapshot.machine,
            "contact": contact,
            "lane": self._lane(verb, contact, snapshot.machine, key),
            "verb": verb,
            "state": "leased" if mine else "new",
            "by": parts.worker if mine else "",
            "until": scene.now + timedelta(seconds=parts.lease_seconds) if mine else scene.now,
            "due": scene.now,
            "attempts": 0,
            "order": parts.order.next(),
            "at": scene.now,
            "sealed": scene.vault.seal(contact, pack(args), aad=key.encode()),
        }

    def _lane(self, verb: str, contact: str, machine: str, key: str) -> str:
        """What a person is sent keeps its order; so does what one machine does elsewhere, without holding that up.

        What is done aside waits for nothing, and nothing waits for it.
        """
        declared = self._parts.registry.verbs.get(verb) if self._parts.registry is not None else None
        if declared is not None and declared.aside:
            return f"{ASIDE}{key}"
        speaks = verb == SEND or (declared is not None and declared.messages_person)
        return lane_of(contact if speaks else "", machine)

    def timer(self, scene: Scene, snapshot: Snapshot, arm: Arm, number: int) -> Document:
        return {
            "_id": f"{snapshot.machine}/{snapshot.seq}/timer{number}",
            "org": scene.org,
            "machine": snapshot.machine,
            "lane": lane_of(str(snapshot.about.get("contact", "")), snapshot.machine),
            "name": arm.name,
            "visit": arm.visit,
            "due": arm.due,
            "state": "armed",
            "order": self._parts.order.next(),
        }


def _merged(about: dict[str, Any], changed: Changed) -> dict[str, Any]:
    merged = dict(about)
    if changed.links:
        merged["links"] = {**about.get("links", {}), **changed.links}
    if changed.language:
        merged["language"] = changed.language
    return merged
