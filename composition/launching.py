"""The guided launch, connected: who may, what fetches pages, where our page script is."""

from __future__ import annotations

from collections.abc import Sequence

import ads.launching.verbs
from ads.fetching import Fetcher
from ads.launching.allowed import APPROVE, May
from ads.report.links import ReportLinks
from composition import sites
from composition.settings import Settings
from composition.stores import master_keys
from crm import contacts, owners
from crm.identity import Identity
from people import team
from people.roles import may as role_may
from runtime.verbs import Bound, Context
from storage.base import BaseStore
from storage.store import Op


def bound(settings: Settings, store: BaseStore) -> list[Bound]:
    """The verbs of `ads.launching.vocabulary`."""
    simulated = sites.places(settings) if settings.demo else None
    fetcher = Fetcher(loopback=settings.demo, hosts=settings.page_hosts, simulated=simulated)
    return ads.launching.verbs.bind(permitted(store), fetcher, f"{settings.app_url}/t.js", report_links(settings))


def report_links(settings: Settings) -> ReportLinks:
    return ReportLinks(master_keys(settings)[0], settings.app_url)


async def met(ctx: Context) -> tuple[Sequence[Op], Sequence[str]]:
    """The contacts behind the owner's numbers; one that never wrote is made."""
    org = await ctx.store.get("orgs", ctx.org) or {}
    ops: list[Op] = []
    found: list[str] = []
    for number in owners.numbers(org):
        known = await contacts.meet(ctx.store, ctx.vault, Identity(phone=number), ctx.now)
        ops += known.ops
        found.append(known.id)
    return ops, tuple(dict.fromkeys(found))


def permitted(store: BaseStore) -> May:
    """The owner's number may what an owner may; somebody of the console what their role may. Approving is strong: it
    wants a second factor, which the console notes at the contact (`member_strong_until`) as they write.
    """

    async def may(ctx: Context, permission: str) -> bool:
        contact = await contacts.find(ctx.store, ctx.contact)
        if contact is None:
            return False
        if owners.is_owner(ctx.vault, await ctx.store.get("orgs", ctx.org) or {}, contact):
            return True
        if not contact.get("member"):
            return False
        until = contact.get("member_strong_until")
        if permission == APPROVE and (until is None or until < ctx.now):
            return False
        role = await team.role_of(store.org(ctx.org), str(contact["member"]))
        return role is not None and role_may(role, permission)

    return may
