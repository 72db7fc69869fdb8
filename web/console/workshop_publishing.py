"""What becomes of drafts: looked at, published, proposed where two are needed, approved, taken back, rolled back.

Where a business has the two-person rule, whoever drafted proposes, and somebody else decides. Going back to an earlier
version needs one person, since that one was approved, and going back is what one does in a hurry.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from people import audit
from people.users import Users
from runtime.publishing.outcome import Order
from runtime.publishing.publisher import ON_A_TERMINAL, Wrong
from runtime.publishing.record import publications
from storage.store import Store
from web.api.endpoint import Answering, Asked, Endpoint, Refusal
from web.console import frame
from web.console.caller import Caller
from web.console.workshop_shapes import (
    Back,
    Decided,
    Proposed,
    Published,
    Review,
    Version,
    Versions,
    Waiting,
    Why,
    Withdrawn,
)
from workshop import drafts, proposals, settling
from workshop.differing import differences
from workshop.drafts import Draft, fingerprint
from workshop.proposals import Decision, Proposal
from workshop.workbench import Workbench

_AT = "/orgs/{org}/rules"


class Publishing:
    """The views. `clock` is the world's."""

    def __init__(self, store: Store, users: Users, bench: Workbench, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._users = users
        self._bench = bench
        self._clock = clock

    def endpoints(self) -> Sequence[Endpoint]:
        read, edit, publish = "rules.read", "rules.edit", "rules.publish"

        def get(path: str, permission: str, answer: Any, view: Answering, doc: str, **more: Any) -> Endpoint:
            return Endpoint(
                method="GET", path=_AT + path, permission=permission, answer=answer, view=view, doc=doc, **more
            )

        def post(
            path: str, permission: str, body: Any, view: Answering, doc: str, *refusals: tuple[int, str]
        ) -> Endpoint:
            return Endpoint(
                method="POST", path=_AT + path, permission=permission, body=body, answer=Published, view=view, doc=doc,
                people=True, refusals=refusals,
            )  # fmt: skip

        gone, overtaken = (404, "no-proposal"), (409, "overtaken")

        return (
            get("/review", edit, Review, self.review, "What publishing the caller's drafts would do, and what "
                "stands in its way.", people=True),
            post("/publish", publish, Why, self.publish, "Put the caller's drafts in force, or propose them where two "
                 "are needed.", (422, "no-message"), (409, "nothing-drafted"), overtaken),
            get("/versions", read, Versions, self.versions, "What was published, by whom and why."),
            post("/rollback", publish, Back, self.rollback, "Put an earlier version in force again.",
                 (409, "cannot-roll-back")),
            get("/proposals", read, Waiting, self.waiting, "Drafts that wait for another person's approval."),
            post("/decide", "rules.approve", Decided, self.decide, "Approve somebody else's proposal, which publishes "
                 "it, or decline it.", gone, (403, "own-proposal"), overtaken),
            post("/withdraw", edit, Withdrawn, self.withdraw, "Take the caller's own proposal back.", gone),
        )  # fmt: skip

    async def review(self, _asked: Asked, caller: Caller) -> Review:
        user, _ = caller.signed_in()
        mine = await drafts.mine(self._store.org(caller.org), user.id)
        return await self.judged(caller, _texts(mine), _bases(mine))

    async def judged(self, caller: Caller, texts: Mapping[str, str], bases: Mapping[str, str]) -> Review:
        """What publishing these would do: the whole gate, and nothing is written."""
        if not texts:
            return Review(files=(), changes=(), checks=(), impact=(), may=False)
        before = await self._bench.sources(caller.org)
        outcome = await self._bench.publisher.preview(
            Order(sources=before.replaced(texts), org=caller.org, by=caller.actor, why="", origin="console")
        )
        undecided = any(check.verdict == "undecided" for check in outcome.checks)
        changes = next((check.details for check in outcome.checks if check.name == "changes"), ())
        overtaken = _overtaken(before.texts, bases)
        return Review(
            files=tuple(sorted(texts)),
            changes=changes,
            differences=await asyncio.to_thread(differences, before.texts, texts),
            checks=tuple(check for check in outcome.checks if check.name != "changes"),
            impact=tuple(str(group) for group in outcome.impact.groups) if outcome.impact is not None else (),
            may=outcome.status == "published" and not overtaken,
            why_not=_merge_first(overtaken) if overtaken else outcome.why.removesuffix(ON_A_TERMINAL),
            undecided=undecided and outcome.status == "refused" and not overtaken,
            needs_approval=await self.two_needed(caller.org),
        )

    async def publish(self, asked: Asked, caller: Caller) -> Published:
        user, _ = caller.signed_in()
        if not asked.body.why.strip():
            raise Refusal(422, "no-message", "A publication says why.", "Write a sentence for those who come after.")
        org = self._store.org(caller.org)
        mine = await drafts.mine(org, user.id)
        if not mine:
            raise Refusal(409, "nothing-drafted", "There is no draft of yours.", "Change a file first.")
        await self._still_current(caller, _bases(mine))
        if await self.two_needed(caller.org):
            made = await proposals.make(
                org, _texts(mine), user.id, asked.body.why, self._clock(), bases=_bases(mine),
                accepted=asked.body.accept_undecided,
            )  # fmt: skip
            await org.commit([audit.entry(caller.actor, "rules.proposed", caller.now, on=made.id, why=made.why)])
            return Published(status="proposed", number=0)
        return await self._put(caller, _texts(mine), user.name or user.email, asked.body, by=user.id)

    async def decide(self, asked: Asked, caller: Caller) -> Published:
        return await self.decided(caller, asked.body)

    async def decided(self, caller: Caller, said: Decided) -> Published:
        """Approve somebody else's proposal, which publishes it, or decline it."""
        id, decision, note = said.id, said.decision, said.note
        user, _ = caller.signed_in()
        org = self._store.org(caller.org)
        proposal = await self._taken(caller, id, decision, note)
        if decision == "decline":
            await org.commit([audit.entry(caller.actor, "rules.declined", caller.now, on=id, note=note.strip()[:300])])
            return Published(status="declined", number=0)
        by = f"{await self._name(proposal.by)}, approved by {user.name or user.email}"
        in_force = False
        try:
            await self._still_current(caller, proposal.bases)
            why = Why(why=proposal.why, accept_undecided=said.accept_undecided)
            made = await self._put(caller, proposal.texts, by, why, by=proposal.by, proposal=id)
            in_force = made.status in ("published", "unchanged")
            return made
        finally:
            if not in_force:
                await proposals.reopen(org, id)

    async def withdraw(self, asked: Asked, caller: Caller) -> Published:
        return await self.withdrawn(caller, asked.body.id)

    async def withdrawn(self, caller: Caller, id: str) -> Published:
        """Take one's own proposal back; the drafts stay."""
        org = self._store.org(caller.org)
        try:
            if (await proposals.one(org, frame.named({"id": id}, "id"))).by != caller.actor:
                raise KeyError(id)
        except KeyError as error:
            raise _no_proposal() from error
        await self._taken(caller, id, "decline")
        await org.commit([audit.entry(caller.actor, "rules.withdrawn", caller.now, on=id)])
        return Published(status="withdrawn", number=0)

    async def _taken(self, caller: Caller, id: str, decision: Decision, note: str = "") -> Proposal:
        try:
            return await proposals.take(
                self._store.org(caller.org), frame.named({"id": id}, "id"), caller.actor, decision, caller.now, note
            )
        except KeyError as error:
            raise _no_proposal() from error
        except proposals.OwnProposal as error:
            raise Refusal(403, "own-proposal", "Nobody approves what they wrote.", "Ask somebody else.") from error

    async def versions(self, _asked: Asked, caller: Caller) -> Versions:
        pointer, _ = await self._bench.publisher.in_force(caller.org)
        return Versions(
            tuple(
                Version(
                    number=each.number, event=each.event, at=each.at, by=each.by, why=each.why, release=each.release,
                    in_force=each.number == pointer.number,
                )
                for each in await publications(self._store, caller.org)
            )
        )  # fmt: skip

    async def rollback(self, asked: Asked, caller: Caller) -> Published:
        user, _ = caller.signed_in()
        try:
            outcome = await self._bench.publisher.rollback(
                caller.org, to=asked.body.number, by=user.name or user.email, why=asked.body.why
            )
        except Wrong as error:
            raise Refusal(409, "cannot-roll-back", str(error), "See the versions.") from error
        entry = audit.entry(caller.actor, "rules.rolled_back", caller.now, on=str(asked.body.number))
        await self._store.org(caller.org).commit([entry])
        return Published(status=outcome.status, number=outcome.number, why=outcome.why)

    async def waiting(self, _asked: Asked, caller: Caller) -> Waiting:
        return Waiting(await self.waiting_for(caller))

    async def waiting_for(self, caller: Caller) -> tuple[Proposed, ...]:
        """What waits, as this caller sees it; also what was broken off by a server that is no more."""
        await settling.recover(self._store, self._bench.publisher, caller.now, org=caller.org)
        return tuple([await self.shown(each, caller) for each in await proposals.waiting(self._store.org(caller.org))])

    async def shown(self, proposal: Proposal, caller: Caller) -> Proposed:
        """With names in the place of ids."""
        return Proposed(
            id=proposal.id, by=await self._name(proposal.by), why=proposal.why, at=proposal.at,
            files=tuple(sorted(proposal.texts)), mine=proposal.by == caller.actor, state=proposal.state,
            decided_by=await self._name(proposal.decided_by) if proposal.decided_by else "", note=proposal.note,
            accepted=proposal.accepted,
        )  # fmt: skip

    async def two_needed(self, org: str) -> bool:
        """Whether the business wants a second person to approve."""
        row: dict[str, Any] = await self._store.get("orgs", org) or {}
        return bool((row.get("settings") or {}).get("two_person_rule"))

    async def _put(
        self, caller: Caller, texts: Mapping[str, str], who: str, why: Why, *, by: str, proposal: str = ""
    ) -> Published:
        before = await self._bench.sources(caller.org)
        order = Order(
            sources=before.replaced(texts), org=caller.org, by=who, why=why.why.strip(), origin="console",
            accept_undecided=why.accept_undecided.strip(), proposal=proposal,
        )  # fmt: skip
        outcome = await self._bench.publisher.publish(order)
        if outcome.in_force:
            entry = audit.entry(caller.actor, "rules.published", caller.now, on=f"#{outcome.number}", why=why.why)
            ended = [proposals.in_force(proposal)] if proposal else []
            await settling.settle(self._store.org(caller.org), texts, by, [*ended, entry])
        return Published(status=outcome.status, number=outcome.number, why=outcome.why.removesuffix(ON_A_TERMINAL))

    async def _still_current(self, caller: Caller, bases: Mapping[str, str]) -> None:
        overtaken = _overtaken((await self._bench.sources(caller.org)).texts, bases)
        if overtaken:
            raise Refusal(
                409, "overtaken", _merge_first(overtaken), "Open Compare, take over what is new, and say it is merged."
            )

    async def _name(self, id: str) -> str:
        user = await self._users.get(id)
        return user.name or user.email if user is not None else id


def _texts(mine: Mapping[str, Draft]) -> dict[str, str]:
    return {file: draft.text for file, draft in mine.items()}


def _bases(mine: Mapping[str, Draft]) -> dict[str, str]:
    return {file: draft.base for file, draft in mine.items()}


def _overtaken(in_force: Mapping[str, str], bases: Mapping[str, str]) -> list[str]:
    """Files of which something newer was published since somebody began: theirs would undo it without a word."""
    return [file for file, base in sorted(bases.items()) if base and base != fingerprint(in_force.get(file, ""))]


def _merge_first(files: list[str]) -> str:
    return f"Since this was begun, something newer was published of {', '.join(files)}; it would be undone."


def _no_proposal() -> Refusal:
    return Refusal(404, "no-proposal", "This proposal is not there, or was decided.", "Load the page again.")
