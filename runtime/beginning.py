"""Starting a machine: its first entry, and its place on the conversation's floor if it is one that talks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.findings import Findings
from engine.model import Snapshot, Step
from runtime import floor
from runtime.batch import Batch
from runtime.journal import GENESIS
from runtime.machines import Machine
from runtime.parts import Parts, Scene
from runtime.routing import conversation_id
from runtime.trouble import Dead, Later
from runtime.turn import Turn
from runtime.verbs import Start


class Beginning:
    """Adds the start of a machine to a batch. A taken id is a no-op."""

    def __init__(self, parts: Parts, turn: Turn) -> None:
        self._parts = parts
        self._turn = turn

    async def begin(
        self, scene: Scene, batch: Batch, start: Start, *, cause: str, language: str, heard: bool = False
    ) -> None:
        batch.touched.add(start.machine)
        if await self._parts.machines.load(scene.store, scene.vault, start.machine) is not None:
            self._parts.metrics.count("runtime_starts_taken")
            return
        if self._parts.hands_over:  # others may publish too: what starts now starts on what is in force now
            await self._refresh(scene)
        definition = self._parts.releases.named(scene.org, start.definition)
        if definition is None:
            raise Dead(f"no definition named {start.definition!r} is published")
        await scene.vault.ensure(start.contact)
        talks = definition.kind == "flow" and bool(start.contact)
        channel = start.channel or (await self._channel(scene, start.contact) if start.contact else "")
        conversation = conversation_id(start.contact, channel) if talks else ""
        about = await self._about(scene, start, channel, conversation, language)
        blank = Snapshot(machine=start.machine, definition=definition.hash, name=definition.name, state="", about=about)

        def compute(answers: Any) -> Step:
            return self._parts.interpreter.begin(definition, start.machine, start.data, about, scene.now, answers)

        step = await self._turn.answered(scene, blank, compute)
        before = Machine(
            snapshot=blank,
            hash=GENESIS,
            status="live",
            subject=start.contact,
            conversation=conversation,
            version=0,
            started=scene.now,
        )
        begun = {"data": start.data, "about": about}
        after = await self._turn.write(scene, batch, before, step, cause=cause, heard=heard, begun=begun)
        if talks and after.status == "live":
            fields = {
                "org": scene.org,
                "contact": start.contact,
                "channel": channel,
                "handler": "bot",
                "language": about["language"],
            }
            batch.ops.append(floor.taken_up(conversation, start.machine, fields))

    async def _refresh(self, scene: Scene) -> None:
        try:
            await self._parts.releases.refresh(scene.org)
        except Findings as findings:  # another process published what this one cannot compile: never an older instead
            self._parts.metrics.alert("publishing_unloadable", str(findings))
            raise Later("this process cannot compile the version in force", timedelta(seconds=5)) from findings

    async def _channel(self, scene: Scene, contact: str) -> str:
        """Where the contact wrote last."""
        found = await scene.store.find("conversations", {"contact": contact}, sort=[("last_in", -1)], limit=1)
        return str(found[0]["channel"]) if found else ""

    async def _about(
        self, scene: Scene, start: Start, channel: str, conversation: str, language: str
    ) -> dict[str, Any]:
        links = dict(start.links)
        if start.owner:
            links.setdefault("owner", start.owner)
        spoken = language
        if conversation and not spoken:
            known = await scene.store.get("conversations", conversation)
            spoken = str((known or {}).get("language") or "")
        spoken = spoken or (await self._parts.places.of(scene.org)).language
        return {
            "org": scene.org, "contact": start.contact, "channel": channel, "language": spoken, "links": links
        }  # fmt: skip
