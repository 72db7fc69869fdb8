"""What people ask of the autopilot: draft, submit, approve, pause, go on, end, take back, other caps.

Nothing here talks to a platform or moves a budget: a person's wish becomes an event for the campaign's machine, or a
change like the autopilot's own, weighed by the same guardrails. Who may ask for what is the caller's to check
(people/roles.py); that nobody approves what they asked for, where the business wants two people, is checked here.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from ads import bids, campaigns, intents
from ads.campaigns import BadCampaign, NewCampaign
from ads.changes import called_off
from ads.intents import Wanted, Wish
from ads.policy import Policy
from ads.report import morning
from engine.model import Event
from engine.values import Money
from runtime.inbox import Inbox, lane_of
from runtime.order import Order
from runtime.verbs import Post, Start
from storage.errors import Conflict
from storage.store import Document, Insert, Op, Store, Update
from storage.vault import Vault

SOURCE = "ads.desk"
HandIn = Callable[[Iterable[Document]], Awaitable[None]]
_TRIES = 5


class Refused(Exception):
    """It cannot be done. `code` is stable; the text says why and what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Desk:
    """`hand_in` passes on what was stored for the runtime; `clock` is the business's time."""

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], datetime], hand_in: HandIn) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._hand_in = hand_in
        self._inbox = Inbox(Order(clock))

    async def draft(self, org: str, new: NewCampaign, by: str, note: Sequence[Op] = ()) -> str:
        """The id. The same request, repeated, drafts one campaign. Raises BadCampaign."""
        id, ops = campaigns.drafted(org, new, by, self._clock())
        if await self._store.org(org).get("campaigns", id) is not None:
            return id
        row = await self._store.get("orgs", org) or {}
        settings = campaigns.policy_of(row, {"policy": new.policy})
        first_report = morning.next_at(row, settings.report_hour, self._clock())
        begun = campaigns.begin({"_id": id}, settings, first_report)
        await self._commit(org, [*ops, *note], starts=[begun])
        return id

    async def submit(self, org: str, campaign: str, by: str, note: Sequence[Op] = ()) -> None:
        """The owner wants it launched; somebody who may approves it next."""
        found = await self._campaign(org, campaign)
        if found["state"] != campaigns.DRAFT:
            raise Refused("ads.not_a_draft", "Only a draft can be submitted.")
        ops = [Update("campaigns", campaign, {"set": {"asked_by": by}}), *note]
        await self._tell(org, campaign, "ads.submitted", {}, ops)

    async def decide(
        self, org: str, campaign: str, by: str, *, approve: bool, reason: str = "", note: Sequence[Op] = ()
    ) -> None:
        """Approve or decline a launch; this approves the first budgets of its variations, and no more."""
        found = await self._campaign(org, campaign)
        if found["state"] != campaigns.WAITING:
            raise Refused("ads.not_waiting", "This campaign waits for no approval.")
        if approve:
            await self._not_alone(org, by, str(found.get("asked_by") or ""))
            ops = [Update("campaigns", campaign, {"set": {"approved_by": by, "approved_at": self._clock()}}), *note]
            await self._tell(org, campaign, "ads.approved", {"by": by}, ops)
            return
        await self._tell(org, campaign, "ads.declined", {"by": by, "reason": reason or "declined"}, list(note))

    async def pause(self, org: str, campaign: str, reason: str, note: Sequence[Op] = ()) -> None:
        await self._live(org, campaign)
        await self._tell(org, campaign, "ads.pause_asked", {"reason": reason or "paused by hand"}, list(note))

    async def resume(self, org: str, campaign: str, reason: str, note: Sequence[Op] = ()) -> None:
        found = await self._campaign(org, campaign)
        if found["state"] != campaigns.PAUSED:
            raise Refused("ads.not_paused", "Only a paused campaign can go on.")
        await self._tell(org, campaign, "ads.resume_asked", {"reason": reason or "resumed by hand"}, list(note))

    async def end(self, org: str, campaign: str, reason: str, note: Sequence[Op] = ()) -> None:
        """For good: everything is paused on the platform, and the autopilot looks at it no more."""
        found = await self._campaign(org, campaign)
        if found["state"] == campaigns.ENDED:
            raise Refused("ads.ended", "This campaign has ended.")
        await self._tell(org, campaign, "ads.end_asked", {"reason": reason or "ended by hand"}, list(note))

    async def propose(
        self, org: str, variation: str, by: str, *, budget: Money | None = None, bid: Money | None = None,
        status: str = "", reason: str = "", note: Sequence[Op] = (),
    ) -> str:  # fmt: skip
        """A person's own change of a variation: its budget, its bid (0 for none), or "active" or "paused". The id of
        the change.
        """
        runs = {"": None, "active": "resume", "paused": "pause"}.get(status, "what")
        given = [kind for kind, value in (("budget", budget), ("bid", bid), (runs, runs)) if value is not None]
        if len(given) != 1 or runs == "what":
            raise Refused("ads.what", "Say either a budget, or a bid, or whether it is to run.")
        kind: Any = given[0]
        wanted = Wanted(
            budget=None if budget is None else budget.amount, bid=None if bid is None else bid.amount,
            status=status or None,
        )  # fmt: skip
        found = await self._variation(org, variation)
        campaign = await self._campaign(org, found["campaign"])
        if budget is not None and (budget.currency != campaign["currency"] or budget.amount <= 0):
            raise Refused("ads.budget", f"A budget is an amount in {campaign['currency']}, more than nothing.")
        if bid is not None and (bid.currency != campaign["currency"] or bid.amount < 0):
            raise Refused("ads.bid", f"A bid is an amount in {campaign['currency']}, or 0 for none.")
        if bid is not None and bids.of(found) is None:
            raise Refused("ads.bidding", "Somebody chose another way of bidding: choose the lowest cost there first.")
        return await self._wish(org, variation, Wish(kind=kind, wanted=wanted, by=by, reason=reason), note)

    async def rollback(self, org: str, change: str, by: str, reason: str = "", note: Sequence[Op] = ()) -> str:
        """Everything that the change's variation was told back to the exact state before it. The new change's id."""
        try:
            intent = await intents.one(self._store.org(org), change)
            wish = intents.undoing(intent, by, reason or f"takes back {change}")
        except LookupError as error:
            raise Refused("ads.nothing_to_take_back", f"{error}.") from error
        return await self._wish(org, intent["variation"], wish, note)

    async def approve(self, org: str, change: str, by: str, note: Sequence[Op] = ()) -> None:
        """Approve a change that waits for it."""
        intent = await self._asking(org, change)
        await self._not_alone(org, by, str(intent["by"]))
        ops: list[Op] = [
            Update(
                "ad_intents", change,
                {"set": {"state": intents.OPEN, "approved_by": by, "approved_at": self._clock()}},
                when={"state": intents.ASKING},
            ),
            *note,
        ]  # fmt: skip
        await self._post(org, intents.machine_of(change), "ads.approved", {"by": by}, f"approve/{change}", ops)

    async def decline(self, org: str, change: str, by: str, reason: str = "", note: Sequence[Op] = ()) -> None:
        await self._asking(org, change)
        data = {"by": by, "reason": reason or "declined"}
        await self._post(org, intents.machine_of(change), "ads.declined", data, f"decline/{change}", list(note))

    async def set_caps(
        self, org: str, campaign: str, *, daily: Money | None = None, monthly: Money | None = None,
        approval_pct: float | None = None, note: Sequence[Op] = (),
    ) -> None:  # fmt: skip
        """Other caps hold from the next change and the next look on; what lower ones cannot hold is paused there."""
        found = await self._campaign(org, campaign)
        changes: dict[str, Any] = {}
        for name, amount in (("daily_cap", daily), ("monthly_cap", monthly)):
            if amount is None:
                continue
            if amount.currency != found["currency"] or amount.amount < 0:
                raise Refused("ads.cap", f"A cap is an amount in {found['currency']}.")
            changes[name] = amount.amount
        if approval_pct is not None:
            try:
                campaigns.policy.of({"approval_pct": approval_pct})
            except campaigns.policy.BadPolicy as error:
                raise Refused("ads.approval_pct", f"{error}.") from error
            changes["approval_pct"] = approval_pct
        if changes:
            await self._store.org(org).commit([Update("campaigns", campaign, {"set": changes}), *note])

    async def pace(self, org: str, campaign: str, settings: Policy, note: Sequence[Op] = ()) -> None:
        """Another cadence for a campaign that runs."""
        data = {
            "watch_every": settings.watch_every,
            "pace_every": settings.pace_every,
            "rebalance_every": settings.rebalance_every,
            "report_every": timedelta(days=1),
        }
        await self._tell(org, campaign, "ads.paced", data, list(note))

    async def _wish(self, org: str, variation: str, wish: Wish, note: Sequence[Op]) -> str:
        for _ in range(_TRIES):
            found = await self._variation(org, variation)
            posts: list[Post] = []
            if found.get("open_change"):
                if wish.kind in ("budget", "bid"):
                    raise Refused("ads.busy", "Another change of it is under way: decide on that one first.")
                posts = [called_off(found, "a person wants something else")]
            id = intents.id_from(org, f"desk/{secrets.token_hex(12)}")
            ops = [*intents.recorded(id, wish, found, self._clock()), *note]
            try:
                await self._commit(org, ops, starts=[intents.begin(id, found)], posts=posts)
                return id
            except Conflict:
                continue
        raise Refused("ads.busy", "It is changed by somebody else all the time: try again in a moment.")

    async def _not_alone(self, org: str, by: str, asked: str) -> None:
        """Where two people are wanted, nobody approves what they asked for; the autopilot's wishes are anybody's."""
        settings = (await self._store.get("orgs", org) or {}).get("settings") or {}
        if settings.get("two_person_rule") and by == asked:
            raise Refused("ads.own_proposal", "Somebody else has to approve what you asked for.")

    async def _asking(self, org: str, change: str) -> Document:
        intent = await self._store.org(org).get("ad_intents", change)
        if intent is None or intent["state"] != intents.ASKING:
            raise Refused("ads.not_waiting", "This change waits for no approval.")
        return intent

    async def _campaign(self, org: str, id: str) -> Document:
        found = await self._store.org(org).get("campaigns", id)
        if found is None:
            raise Refused("ads.no_campaign", "There is no such campaign.")
        return found

    async def _variation(self, org: str, id: str) -> Document:
        found = await self._store.org(org).get("variations", id)
        if found is None:
            raise Refused("ads.no_variation", "There is no such variation.")
        return found

    async def _live(self, org: str, id: str) -> Document:
        found = await self._campaign(org, id)
        if found["state"] not in (campaigns.LAUNCHING, campaigns.ACTIVE):
            raise Refused("ads.not_running", "This campaign is not running.")
        return found

    async def pace_reports(self, org: str, *, hour: int, days: int, note: Sequence[Op] = ()) -> None:
        """At another hour by the business's clock; every day (1), on Mondays (7), or never (0)."""
        chosen = {"report_hour": hour, "report_days": days}
        try:
            campaigns.policy.of(chosen)
        except campaigns.policy.BadPolicy as error:
            raise Refused("ads.report_hour", f"{error}.") from error
        sets = {f"settings.ads.{name}": value for name, value in chosen.items()}
        ops: list[Op] = [Update("orgs", org, {"set": sets}), *note]
        machine = morning.machine_of(org)
        if await self._store.org(org).get("machines", machine) is None:  # no ad of theirs ever ran
            await self._store.org(org).commit(ops)
            return
        await self._post(org, machine, "ads.report_paced", {}, secrets.token_hex(12), ops)

    async def _tell(self, org: str, campaign: str, event: str, data: dict[str, Any], ops: Sequence[Op]) -> None:
        await self._post(org, campaigns.machine_of(campaign), event, data, secrets.token_hex(12), ops)

    async def _post(
        self, org: str, machine: str, event: str, data: dict[str, Any], key: str, ops: Sequence[Op]
    ) -> None:  # fmt: skip
        rows = [await self._told(org, Post(machine=machine, event=Event(name=event, data=data)), key)]
        try:
            await self._store.org(org).commit([*ops, *(Insert("inbox", row) for row in rows)])
        except Conflict as conflict:  # said twice, or somebody else said something a moment ago
            raise Refused("ads.not_waiting", "This was decided a moment ago.") from conflict
        await self._hand_in(rows)

    async def _commit(
        self, org: str, ops: Sequence[Op], *, starts: Sequence[Start] = (), posts: Sequence[Post] = ()
    ) -> None:  # fmt: skip
        vault, now = await self._vault.org(org), self._clock()
        rows = [self._inbox.start(org, start, f"{SOURCE}/{start.machine}", "", vault, now) for start in starts]
        rows += [await self._told(org, post, secrets.token_hex(12)) for post in posts]
        await self._store.org(org).commit([*ops, *(Insert("inbox", row) for row in rows)])
        await self._hand_in(rows)

    async def _told(self, org: str, post: Post, key: str) -> Document:
        vault = await self._vault.org(org)
        lane = lane_of("", post.machine)
        return self._inbox.told(org, post.machine, post.event, lane, key, SOURCE, vault, self._clock())


__all__ = ["BadCampaign", "Desk", "Refused"]
