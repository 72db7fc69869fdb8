"""Telling a platform one change, and reading how things stand there: what the dispatcher does once it may."""

from __future__ import annotations

from typing import Protocol

import msgspec

from ads import campaigns, intents
from ads.intents import Wanted
from ads.platform import Asset, Audience, CampaignPlan, Change, Creative, Platform, Receipt, State, VariationPlan
from engine.values import Money
from storage.store import Document, OrgStore


class HeldBack(Exception):
    """It may not be done. `code` is stable, the text for people."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Job(msgspec.Struct, frozen=True):
    """A change with everything that it is about."""

    intent: Document
    campaign: Document
    variation: Document
    platform: Platform

    @property
    def wanted(self) -> Wanted:
        return intents.wanted_of(self.intent)

    @property
    def currency(self) -> str:
        return str(self.campaign["currency"])


async def standing(job: Job) -> State | None:
    """How it stands on the platform; None for what was never put there."""
    ref = campaigns.variation_ref(job.variation)
    if not ref.external.get("adset"):
        found = await job.platform.find("variation", ref.id) if job.intent["state"] == intents.EXECUTING else None
        if found is None or not found.external.get("adset") or not found.external.get("ad"):
            return None
        ref = found
    return await job.platform.read(ref)


class Contents(Protocol):
    """The pictures and films that a business keeps."""

    async def of(self, store: OrgStore, id: str) -> Asset | None:
        """None for one that is not there any more."""
        ...


class NoContents:
    """Where no pictures are kept."""

    async def of(self, store: OrgStore, id: str) -> Asset | None:
        return None


async def with_uploads(job: Job, store: OrgStore, contents: Contents) -> Job:
    """The job with the platform's own ids of what its ad shows. The same bytes again are the same there: no harm.

    Raises HeldBack for one that is not there any more.
    """
    creative = msgspec.convert(job.variation["creative"], Creative)
    if job.intent["kind"] != "launch" or not creative.assets:
        return job
    found: dict[str, list[str]] = {"image": list(creative.images), "video": list(creative.videos)}
    for id in creative.assets:
        asset = await contents.of(store, id)
        if asset is None:
            raise HeldBack("ads.asset_gone", "the picture or film of this ad is not there any more")
        found[asset.kind].append(await job.platform.upload(asset))
    shown = msgspec.structs.replace(creative, images=tuple(found["image"]), videos=tuple(found["video"]))
    return msgspec.structs.replace(job, variation={**job.variation, "creative": msgspec.to_builtins(shown)})


async def tell(job: Job, before: State | None, *, dry_run: bool = False) -> list[Receipt]:
    """The change itself. A launch makes what is not there yet, paused, and only then lets it run."""
    if job.intent["kind"] != "launch":
        if before is None:
            raise HeldBack("ads.not_there", "it was never put on the platform")
        change = intents.change_of(job.wanted, job.currency)
        return [await job.platform.change(before.ref, change, expect=before, dry_run=dry_run)]
    plan = CampaignPlan(
        id=job.campaign["_id"], name=job.campaign["name"], objective=job.campaign["objective"], currency=job.currency,
        categories=tuple(job.campaign.get("categories") or ()),
    )  # fmt: skip
    first = await job.platform.create_campaign(plan, dry_run=dry_run)
    budget = Money(job.wanted.budget or int(job.variation["budget"]), job.currency)
    second = await job.platform.create_variation(first.ref, _plan(job, budget), dry_run=dry_run)
    if dry_run:
        return [first, second]
    # before the variation, which is still paused: nothing in it spends
    await job.platform.change(first.ref, Change(status="active"))
    change = intents.change_of(job.wanted, job.currency)
    return [first, second, await job.platform.change(second.ref, change)]


def _plan(job: Job, budget: Money) -> VariationPlan:
    return VariationPlan(
        id=job.variation["_id"], name=job.variation["name"], angle=job.variation["angle"],
        objective=job.campaign["objective"], budget=budget,
        audience=msgspec.convert(job.campaign["audience"], Audience),
        creative=msgspec.convert(job.variation["creative"], Creative),
    )  # fmt: skip
