"""What a row leads to: an event for a machine, a machine to start, or a message whose machine is to be found."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from engine.model import Event
from runtime import floor
from runtime.agent import record_for_person
from runtime.batch import Batch
from runtime.beginning import Beginning
from runtime.inbox import Content, Inbound
from runtime.parts import Parts, Scene
from runtime.publishing.moving import Moving
from runtime.publishing.tasks import SOURCE as PUBLISHING
from runtime.routing import Routed, conversation_id
from runtime.trouble import Dead, Later
from runtime.turn import Turn
from runtime.work import Work
from storage.store import Document

MESSAGE = "message"  # a person's own words or tap
RESUMED = "resumed"  # the flow above this one has ended, after talking with the person


class Digest:
    """Fills the batch of one piece of work."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = Turn(parts)
        self._beginning = Beginning(parts, self._turn)
        self._moving = Moving(parts, self._turn)

    async def digest(self, work: Work, content: Content, scene: Scene, batch: Batch) -> None:
        if content.start is not None:
            await self._beginning.begin(scene, batch, content.start, cause=work.id, language=content.language)
        elif content.event is None:
            raise Dead("the row holds neither an event nor a start")
        elif work.row.get("source") == PUBLISHING:
            await self._moving.take(work, content, scene, batch)
        elif work.machine:
            await self._deliver(work, content.event, work.machine, scene, batch)
        else:
            await self._route(work, content, content.event, scene, batch)

    async def _deliver(self, work: Work, event: Event, id: str, scene: Scene, batch: Batch) -> None:
        batch.touched.add(id)
        machine = await self._parts.machines.load(scene.store, scene.vault, id)
        if machine is None:
            await self._missing(scene, id)
            return
        if machine.status == "parked":
            raise Dead(f"parked: {id}")
        heard = event.name == MESSAGE
        if event.name == RESUMED:
            self._turn.ask_again(scene, batch, machine, event, outcome=RESUMED, cause=work.id)
            return
        tap = floor.read_tap(str(event.data.get("choice_id") or "")) if heard else None
        if tap is not None:
            if tap.short != floor.short(id) or tap.visit != machine.snapshot.visit:
                self._turn.ask_again(scene, batch, machine, event, outcome="stale", cause=work.id)
                return
            page = floor.page_of(tap, machine.question)
            if page is not None:
                self._turn.ask_again(scene, batch, machine, event, outcome="paged", cause=work.id, page=page)
                return
            event = msgspec.structs.replace(event, data={**event.data, "choice_id": tap.choice})
        await self._turn.take(scene, batch, machine, event, cause=work.id, heard=heard)

    async def _missing(self, scene: Scene, id: str) -> None:
        """A machine whose start is stored but not done yet is waited for."""
        waiting = await scene.store.find("inbox", {"to": id, "kind": "start", "state": "new"}, limit=1)
        if waiting:
            raise Later("the machine is about to start", timedelta(milliseconds=20))
        raise Dead(f"unknown machine: {id}")

    async def _route(self, work: Work, content: Content, event: Event, scene: Scene, batch: Batch) -> None:
        row = work.row
        inbound = Inbound(
            org=scene.org, source=row["source"], id=work.id, lane=row["lane"], event=event, sender=content.sender
        )
        routed = await self._parts.router.route(inbound, scene.store, scene.vault, scene.now)
        if routed.contact:
            await scene.vault.ensure(routed.contact)
        batch.ops.extend(routed.ops)
        event = routed.event or event
        if event.id != inbound.event.id:
            event = msgspec.structs.replace(event, id=inbound.event.id)
        if inbound.event.name != MESSAGE:
            if routed.machine:
                await self._deliver(work, event, routed.machine, scene, batch)
            return
        conversation = await scene.store.get("conversations", conversation_id(routed.contact, routed.channel))
        if conversation is not None and conversation.get("handler") == "agent" and not routed.interrupt:
            record_for_person(self._parts, batch, scene, conversation, event, cause=work.id)
            return
        if event.name != MESSAGE:  # the router made something else of it, which no flow takes for an answer
            if routed.machine:
                await self._deliver(work, event, routed.machine, scene, batch)
            return
        await self._speak(work, event, routed, conversation, scene, batch)

    async def _speak(
        self, work: Work, event: Event, routed: Routed, conversation: Document | None, scene: Scene, batch: Batch
    ) -> None:
        standing: list[str] = list((conversation or {}).get("floor") or [])
        language = routed.language or str((conversation or {}).get("language") or "")
        if routed.machine:
            await self._deliver(work, event, routed.machine, scene, batch)
            return
        if routed.start is not None and (routed.interrupt or not standing):
            start = routed.start
            if not start.contact:
                start = msgspec.structs.replace(start, contact=routed.contact)
            if not start.channel:
                start = msgspec.structs.replace(start, channel=routed.channel)
            await self._beginning.begin(scene, batch, start, cause=work.id, language=language, heard=True)
            return
        if not standing:
            self._parts.metrics.count("runtime_unanswered")  # the router had nothing to start; its ops keep the message
            return
        target = standing[-1]
        tap = floor.read_tap(str(event.data.get("choice_id") or ""))
        owner = floor.owner_of(tap, standing) if tap is not None else None
        if owner is not None and owner != target and conversation is not None:
            batch.ops.extend(floor.brought_up(conversation["_id"], owner))
            target = owner
        await self._deliver(work, event, target, scene, batch)
