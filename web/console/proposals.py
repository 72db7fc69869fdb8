"""The pages of proposals: what waits for a second person, what it changes, and the switch that asks for two."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, get_args

from aiohttp import web

from people import audit
from storage.store import Store, Update
from web.api.endpoint import Refusal
from web.console import frame
from web.console.caller import Caller, Way
from web.console.words import WORDS
from web.console.workshop_publishing import Publishing
from web.console.workshop_shapes import Decided
from workshop import proposals
from workshop.differing import differences
from workshop.proposals import Decision
from workshop.workbench import Workbench

_RULE = "two_person_rule"


class Proposals:
    """The views."""

    def __init__(self, store: Store, bench: Workbench, publishing: Publishing) -> None:
        self._store = store
        self._bench = bench
        self._publishing = publishing

    def ways(self) -> Sequence[Way]:
        at = "/o/{org}/proposals"
        return (
            Way(method="GET", path=at, permission="rules.read", view=self.list),
            Way(method="GET", path=f"{at}/one", permission="rules.read", view=self.one),
            Way(method="POST", path=f"{at}/decide", permission="rules.approve", view=self.decide),
            Way(method="POST", path=f"{at}/withdraw", permission="rules.edit", view=self.withdraw),
            Way(method="POST", path="/o/{org}/rules/setting", permission="settings.change", view=self.setting),
        )

    async def list(self, request: web.Request, caller: Caller) -> web.Response:
        decided = await proposals.decided(self._store.org(caller.org))
        return frame.page(
            "proposals.html", caller, **await self._about(caller), waiting=await self._publishing.waiting_for(caller),
            decided=[await self._publishing.shown(each, caller) for each in decided],
            done=request.query.get("done", ""),
        )  # fmt: skip

    async def one(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._one(caller, request.query.get("id", ""))

    async def _one(self, caller: Caller, id: str, *, wrong: str = "") -> web.Response:
        """With all that publishing it would do: the same judgement as the editor's, which takes a few seconds."""
        try:
            found = await proposals.one(self._store.org(caller.org), frame.named({"id": id}, "id"))
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        before = (await self._bench.sources(caller.org)).texts
        differing = await asyncio.to_thread(differences, before, found.texts)
        waits = found.state == "open"
        return frame.page(
            "proposal.html", caller, status=409 if wrong else 200, **await self._about(caller), wrong=wrong,
            proposal=await self._publishing.shown(found, caller), differences=differing,
            review=await self._publishing.judged(caller, found.texts, found.bases) if waits else None,
        )  # fmt: skip

    async def decide(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        id, decision = str(form.get("id", "")), str(form.get("decision", ""))
        if decision not in get_args(Decision):
            return frame.refused(caller, 404, "not-found")
        chosen: Decision = "approve" if decision == "approve" else "decline"
        said = Decided(
            id=id, decision=chosen, note=str(form.get("note", "")), accept_undecided=str(form.get("accept", ""))
        )
        try:
            made = await self._publishing.decided(caller, said)
        except Refusal as refusal:
            return await self._refused(caller, id, refusal)
        if made.status in ("published", "unchanged", "declined"):
            done = "declined" if made.status == "declined" else "approved"
            return frame.see_other(f"/o/{caller.org}/proposals", done=done)
        return await self._one(caller, id, wrong=made.why or made.status)

    async def withdraw(self, request: web.Request, caller: Caller) -> web.Response:
        id = str((await request.post()).get("id", ""))
        try:
            await self._publishing.withdrawn(caller, id)
        except Refusal as refusal:
            return await self._refused(caller, id, refusal)
        return frame.see_other(f"/o/{caller.org}/proposals", done="taken-back")

    async def _refused(self, caller: Caller, id: str, refusal: Refusal) -> web.Response:
        if refusal.status == 404:
            return frame.refused(caller, 404, "no-proposal")
        words = frame.Words(caller.language)
        key = f"proposal.{refusal.code}"
        return await self._one(caller, id, wrong=words(key) if key in WORDS else str(refusal))

    async def setting(self, request: web.Request, caller: Caller) -> web.Response:
        """Whether two people are needed. Said in the audit trail, whichever way it is switched."""
        form = await request.post()
        if form.get("id") != _RULE:
            return frame.refused(caller, 404, "not-found")
        on = form.get("on") == "yes"
        await self._store.org(caller.org).commit(
            [
                Update("orgs", caller.org, {"set": {f"settings.{_RULE}": on}}),
                audit.entry(caller.actor, "settings.two_person_rule", caller.now, on=caller.org, value=on),
            ]
        )
        place = "settings" if form.get("from") == "settings" else "rules"
        return frame.see_other(f"/o/{caller.org}/{place}", done="two-on" if on else "two-off")

    async def _about(self, caller: Caller) -> dict[str, Any]:
        org = await self._store.get("orgs", caller.org) or {}
        return {
            "business": str(org.get("name", caller.org)), "zone": str(org.get("zone") or "Africa/Nairobi"),
            "two": await self._publishing.two_needed(caller.org),
        }  # fmt: skip
